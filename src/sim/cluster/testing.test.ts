import { expect, test } from 'vitest'
import { must } from '../api/status.ts'
import { createTestCluster } from './testing.ts'

test('a component sees what another client writes, late by its lag and in order', () => {
  const cluster = createTestCluster({ watchLag: { configmaps: 500 } })
  const seen: string[] = []
  cluster.component('watcher', ({ agenda, informers }) => {
    informers.of('configmaps').onChange(({ old, new: current }) => seen.push(`${agenda.now} ${old ? 'had' : 'new'} ${current?.metadata.resourceVersion ?? 'gone'}`))
  })
  cluster.advanceTo(1_000)
  const made = must(cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } }))
  const changed = must(cluster.client.update('configmaps', { ...made, data: { x: 'y' } }))
  must(cluster.client.delete('configmaps', 'default/a'))
  cluster.advanceTo(1_499)
  expect(seen).toEqual([])
  cluster.settle()
  expect(seen).toEqual([`1500 new ${made.metadata.resourceVersion}`, `1500 had ${changed.metadata.resourceVersion}`, '1500 had gone'])
  expect(cluster.list('namespaces').map((namespace) => namespace.metadata.name)).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system'])
})
