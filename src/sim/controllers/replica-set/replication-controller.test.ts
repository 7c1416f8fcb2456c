import { expect, test, vi } from 'vitest'
import type { ReplicationController } from '../../api/generated/types.ts'
import { must } from '../../api/status.ts'
import type { TestCluster } from '../../cluster/testing.ts'
import { create, createWorkloadCluster, livePods, messages, reportAllReady, template, workload } from '../testing.ts'

function createController(cluster: TestCluster, name: string, spec: object = {}): void {
  create(cluster, 'replicationcontrollers', name, { spec: { selector: { app: name }, template: template(name), ...spec } })
}

function controller(cluster: TestCluster): ReplicationController {
  return cluster.list('replicationcontrollers', 'shop')[0]!
}

test('makes as many pods as asked for, owned by it, and counts them without those that terminate', () => {
  const cluster = createWorkloadCluster()
  createController(cluster, 'web', { replicas: 3 })
  cluster.settle()
  expect(livePods(cluster)).toHaveLength(3)
  for (const { metadata } of livePods(cluster)) {
    expect(metadata.labels).toEqual({ app: 'web' })
    expect(metadata.ownerReferences).toMatchObject([{ apiVersion: 'v1', kind: 'ReplicationController', name: 'web', controller: true, blockOwnerDeletion: true }])
  }
  reportAllReady(cluster)
  cluster.settle()
  expect(controller(cluster).status).toEqual({ replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 })
  const [made] = cluster.list('events', 'shop').filter(({ reason }) => reason === 'SuccessfulCreate')
  expect(made).toMatchObject({ source: { component: 'replication-controller' }, involvedObject: { apiVersion: 'v1', kind: 'ReplicationController', name: 'web' } })
})

test('does not write a status that says what is so already', () => {
  const cluster = createWorkloadCluster()
  createController(cluster, 'web', { replicas: 1 })
  cluster.settle()
  const requests = vi.spyOn(cluster.apiServer, 'request')
  must(cluster.client.patch('pods', `shop/${livePods(cluster)[0]!.metadata.name}`, 'merge', { metadata: { annotations: { seen: 'yes' } } }))
  cluster.settle()
  expect(requests.mock.calls.filter(([{ user }]) => user === 'replication-controller')).toEqual([])
})

test('scales by its subresource, down as well as up', () => {
  const cluster = createWorkloadCluster()
  createController(cluster, 'web', { replicas: 4 })
  cluster.settle()
  const scale = { verb: 'patch', group: '', version: 'v1', resource: 'replicationcontrollers', namespace: 'shop', name: 'web', subresource: 'scale', patchType: 'merge', user: 'test' } as const
  expect(must(cluster.apiServer.request({ ...scale, body: { spec: { replicas: 1 } } }))).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 4, selector: 'app=web' } })
  cluster.settle()
  expect(livePods(cluster)).toHaveLength(1)
  expect(messages(cluster, 'SuccessfulDelete')).toHaveLength(3)
  expect(controller(cluster).status).toMatchObject({ replicas: 1, observedGeneration: 2 })
})

test('adopts a pod that was there before there was any ReplicationController, and releases one whose labels change', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'pods', 'stray', { metadata: { name: 'stray', namespace: 'shop', labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'b' }] } })
  cluster.settle()
  createController(cluster, 'web', { replicas: 2 })
  cluster.settle()
  expect(livePods(cluster)).toHaveLength(2)
  expect(must(cluster.client.get('pods', 'shop/stray')).metadata.ownerReferences).toMatchObject([{ kind: 'ReplicationController', name: 'web' }])
  must(cluster.client.patch('pods', 'shop/stray', 'merge', { metadata: { labels: { app: 'debug' } } }))
  cluster.settle()
  expect(must(cluster.client.get('pods', 'shop/stray')).metadata.ownerReferences ?? []).toHaveLength(0)
  expect(livePods(cluster)).toHaveLength(3)
})

test('follows its selector, which may change', () => {
  const cluster = createWorkloadCluster()
  createController(cluster, 'web', { replicas: 2 })
  cluster.settle()
  must(cluster.client.patch('replicationcontrollers', 'shop/web', 'json', [{ op: 'replace', path: '/spec/selector', value: { app: 'api' } }, { op: 'replace', path: '/spec/template/metadata/labels', value: { app: 'api' } }]))
  cluster.settle()
  const owned = livePods(cluster).filter(({ metadata }) => metadata.ownerReferences?.length)
  expect(owned.map(({ metadata }) => metadata.labels)).toEqual([{ app: 'api' }, { app: 'api' }])
  expect(livePods(cluster)).toHaveLength(4)
})

test('leaves the pods of a ReplicaSet of the same name and labels alone', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'replicasets', 'web', workload('web', { replicas: 2 }))
  cluster.settle()
  createController(cluster, 'web', { replicas: 1 })
  cluster.settle()
  const kinds = livePods(cluster).map(({ metadata }) => metadata.ownerReferences?.[0]?.kind).sort()
  expect(kinds).toEqual(['ReplicaSet', 'ReplicaSet', 'ReplicationController'])
})

test('says ReplicaFailure while a creation is refused, tries again, and takes it back', () => {
  const cluster = createWorkloadCluster({ disabledPlugins: [] })
  const broken = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }], serviceAccountName: 'missing' } }
  createController(cluster, 'web', { replicas: 2, template: broken })
  cluster.settle(2_000)
  expect(controller(cluster).status.conditions).toMatchObject([{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }])
  expect(messages(cluster, 'FailedCreate')[0]).toMatch(/^Error creating: pods "web-[a-z0-9]{5}" is forbidden: error looking up service account shop\/missing/)
  must(cluster.client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'missing', namespace: 'shop' } }))
  cluster.settle(30_000)
  expect(livePods(cluster)).toHaveLength(2)
  expect(controller(cluster).status.conditions).toBeUndefined()
})

test('deleted without a word on its pods it is to leave them behind; told so, it is not', () => {
  const cluster = createWorkloadCluster()
  createController(cluster, 'web', { replicas: 1 })
  createController(cluster, 'api', { replicas: 1 })
  cluster.settle()
  must(cluster.client.delete('replicationcontrollers', 'shop/web'))
  must(cluster.client.delete('replicationcontrollers', 'shop/api', { propagationPolicy: 'Background' }))
  expect(cluster.list('replicationcontrollers', 'shop').map(({ metadata }) => [metadata.name, metadata.finalizers])).toEqual([['web', ['orphan']]])
})
