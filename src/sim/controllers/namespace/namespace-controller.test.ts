import { expect, test } from 'vitest'
import { resources } from '../../api/resources.ts'
import { must } from '../../api/status.ts'
import type { Draft } from '../../client/component.ts'
import { createTestCluster } from '../../cluster/testing.ts'
import type { TestCluster } from '../../cluster/testing.ts'
import { startNamespaceController } from './namespace-controller.ts'

function clusterWithNamespace(): TestCluster {
  const cluster = createTestCluster()
  cluster.component('namespace-controller', startNamespaceController)
  must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' }, spec: {} }))
  must(cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'demo' } }))
  cluster.settle(5_000)
  return cluster
}

function conditionsOf(cluster: TestCluster): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries((must(cluster.client.get('namespaces', 'demo')).status.conditions ?? []).filter(({ status }) => status === 'True').map(({ type, message }) => [type, message]))
}

test('a namespace that goes takes nothing new, and is gone when it is empty', () => {
  const cluster = clusterWithNamespace()
  must(cluster.client.delete('namespaces', 'demo'))
  const late = cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late', namespace: 'demo' } })
  expect(late.ok ? 201 : late.status.code).toBe(403)
  cluster.settle()
  expect(cluster.client.get('namespaces', 'demo').ok).toBe(false)
  expect(resources.filter(({ namespaced }) => namespaced).flatMap(({ resource }) => [...cluster.list(resource, 'demo')])).toEqual([])
})

test('a kind that leaves behind what it owns is told not to', () => {
  const cluster = clusterWithNamespace()
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  must(cluster.client.create('replicationcontrollers', { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'web', namespace: 'demo' }, spec: { template } } as unknown as Draft<'replicationcontrollers'>))
  must(cluster.client.delete('namespaces', 'demo'))
  cluster.settle()
  expect(cluster.client.get('namespaces', 'demo').ok).toBe(false)
})

test('pods go before all else: what they may need on their way out stays until then', () => {
  const cluster = clusterWithNamespace()
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} }))
  must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'demo' }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] } } as unknown as Draft<'pods'>))
  const start = cluster.timeline.now
  must(cluster.client.delete('namespaces', 'demo'))
  cluster.advanceTo(start + 15_000)
  expect(cluster.list('configmaps', 'demo')).toHaveLength(1)
  expect(conditionsOf(cluster)).toEqual({ NamespaceContentRemaining: 'Some resources are remaining: pods. has 1 resource instances' })
  // Looked at 5 s after the deletion, again 5 s after its conditions were written, and then half of the pod's 30 s and 1 s later.
  must(cluster.client.delete('pods', 'demo/web', { gracePeriodSeconds: 0 }))
  cluster.advanceTo(start + 25_900)
  expect(cluster.client.get('namespaces', 'demo').ok).toBe(true)
  cluster.advanceTo(start + 26_500)
  expect(cluster.client.get('namespaces', 'demo').ok).toBe(false)
})

test('says which finalizer holds what', () => {
  const cluster = clusterWithNamespace()
  must(cluster.client.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'held', namespace: 'demo', finalizers: ['example.com/hold'] } }))
  must(cluster.client.delete('namespaces', 'demo'))
  cluster.settle(6_000)
  expect(conditionsOf(cluster)).toEqual({
    NamespaceContentRemaining: 'Some resources are remaining: secrets. has 1 resource instances',
    NamespaceFinalizersRemaining: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  })
  must(cluster.client.patch('secrets', 'demo/held', 'merge', { metadata: { finalizers: null } }))
  cluster.settle(20_000)
  expect(cluster.client.get('namespaces', 'demo').ok).toBe(false)
})

test('a namespace that others hold is looked at each five minutes, whatever happens', () => {
  const cluster = clusterWithNamespace()
  const demo = must(cluster.client.get('namespaces', 'demo'))
  must(cluster.client.update('namespaces', { ...demo, metadata: { ...demo.metadata, finalizers: ['example.com/hold'] } }))
  const looks: number[] = []
  const answer = cluster.apiServer.request.bind(cluster.apiServer)
  cluster.apiServer.request = (request) => {
    if (request.user === 'namespace-controller' && request.verb === 'get' && request.resource === 'namespaces') looks.push(cluster.timeline.now)
    return answer(request)
  }
  must(cluster.client.delete('namespaces', 'demo'))
  cluster.advanceTo(1_000_000)
  const late = looks.filter((at) => at > 100_000)
  expect(late).toHaveLength(3)
  expect(late.map((at) => at - (late[0] ?? 0))).toEqual([0, 300_000, 600_000])
})
