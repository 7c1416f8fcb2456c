import { expect, test } from 'vitest'
import { Timeline } from '../kernel/agenda.ts'
import { RandomStreams, type Random } from '../kernel/random.ts'
import { compacted, Store, type KeyValue } from './store.ts'

/** The simplest store there is: all states that ever were. */
interface Model {
  readonly states: Map<string, KeyValue<string>>[]
  readonly events: { readonly revision: number; readonly key: string; readonly value: string | undefined }[]
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

test.each(seeds)('agrees with a list of all its states, whatever is written, compacted and watched (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('store')
  const store = new Store<string>()
  store.serve(new Timeline().fork('etcd'))
  const model: Model = { states: [new Map(), new Map()], events: [] }
  const watches: { readonly after: number; readonly prefix: string; readonly seen: string[] }[] = []
  for (let step = 0; step < 400; step += 1) {
    const key = `/${random.pick(['a', 'b', 'b/2', 'b-2'])}/${random.below(30)}`
    if (random.chance(1, 40)) store.compact(random.between(1, store.revision))
    if (random.chance(1, 25)) openWatch(store, random, watches)
    if (random.chance(3, 4)) write(store, model, random, key, `v${step}`)
    else remove(store, model, random, key)
    expect(store.revision).toBe(model.states.length - 1)
    readSomewhere(store, model, random)
  }
  for (const { after, prefix, seen } of watches) {
    expect(seen).toEqual(model.events.filter((event) => event.revision > after && event.key.startsWith(prefix)).map(({ revision, key, value }) => `${revision} ${key} ${value ?? 'deleted'}`))
  }
})

function write(store: Store<string>, model: Model, random: Random, key: string, value: string): void {
  const now = model.states.at(-1)!
  const before = now.get(key)
  const expected = random.chance(1, 5) ? random.below(store.revision + 2) : (before?.modRevision ?? 0)
  const swap = store.put(key, expected, () => value)
  expect(swap.ok).toBe(expected === (before?.modRevision ?? 0))
  if (!swap.ok) return
  const { createRevision, modRevision, version } = swap.kv
  expect([createRevision, modRevision, version]).toEqual([before?.createRevision ?? store.revision, store.revision, (before?.version ?? 0) + 1])
  model.states.push(new Map(now).set(key, swap.kv))
  model.events.push({ revision: store.revision, key, value })
}

function remove(store: Store<string>, model: Model, random: Random, key: string): void {
  const now = model.states.at(-1)!
  const before = now.get(key)
  const expected = random.chance(1, 5) ? random.below(store.revision + 2) : (before?.modRevision ?? 0)
  const swap = store.delete(key, expected)
  expect(swap.ok).toBe(before !== undefined && expected === before.modRevision)
  if (!swap.ok) return
  const next = new Map(now)
  next.delete(key)
  model.states.push(next)
  model.events.push({ revision: store.revision, key, value: undefined })
}

function readSomewhere(store: Store<string>, model: Model, random: Random): void {
  const revision = random.between(1, store.revision)
  const prefix = random.pick(['/', '/a/', '/b', '/b/', '/b/2', '/b/2/', '/b-2/1'])
  const from = random.chance(1, 3) ? `/a/${random.below(30)}` : prefix
  const limit = random.chance(1, 3) ? random.between(1, 5) : Infinity
  const found = store.range(prefix, { revision, from, limit })
  if (revision < store.compactedRevision) {
    expect(found).toBe(compacted)
    return
  }
  const state = model.states[revision]!
  const expected = [...state.values()].filter(({ key }) => key.startsWith(prefix) && key >= from).sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit)
  expect(found).toEqual(expected)
}

function openWatch(store: Store<string>, random: Random, watches: { after: number; prefix: string; seen: string[] }[]): void {
  const after = random.between(0, store.revision)
  const prefix = random.pick(['/', '/a/', '/b/', '/b/2', '/b-2/1'])
  const seen: string[] = []
  const stop = store.watch(prefix, after, ({ modRevision, key, value }) => seen.push(`${modRevision} ${key} ${value ?? 'deleted'}`))
  expect(stop === compacted).toBe(after < store.compactedRevision)
  if (stop !== compacted) watches.push({ after, prefix, seen })
}

test('deletes what hangs on a lease in one revision when the lease has lived its time', () => {
  const timeline = new Timeline()
  const store = new Store<string>()
  store.serve(timeline.fork('etcd'))
  const lease = store.grant(1_000)
  for (const key of ['/e/1', '/e/2', '/e/3']) store.put(key, 0, () => 'x', lease)
  store.put('/e/2', 3, () => 'kept', 0)
  const before = store.revision
  timeline.advanceTo(999)
  expect(store.size).toBe(3)
  timeline.advanceTo(1_000)
  expect([store.revision, store.size, store.get('/e/2')?.value]).toEqual([before + 1, 1, 'kept'])
})

test('keeps its data and its leases when its process ends and another one serves it', () => {
  const timeline = new Timeline()
  const store = new Store<string>()
  const process = timeline.fork('etcd')
  store.serve(process)
  store.put('/a', 0, () => 'here')
  store.put('/e', 0, () => 'for a while', store.grant(1_000))
  process.dispose()
  expect(store.serving).toBe(false)
  timeline.advanceTo(5_000)
  store.serve(timeline.fork('etcd'))
  expect([store.serving, store.get('/a')?.value, store.get('/e')?.value]).toEqual([true, 'here', 'for a while'])
  timeline.advanceTo(6_000)
  expect(store.get('/e')).toBeUndefined()
})
