import { openDB, type IDBPDatabase } from 'idb'
import { readScenario, writeScenario, type Scenario } from '../../scenario/scenario.ts'

/** The browser's storage for the one cluster that is open: it survives a reload. */
const database = 'kubarium'
const store = 'work'
const key = 'open'

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
