import { expect, test } from 'vitest'
import type { Event } from '../api/generated/types.ts'
import { createTestCluster } from '../cluster/testing.ts'
import { must } from '../api/status.ts'

test('an event that repeats is one object with a rising count, gone an hour after its last occurrence', () => {
  const cluster = createTestCluster()
  const about = must(cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', namespace: 'default' } }))
  cluster.component('speaker', ({ agenda, events }) => {
    for (const at of [1_000, 2_000, 3_000]) agenda.at(at, 'speak', () => events.event(about, 'Normal', 'Spoke', 'hello', { fieldPath: 'spec.containers{web}' }))
  }, { host: 'worker-1' })
  cluster.advanceTo(5_000)
  const [event, ...others] = cluster.list('events')
  expect(others).toEqual([])
  expect(event).toMatchObject({ count: 3, firstTimestamp: '2026-01-01T09:00:01Z', lastTimestamp: '2026-01-01T09:00:03Z', source: { component: 'speaker', host: 'worker-1' } })
  expect(event?.metadata.name).toMatch(/^web\.[0-9a-f]{16}$/)
  cluster.advanceTo(3_600_000)
  expect(cluster.list('events')).toHaveLength(1)
  cluster.advanceTo(3_700_000)
  expect(cluster.list('events')).toEqual([])
})

test('events that the server did not answer for are sent when it is back, in their order', () => {
  const cluster = createTestCluster()
  const about = must(cluster.client.get('namespaces', 'default'))
  cluster.component('speaker', ({ agenda, events }) => {
    agenda.at(1_000, 'speak', () => events.event(about, 'Normal', 'First', 'a'))
    agenda.at(2_000, 'speak', () => events.event(about, 'Normal', 'Second', 'b'))
  })
  cluster.advanceTo(500)
  cluster.cutOff('speaker')
  cluster.advanceTo(10_000)
  cluster.reconnect('speaker')
  cluster.advanceTo(12_000)
  const byAge = [...cluster.list('events')].sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
  expect(byAge.map((event) => [event.reason, event.firstTimestamp])).toEqual([['First', '2026-01-01T09:00:01Z'], ['Second', '2026-01-01T09:00:02Z']])
})

test('what comes again after its event has ended makes that event again, under its name and with its first time', () => {
  const cluster = createTestCluster()
  const about = must(cluster.client.get('namespaces', 'default'))
  cluster.component('speaker', ({ agenda, events }) => {
    for (const at of [1_500, 7_200_000]) agenda.at(at, 'speak', () => events.event(about, 'Normal', 'Spoke', 'hello'))
  })
  cluster.advanceTo(2_000)
  const [before] = cluster.list('events')
  cluster.advanceTo(7_100_000)
  expect(cluster.list('events')).toEqual([])
  cluster.advanceTo(7_300_000)
  const [again] = cluster.list('events')
  expect(again).toMatchObject({ count: 2, firstTimestamp: '2026-01-01T09:00:01Z', lastTimestamp: '2026-01-01T11:00:00Z', metadata: { name: before?.metadata.name } })
  expect(again?.metadata.uid).not.toBe(before?.metadata.uid)
})

test('an event is called after the nanosecond at which it was first seen', () => {
  const cluster = createTestCluster()
  const about = must(cluster.client.get('namespaces', 'default'))
  cluster.component('speaker', ({ agenda, events }) => agenda.at(1_234, 'speak', () => events.event(about, 'Normal', 'Spoke', 'hello')))
  cluster.advanceTo(2_000)
  const nanoseconds = BigInt(`0x${cluster.list('events')[0]?.metadata.name.split('.')[1]}`)
  expect(nanoseconds / 1_000_000n).toBe(BigInt(Date.parse('2026-01-01T09:00:01.234Z')))
})

test('what was told is forgotten when it makes no difference any more, and then nothing is planned', () => {
  const cluster = createTestCluster()
  const about = must(cluster.client.get('namespaces', 'default'))
  const planned = cluster.timeline.pending
  cluster.component('speaker', ({ events }) => {
    events.event(about, 'Normal', 'Spoke', 'hello')
    events.event(about, 'Normal', 'Acted', 'done', { action: 'Acting' })
  })
  cluster.advanceTo(60_000)
  expect(cluster.timeline.pending).toBeGreaterThan(planned + 1)
  cluster.advanceTo(1_300_000)
  // The events' lease.
  expect(cluster.timeline.pending).toBe(planned + 1)
})

test('a client that may send five events at once and two a second lets the others wait, in their order and with the times at which they happened', () => {
  const cluster = createTestCluster()
  const about = must(cluster.client.get('namespaces', 'default'))
  cluster.component('speaker', ({ agenda, events }) => {
    agenda.at(1_000, 'speak', () => {
      for (let at = 0; at < 8; at += 1) events.event(about, 'Normal', `Event${at}`, 'a')
    })
  }, { eventLimit: { qps: 2, burst: 5 } })
  const seen: string[] = []
  cluster.client.watch('events', undefined, {}, { event: ({ object }) => void seen.push(`${cluster.timeline.now} ${(object as Event).reason} ${(object as Event).firstTimestamp?.slice(17, 19)}`), closed: () => undefined })
  cluster.advanceTo(1_000)
  expect(seen).toHaveLength(5)
  cluster.advanceTo(10_000)
  expect(seen.slice(5)).toEqual(['1500 Event5 01', '2000 Event6 01', '2500 Event7 01'])
})

test('within its limit a client plans nothing', () => {
  const cluster = createTestCluster()
  const about = must(cluster.client.get('namespaces', 'default'))
  const pendingAfter = (eventLimit: { readonly qps: number; readonly burst: number }) => {
    const before = cluster.timeline.pending
    cluster.component(`speaker of ${eventLimit.qps}`, ({ events }) => events.event(about, 'Normal', 'Spoke', `${eventLimit.qps}`), { eventLimit })
    return cluster.timeline.pending - before
  }
  // The first makes the lease of the events.
  pendingAfter({ qps: 0, burst: 0 })
  expect(pendingAfter({ qps: 50, burst: 100 })).toBe(pendingAfter({ qps: 0, burst: 1 }))
})
