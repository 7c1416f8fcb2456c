import { expect, test } from 'vitest'
import type { WatchEvent } from '../api/request.ts'
import { must } from '../api/status.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'

function eventsFrom(cluster: TestCluster, resourceVersion: string): WatchEvent[] {
  const events: WatchEvent[] = []
  must(cluster.client.watch('leases', undefined, { resourceVersion }, { event: (event) => void events.push(event), closed: () => expect.unreachable() }))
  return events
}

function leaseAt(second: number, holderIdentity = 'worker-1') {
  return { holderIdentity, leaseDurationSeconds: 40, renewTime: `2026-01-01T09:00:${String(second).padStart(2, '0')}.000000Z` }
}

/** Two leases: renewed, handed over, renewed again, deleted, made anew. */
function history(cluster: TestCluster): string {
  const before = must(cluster.client.list('leases')).metadata.resourceVersion
  for (const name of ['worker-1', 'worker-2']) {
    let lease = must(cluster.client.create('leases', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'default' }, spec: leaseAt(0) }))
    for (let second = 1; second < 9; second += 1) lease = must(cluster.client.update('leases', { ...lease, spec: leaseAt(second, second < 5 ? 'worker-1' : 'other') }))
    if (name === 'worker-1') must(cluster.client.delete('leases', `default/${name}`))
  }
  return before
}

test('whoever watches from the past sees what was seen then, to the letter', () => {
  const cluster = createTestCluster()
  const before = must(cluster.client.list('leases')).metadata.resourceVersion
  const live = eventsFrom(cluster, before)
  history(cluster)
  expect(live).toHaveLength(19)
  const replayed = eventsFrom(cluster, before)
  expect(JSON.stringify(replayed)).toBe(JSON.stringify(live))
  for (const { object } of replayed) expect(Object.isFrozen(object) && Object.isFrozen(object.metadata)).toBe(true)
  const { resourceVersion } = live[6]!.object.metadata
  expect(JSON.stringify(eventsFrom(cluster, resourceVersion))).toBe(JSON.stringify(live.slice(7)))
})

test('past lists show each lease as it was', () => {
  const cluster = createTestCluster()
  const live = eventsFrom(cluster, history(cluster))
  expect(live).toHaveLength(19)
  for (const { type, object } of live.filter((event) => event.type !== 'DELETED')) {
    const { items } = must(cluster.client.list('leases', 'default', { resourceVersion: object.metadata.resourceVersion, resourceVersionMatch: 'Exact' }))
    expect(items.find(({ metadata }) => metadata.name === object.metadata.name), type).toEqual(object)
  }
})
