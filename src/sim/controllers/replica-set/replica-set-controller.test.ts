import { expect, test } from 'vitest'
import { must } from '../../api/status.ts'
import { create, createWorkloadCluster, livePods, messages, reportAllReady, workload } from '../testing.ts'

function scale(cluster: ReturnType<typeof createWorkloadCluster>, replicas: number): void {
  must(cluster.client.patch('replicasets', 'shop/web', 'merge', { spec: { replicas } }))
}

test('makes as many pods as asked for, owned and labelled, and says so', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'replicasets', 'web', workload('web', { replicas: 3 }))
  cluster.settle()
  const pods = livePods(cluster)
  expect(pods).toHaveLength(3)
  for (const { metadata } of pods) {
    expect(metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    expect(metadata.labels).toEqual({ app: 'web' })
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', name: 'web', controller: true, blockOwnerDeletion: true }])
  }
  expect([...messages(cluster, 'SuccessfulCreate')].sort()).toEqual(pods.map(({ metadata }) => `Created pod: ${metadata.name}`).sort())
  expect(cluster.list('replicasets')[0]?.status).toMatchObject({ replicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1 })
})

test('does not make a pod twice when it is woken before its cache shows the first one', () => {
  const cluster = createWorkloadCluster({ watchLag: { pods: 500, replicasets: 5 } })
  cluster.settle()
  create(cluster, 'replicasets', 'web', workload('web', { replicas: 3 }))
  cluster.advanceTo(cluster.timeline.now + 100)
  expect(livePods(cluster)).toHaveLength(3)
  scale(cluster, 4)
  cluster.advanceTo(cluster.timeline.now + 100)
  expect(livePods(cluster)).toHaveLength(3)
  cluster.settle()
  expect(livePods(cluster)).toHaveLength(4)
  expect(messages(cluster, 'SuccessfulCreate')).toHaveLength(4)
})

test('does not delete a second pod while its cache still shows the first one', () => {
  const cluster = createWorkloadCluster({ watchLag: { pods: 500, replicasets: 5 } })
  create(cluster, 'replicasets', 'web', workload('web', { replicas: 6 }))
  cluster.settle()
  scale(cluster, 5)
  cluster.advanceTo(cluster.timeline.now + 50)
  scale(cluster, 4)
  cluster.advanceTo(cluster.timeline.now + 50)
  expect(livePods(cluster)).toHaveLength(5)
  cluster.settle()
  expect(livePods(cluster)).toHaveLength(4)
  expect(messages(cluster, 'SuccessfulDelete')).toHaveLength(2)
})

test('adopts a matching orphan instead of making a pod, and releases one whose labels change', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'pods', 'stray', { metadata: { name: 'stray', namespace: 'shop', labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'b' }] } })
  create(cluster, 'replicasets', 'web', workload('web', { replicas: 2 }))
  cluster.settle()
  expect(livePods(cluster)).toHaveLength(2)
  expect(must(cluster.client.get('pods', 'shop/stray')).metadata.ownerReferences).toHaveLength(1)
  must(cluster.client.patch('pods', 'shop/stray', 'merge', { metadata: { labels: { app: 'debug' } } }))
  cluster.settle()
  expect(must(cluster.client.get('pods', 'shop/stray')).metadata.ownerReferences ?? []).toHaveLength(0)
  expect(livePods(cluster)).toHaveLength(3)
})

test('counts a pod as available exactly when it has been ready for minReadySeconds', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'replicasets', 'web', workload('web', { replicas: 1, minReadySeconds: 30 }))
  cluster.settle(1_000)
  cluster.advanceTo(10_000)
  reportAllReady(cluster)
  cluster.advanceTo(39_999)
  expect(cluster.list('replicasets')[0]?.status).toMatchObject({ readyReplicas: 1 })
  expect(cluster.list('replicasets')[0]?.status.availableReplicas).toBeUndefined()
  cluster.advanceTo(40_010)
  expect(cluster.list('replicasets')[0]?.status.availableReplicas).toBe(1)
})

test('replaces a pod that is deleted by somebody else', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'replicasets', 'web', workload('web', { replicas: 2 }))
  cluster.settle()
  must(cluster.client.delete('pods', `shop/${livePods(cluster)[0]?.metadata.name ?? ''}`))
  cluster.settle()
  expect(livePods(cluster)).toHaveLength(2)
})

test('tells of a refused creation, tries again, and clears the condition when it succeeds', () => {
  const cluster = createWorkloadCluster({ disabledPlugins: [] })
  const broken = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }], serviceAccountName: 'missing' } }
  create(cluster, 'replicasets', 'web', workload('web', { replicas: 2, template: broken }))
  cluster.settle(2_000)
  const message = 'pods "web-<name>" is forbidden: error looking up service account shop/missing: serviceaccount "missing" not found'
  const [failure] = cluster.list('replicasets')[0]?.status.conditions ?? []
  expect(failure).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' })
  expect(failure?.message?.replace(/web-[a-z0-9]{5}/, 'web-<name>')).toBe(message)
  expect(messages(cluster, 'FailedCreate')[0]?.replace(/web-[a-z0-9]{5}/, 'web-<name>')).toBe(`Error creating: ${message}`)
  must(cluster.client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'missing', namespace: 'shop' } }))
  cluster.settle(30_000)
  expect(livePods(cluster)).toHaveLength(2)
  expect(cluster.list('replicasets')[0]?.status.conditions).toBeUndefined()
})
