import { expect, test } from 'vitest'
import type { Pod, ResourceQuota } from '../../api/generated/types.ts'
import { must } from '../../api/status.ts'
import type { Draft } from '../../client/component.ts'
import { createTestCluster, type TestCluster } from '../../cluster/testing.ts'
import { startReplicaSetController } from '../replica-set/replica-set-controller.ts'
import { startResourceQuotaController } from './resource-quota-controller.ts'

type Amounts = Readonly<Record<string, string>>

/** A cluster whose quotas somebody counts. */
function counted(flags: Parameters<typeof startResourceQuotaController>[1] = {}): TestCluster {
  const cluster = createTestCluster()
  cluster.component('resourcequota-controller', (context) => startResourceQuotaController(context, flags))
  return cluster
}

function createQuota({ client }: TestCluster, hard: Amounts, spec: object = {}, name = 'limits'): ResourceQuota {
  return must(client.create('resourcequotas', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace: 'default' }, spec: { hard, ...spec } } as Draft<'resourcequotas'>))
}

function createPod({ client }: TestCluster, name: string, requests: Amounts = {}, spec: object = {}): Pod {
  return must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { nodeName: 'node', containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests } }], ...spec } } as unknown as Draft<'pods'>))
}

function createConfigMap({ client }: TestCluster, name: string): void {
  must(client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }))
}

function advance(cluster: TestCluster, millis: number): void {
  cluster.advanceTo(cluster.timeline.now + millis)
}

function statusOf({ client }: TestCluster): ResourceQuota['status'] {
  return must(client.get('resourcequotas', 'default/limits')).status
}

/** What is done until then. */
function labelsUntil({ timeline }: TestCluster, end: number): readonly string[] {
  const labels: string[] = []
  do labels.push(timeline.nextLabel)
  while (timeline.step(end))
  return labels
}

test('a new quota is told what is used already, also of what there is none of', () => {
  const cluster = counted()
  createPod(cluster, 'web', { cpu: '300m', memory: '1Gi', 'hugepages-2Mi': '4Mi' }, { overhead: { cpu: '50m' }, containers: [{ name: 'app', image: 'i', resources: { requests: { cpu: '300m', memory: '1Gi' }, limits: { 'hugepages-2Mi': '4Mi' } } }] })
  createPod(cluster, 'db', { cpu: '1' })
  const hard = { pods: '5', cpu: '2', 'requests.memory': '2Gi', 'hugepages-2Mi': '8Mi', 'requests.example.com/gpu': '1', 'count/replicasets.apps': '5', persistentvolumeclaims: '2', 'gold.storageclass.storage.k8s.io/requests.storage': '1Gi' }
  createQuota(cluster, hard)
  advance(cluster, 10)
  const used = { pods: '2', cpu: '1350m', 'requests.memory': '1Gi', 'hugepages-2Mi': '4Mi', 'requests.example.com/gpu': '0', 'count/replicasets.apps': '0', persistentvolumeclaims: '0', 'gold.storageclass.storage.k8s.io/requests.storage': '0' }
  expect(statusOf(cluster)).toEqual({ hard, used })
})

test('what nobody counts has no number', () => {
  const cluster = counted()
  createQuota(cluster, { 'count/widgets.example.com': '1', pods: '1' })
  advance(cluster, 10)
  expect(statusOf(cluster)).toEqual({ hard: { 'count/widgets.example.com': '1', pods: '1' }, used: { pods: '0' } })
})

test('other hard limits are taken over at once; a status that somebody has written stays until all is counted anew', () => {
  const cluster = counted()
  createQuota(cluster, { pods: '1' })
  advance(cluster, 1000)
  must(cluster.client.patch('resourcequotas', 'default/limits', 'merge', { spec: { hard: { pods: '7', configmaps: '4' } } }))
  advance(cluster, 10)
  expect(statusOf(cluster)).toEqual({ hard: { pods: '7', configmaps: '4' }, used: { pods: '0', configmaps: '0' } })
  must(cluster.client.patch('resourcequotas', 'default/limits', 'merge', { status: { hard: { pods: '9' }, used: { pods: '3' } } }, 'status'))
  cluster.advanceTo(299_999)
  expect(statusOf(cluster).hard?.pods).toBe('9')
  cluster.advanceTo(300_010)
  expect(statusOf(cluster)).toEqual({ hard: { pods: '7', configmaps: '4' }, used: { pods: '0', configmaps: '0' } })
})

test('without a period nothing is counted anew', () => {
  const cluster = counted({ resourceQuotaSyncPeriod: 0 })
  createQuota(cluster, { pods: '1' })
  advance(cluster, 1000)
  must(cluster.client.patch('resourcequotas', 'default/limits', 'merge', { status: { used: { pods: '3' } } }, 'status'))
  cluster.advanceTo(3_600_000)
  expect(statusOf(cluster).used).toEqual({ pods: '3' })
})

test('what is deleted is free again, and so is what a pod has taken that has ended', () => {
  const cluster = counted()
  createQuota(cluster, { pods: '2', 'count/pods': '2', configmaps: '1', cpu: '1' })
  advance(cluster, 10)
  createConfigMap(cluster, 'settings')
  const web = createPod(cluster, 'web', { cpu: '400m' })
  createPod(cluster, 'db', { cpu: '600m' })
  expect(statusOf(cluster).used).toEqual({ pods: '2', 'count/pods': '2', configmaps: '1', cpu: '1' })
  advance(cluster, 10)
  must(cluster.client.updateStatus('pods', { ...web, status: { ...web.status, phase: 'Succeeded' } }))
  advance(cluster, 10)
  expect(statusOf(cluster).used).toEqual({ pods: '1', 'count/pods': '2', configmaps: '1', cpu: '600m' })
  must(cluster.client.delete('configmaps', 'default/settings'))
  advance(cluster, 10)
  expect(statusOf(cluster).used).toEqual({ pods: '1', 'count/pods': '2', configmaps: '0', cpu: '600m' })
  must(cluster.client.delete('pods', 'default/db', { gracePeriodSeconds: 0 }))
  advance(cluster, 10)
  expect(statusOf(cluster).used).toEqual({ pods: '0', 'count/pods': '1', configmaps: '0', cpu: '0' })
})

test('of what a container asks for and what it has been given the most counts', () => {
  const cluster = counted()
  createQuota(cluster, { cpu: '1' })
  advance(cluster, 10)
  let pod = createPod(cluster, 'web', { cpu: '300m' })
  const used = ['300m', '500m', '200m'].map((cpu) => {
    const given = { name: 'app', image: 'nginx:1.27', imageID: '', ready: true, restartCount: 0, resources: { requests: { cpu } } }
    pod = must(cluster.client.updateStatus('pods', { ...pod, status: { ...pod.status, containerStatuses: [given] } }))
    advance(cluster, 10)
    return statusOf(cluster).used?.cpu
  })
  expect(used).toEqual(['300m', '500m', '300m'])
})

test('a pod that should have ended long ago counts no longer when all is counted anew', () => {
  const cluster = counted()
  createQuota(cluster, { pods: '2' })
  createPod(cluster, 'stuck')
  advance(cluster, 10)
  must(cluster.client.delete('pods', 'default/stuck', { gracePeriodSeconds: 30 }))
  advance(cluster, 61_000)
  expect(statusOf(cluster).used).toEqual({ pods: '1' })
  cluster.advanceTo(300_010)
  expect(statusOf(cluster).used).toEqual({ pods: '0' })
})

test('a Service of another type and a pod with a deadline are counted where they belong now', () => {
  const cluster = counted()
  createQuota(cluster, { 'services.nodeports': '2' })
  createQuota(cluster, { pods: '2' }, { scopes: ['NotTerminating'] }, 'immortal')
  createPod(cluster, 'web')
  const { client } = cluster
  must(client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } } as unknown as Draft<'services'>))
  advance(cluster, 10)
  expect([statusOf(cluster).used, must(client.get('resourcequotas', 'default/immortal')).status.used]).toEqual([{ 'services.nodeports': '1' }, { pods: '1' }])
  must(client.patch('services', 'default/web', 'merge', { spec: { type: 'ClusterIP' } }))
  must(client.patch('pods', 'default/web', 'merge', { spec: { activeDeadlineSeconds: 100 } }))
  advance(cluster, 10)
  expect([statusOf(cluster).used, must(client.get('resourcequotas', 'default/immortal')).status.used]).toEqual([{ 'services.nodeports': '0' }, { pods: '0' }])
})

test('a controller that starts counts all quotas there are', () => {
  const cluster = createTestCluster()
  createQuota(cluster, { pods: '1' })
  createPod(cluster, 'web')
  cluster.component('resourcequota-controller', startResourceQuotaController)
  advance(cluster, 10)
  expect(statusOf(cluster)).toEqual({ hard: { pods: '1' }, used: { pods: '1' } })
})

test('without quotas it asks for nothing but quotas, and nothing comes round', () => {
  const cluster = counted()
  createPod(cluster, 'web')
  cluster.settle()
  const before = cluster.apiServer.requestsHandled
  must(cluster.client.delete('pods', 'default/web', { gracePeriodSeconds: 0 }))
  cluster.settle()
  expect(cluster.apiServer.requestsHandled).toBe(before + 1)
  const labels = labelsUntil(cluster, 700_000)
  expect(labels.filter((label) => label.startsWith('resourcequota'))).toEqual([])
})

test('a ReplicaSet that a quota leaves no room says so, and goes on when there is room', () => {
  const cluster = counted()
  cluster.component('replicaset-controller', startReplicaSetController)
  createQuota(cluster, { pods: '2' })
  advance(cluster, 10)
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } }
  must(cluster.client.create('replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template } } as unknown as Draft<'replicasets'>))
  advance(cluster, 5000)
  expect(cluster.list('pods')).toHaveLength(2)
  const failure = () => must(cluster.client.get('replicasets', 'default/web')).status.conditions?.find(({ type }) => type === 'ReplicaFailure')
  const why = expect.stringMatching(/^pods "web-\w{5}" is forbidden: exceeded quota: limits, requested: pods=1, used: pods=2, limited: pods=2$/)
  expect(failure()).toMatchObject({ status: 'True', reason: 'FailedCreate', message: why })
  const [event] = cluster.list('events').filter(({ reason }) => reason === 'FailedCreate')
  expect(event).toMatchObject({ type: 'Warning', message: expect.stringMatching(/^Error creating: pods "web-\w{5}" is forbidden: exceeded quota: limits, requested: pods=1, used: pods=2, limited: pods=2$/) })
  must(cluster.client.patch('resourcequotas', 'default/limits', 'merge', { spec: { hard: { pods: '3' } } }))
  advance(cluster, 60_000)
  expect(cluster.list('pods')).toHaveLength(3)
  expect(failure()).toBeUndefined()
})

test('a thousand objects are counted in pieces', () => {
  const cluster = counted()
  for (let at = 0; at < 1000; at += 1) createConfigMap(cluster, `settings-${at}`)
  createQuota(cluster, { configmaps: '2000' })
  const labels = labelsUntil(cluster, cluster.timeline.now + 1000)
  expect(statusOf(cluster).used).toEqual({ configmaps: '1k' })
  expect(labels).toContain('resourcequota priority: goes on with default/limits')
})
