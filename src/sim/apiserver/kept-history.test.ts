import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import type { WatchEvent } from '../api/request.ts'
import { must } from '../api/status.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'

function eventsFrom(cluster: TestCluster, resourceVersion: string, resource: 'leases' | 'pods' = 'leases'): WatchEvent[] {
  const events: WatchEvent[] = []
  must(cluster.client.watch(resource, undefined, { resourceVersion }, { event: (event) => void events.push(event), closed: () => expect.unreachable() }))
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

test('a pod in the past shows the status that it had, whatever else became of it since', () => {
  const cluster = createTestCluster()
  const { client } = cluster
  const before = must(client.list('pods')).metadata.resourceVersion
  const live = eventsFrom(cluster, before, 'pods')
  let pod = must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } } as never))
  const say = (message: string) => (pod = must(client.updateStatus('pods', { ...must(client.get('pods', 'default/web')), status: { ...pod.status, message } })))
  say('waits')
  must(client.bind('default/web', pod.metadata.uid, 'worker-1'))
  for (const message of ['bound', 'pulls', 'runs']) say(message)
  must(client.patch('pods', 'default/web', 'merge', { metadata: { labels: { app: 'web' } } }))
  for (const message of ['labelled', 'runs on']) say(message)
  must(client.delete('pods', 'default/web', { gracePeriodSeconds: 0 }))
  expect(live.map(({ object }) => (object as Pod).status.message)).toEqual([undefined, 'waits', 'waits', 'bound', 'pulls', 'runs', 'runs', 'labelled', 'runs on', 'runs on', 'runs on'])
  const replayed = eventsFrom(cluster, before, 'pods')
  expect(JSON.stringify(replayed)).toBe(JSON.stringify(live))
  for (const { object } of replayed) expect(Object.isFrozen(object) && Object.isFrozen(object.metadata)).toBe(true)
  for (const { object } of live.slice(0, -1)) {
    const { items } = must(client.list('pods', 'default', { resourceVersion: object.metadata.resourceVersion, resourceVersionMatch: 'Exact' }))
    expect(items).toEqual([object])
  }
})
