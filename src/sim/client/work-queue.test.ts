import { expect, test } from 'vitest'
import { Timeline } from '../kernel/agenda.ts'
import { must, StatusError } from '../api/status.ts'
import { internalError } from '../api/errors.ts'
import { createTestCluster } from '../cluster/testing.ts'
import type { Steps } from './steps.ts'
import { WorkQueue, type Requeue } from './work-queue.ts'

test('a long reconcile lets others have their turn in between, and nobody else take its key', () => {
  const timeline = new Timeline()
  const told: string[] = []
  const queue = new WorkQueue(timeline, 'test', long, { workers: 2 })
  queue.add('long')
  timeline.after(0, 'other', () => {
    told.push('other')
    queue.add('long')
  })
  timeline.advanceTo(100)
  expect(told).toEqual(['long 0', 'other', 'long 1', 'long 2', 'long 0', 'long 1', 'long 2'])

  function* long(key: string): Steps<Requeue> {
    for (let at = 0; at < 3; at += 1) {
      if (at > 0) yield 10
      told.push(`${key} ${at}`)
    }
    return 'whenChanged'
  }
})

test('of many keys that fail together a hundred are retried at once, the rest ten a second', () => {
  const timeline = new Timeline()
  const tries = new Map<string, number>()
  const retried: number[] = []
  const queue = new WorkQueue(timeline, 'test', (key) => {
    const before = tries.get(key) ?? 0
    tries.set(key, before + 1)
    if (before === 0) throw new StatusError(internalError('not yet'))
    retried.push(timeline.now)
    return 'whenChanged'
  }, { workers: 1000, cost: 0 })
  for (let at = 0; at < 120; at += 1) queue.add(`key ${at}`)
  timeline.advanceTo(10_000)
  expect(retried.filter((at) => at === 5)).toHaveLength(100)
  expect(retried.slice(100, 103)).toEqual([100, 200, 300])
  expect(retried).toHaveLength(120)
})

test('a Status in a later step is retried from the start, with back-off', () => {
  const timeline = new Timeline()
  const begun: number[] = []
  const queue = new WorkQueue(timeline, 'test', failing, { baseDelay: 10 })
  queue.add('key')
  timeline.advanceTo(100)
  expect(begun).toEqual([0, 11, 32])

  function* failing(): Steps<Requeue> {
    begun.push(timeline.now)
    yield 10
    if (begun.length < 3) throw new StatusError(internalError('not yet'))
    return 'whenChanged'
  }
})

test('what a reconcile writes has as its cause the write that made its key dirty first, however long it waited', () => {
  const cluster = createTestCluster()
  const { trace, client } = cluster
  cluster.component('copier', ({ agenda, client: own, informers }) => {
    const queue = new WorkQueue(agenda, 'copier', copy, { cost: 500, client: own })
    informers.of('configmaps').onChange(({ new: current }) => current && !current.metadata.name.endsWith('-copy') && queue.addAfter(current.metadata.name, 50))

    function* copy(name: string): Steps<Requeue> {
      yield 10
      own.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${name}-copy`, namespace: 'default' } })
      return 'whenChanged'
    }
  })
  cluster.advanceTo(1_000)
  for (const name of ['a', 'b', 'c']) must(client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }))
  cluster.advanceTo(5_000)
  const entries = trace.since(0)
  const causes = entries.filter(({ author }) => author === 'copier').map(({ what, cause }) => `${what} because of ${trace.entry(cause)?.what}`)
  expect(causes).toEqual(['a', 'b', 'c'].map((name) => `create configmaps default/${name}-copy because of create configmaps default/${name}`))
})
