import { openDB, type IDBPDatabase } from 'idb'
import { readScenario, writeScenario, type Scenario } from '../../scenario/scenario.ts'
import type { Moved } from '../stores/ui-store.ts'

/** The browser's storage for the one cluster that is open: it survives a reload. */
const database = 'kubarium'
const store = 'work'
const key = 'open'
const layoutKey = 'layout'

let opened: Promise<IDBPDatabase> | null = null

function open(): Promise<IDBPDatabase> {
  opened ??= openDB(database, 1, {
    upgrade: (db) => void db.createObjectStore(store),
    // Another tab wants to change the layout: this one must not stand in its way.
    blocking: () => void opened?.then((db) => db.close()).then(() => (opened = null)),
  })
  return opened
}

/** Keeps the scenario. Storage may be forbidden, full or evicted: then the work merely does not survive a reload. */
export async function keepWork(scenario: Scenario): Promise<boolean> {
  try {
    await (await open()).put(store, writeScenario(scenario), key)
    return true
  } catch {
    return false
  }
}

/** Keeps where the person put the cards of what is open; best effort, as with the work itself. */
export async function keepLayout(moved: Moved): Promise<void> {
  await open().then((db) => db.put(store, [...moved].map(([id, { x, y }]) => [id, x, y]), layoutKey)).catch(() => undefined)
}

/** Where the cards of what was open last were put; what cannot be read is left out. */
export async function keptLayout(): Promise<Moved> {
  const kept: unknown = await open().then((db) => db.get(store, layoutKey)).catch(() => null)
  const places = Array.isArray(kept) ? kept.filter(isPlace) : []
  return new Map(places.map(([id, x, y]) => [id, { x, y }]))
}

function isPlace(entry: unknown): entry is [string, number, number] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && Number.isFinite(entry[1]) && Number.isFinite(entry[2])
}

/** What was open last, if it can still be read. */
export async function keptWork(): Promise<Scenario | null> {
  try {
    const text: unknown = await (await open()).get(store, key)
    const reading = typeof text === 'string' ? readScenario(text) : null
    return reading?.ok ? reading.scenario : null
  } catch {
    return null
  }
}
