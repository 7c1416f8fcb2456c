import { expect, test } from 'vitest'
import type { Endpoints, Pod } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import { must } from '../../api/status.ts'
import type { Draft } from '../../client/component.ts'
import { createTestCluster, type TestCluster, type TestClusterOptions } from '../../cluster/testing.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { startEndpointController } from './endpoint-controller.ts'

function start(options: TestClusterOptions = {}, flags: Partial<ControllerManagerFlags> = {}): TestCluster {
  const cluster = createTestCluster(options)
  cluster.component('endpoint-controller', (context) => startEndpointController(context, flags), { qps: 20, burst: 30 })
  return cluster
}

function createService(cluster: TestCluster, name = 'web', spec: object = {}, labels?: Readonly<Record<string, string>>): void {
  const draft = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default', ...(labels && { labels }) }, spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...spec } }
  must(cluster.client.create('services', draft as unknown as Draft<'services'>))
}

function createPod(cluster: TestCluster, name: string, ip: string, ready = true): Pod {
  const made = must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { app: 'web' } }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] } } as unknown as Draft<'pods'>))
  return must(cluster.client.updateStatus('pods', withReady({ ...made, status: { ...made.status, phase: 'Running', podIP: ip, podIPs: [{ ip }] } }, ready)))
}

function withReady(pod: Pod, ready: boolean): Pod {
  return { ...pod, status: { ...pod.status, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } }
}

function get(cluster: TestCluster, name = 'web'): Endpoints | undefined {
  return cluster.list('endpoints', 'default').find(({ metadata }) => metadata.name === name)
}

function reasons(cluster: TestCluster): readonly string[] {
  return cluster.list('events').map(({ reason, message }) => `${reason}: ${message}`)
}

test('the Endpoints of a Service follow its pods, bear its labels and tell who made them', () => {
  const cluster = start()
  createService(cluster, 'web', {}, { team: 'a' })
  cluster.settle()
  expect(get(cluster)?.metadata).toMatchObject({ labels: { team: 'a', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' }, annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T09:00:00Z' } })
  expect(get(cluster)?.subsets).toBeUndefined()
  const pod = createPod(cluster, 'a', '10.0.0.1', false)
  cluster.settle()
  expect(get(cluster)?.subsets?.[0]).toMatchObject({ notReadyAddresses: [{ ip: '10.0.0.1' }] })
  must(cluster.client.updateStatus('pods', withReady(pod, true)))
  cluster.settle()
  expect(get(cluster)?.subsets?.[0]).toMatchObject({ addresses: [{ ip: '10.0.0.1' }] })
  must(cluster.client.delete('services', 'default/web'))
  cluster.settle()
  expect(get(cluster)).toBeUndefined()
})

test('a headless Service says so on its Endpoints, once', () => {
  const cluster = start()
  createService(cluster, 'web', { clusterIP: 'None' })
  cluster.settle()
  expect(get(cluster)?.metadata.labels).toHaveProperty('service.kubernetes.io/headless', '')
  const { revision } = cluster.store
  cluster.advanceTo(600_000)
  expect(cluster.store.revision).toBe(revision)
})

test('what is changed in a pod but not in its address writes nothing', () => {
  const cluster = start()
  createService(cluster)
  const pod = createPod(cluster, 'a', '10.0.0.1')
  cluster.settle()
  const before = get(cluster)
  must(cluster.client.patch('pods', keyOf(pod), 'merge', { metadata: { annotations: { note: 'x' } } }))
  must(cluster.client.patch('services', 'default/web', 'merge', { metadata: { annotations: { note: 'x' } } }))
  cluster.settle()
  expect(get(cluster)).toBe(before)
})

test('who deletes the Endpoints of a Service gets them again; those without a Service are cleared away when the controller starts, but not those of a leader', () => {
  const cluster = createTestCluster()
  const leftover = (name: string, annotations: Readonly<Record<string, string>>) => must(cluster.client.create('endpoints', { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace: 'default', annotations } }))
  leftover('orphan', {})
  leftover('leader', { 'control-plane.alpha.kubernetes.io/leader': '{}' })
  createService(cluster)
  cluster.component('endpoint-controller', (context) => startEndpointController(context))
  cluster.settle()
  must(cluster.client.delete('endpoints', 'default/web'))
  cluster.settle()
  expect(cluster.list('endpoints', 'default').map(({ metadata }) => metadata.name)).toEqual(['kubernetes', 'leader', 'web'])
})

test('Endpoints made by hand for a Service without a selector, or of another name, are left alone', () => {
  const cluster = start()
  must(cluster.client.create('endpoints', { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'db', namespace: 'default' }, subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 5432, protocol: 'TCP' }] }] }))
  createService(cluster, 'db', { selector: undefined })
  createService(cluster, 'away', { type: 'ExternalName', externalName: 'example.com', ports: undefined })
  cluster.settle()
  expect(cluster.list('endpoints', 'default').map(({ metadata }) => metadata.name)).toEqual(['db', 'kubernetes'])
  expect(get(cluster, 'db')?.metadata.labels).toBeUndefined()
})

test('more than a thousand addresses are cut off, ready ones last, and an annotation says so', () => {
  const cluster = start()
  createService(cluster)
  for (let at = 0; at < 1003; at += 1) createPod(cluster, `p${at}`, `10.${at >> 8}.${at & 255}.1`, at >= 10)
  cluster.settle()
  const subset = get(cluster)?.subsets?.[0]
  expect([subset?.addresses?.length, subset?.notReadyAddresses?.length]).toEqual([993, 7])
  expect(get(cluster)?.metadata.annotations).toHaveProperty('endpoints.kubernetes.io/over-capacity', 'truncated')
  for (let at = 0; at < 10; at += 1) must(cluster.client.delete('pods', `default/p${at}`, { gracePeriodSeconds: 0 }))
  cluster.settle()
  expect(get(cluster)?.subsets?.[0]?.addresses).toHaveLength(993)
  expect(get(cluster)?.metadata.annotations ?? {}).not.toHaveProperty('endpoints.kubernetes.io/over-capacity')
})

test('a pass that starts from a version it has written over itself is made again when the cache has caught up', () => {
  const cluster = start({ watchLag: { endpoints: 500 } })
  createService(cluster)
  cluster.advanceTo(1_000)
  createPod(cluster, 'a', '10.0.0.1')
  cluster.advanceTo(1_100)
  createPod(cluster, 'b', '10.0.0.2')
  cluster.settle()
  expect(get(cluster)?.subsets?.[0]?.addresses?.map(({ ip }) => ip)).toEqual(['10.0.0.1', '10.0.0.2'])
  expect(reasons(cluster)).toEqual([])
})

test('Endpoints that the cache does not show yet are not made again without a word', () => {
  const cluster = start({ watchLag: { endpoints: 500 } })
  cluster.advanceTo(1_000)
  createService(cluster)
  cluster.advanceTo(1_050)
  createPod(cluster, 'a', '10.0.0.1')
  cluster.settle()
  expect(get(cluster)?.subsets?.[0]?.addresses).toHaveLength(1)
  expect(reasons(cluster)[0]).toBe('FailedToCreateEndpoint: Failed to create endpoint for service default/web: endpoints "web" already exists')
})

test('pods that come within the batch period cost one write', () => {
  const cluster = start({}, { endpointUpdatesBatchPeriod: 2_000 })
  createService(cluster)
  cluster.advanceTo(5_000)
  for (let at = 0; at < 5; at += 1) {
    createPod(cluster, `p${at}`, `10.0.0.${at + 1}`)
    cluster.advanceTo(5_000 + 300 * (at + 1))
  }
  expect(get(cluster)?.subsets).toBeUndefined()
  const { revision } = cluster.store
  cluster.settle()
  expect(get(cluster)?.subsets?.[0]?.addresses).toHaveLength(5)
  expect(cluster.store.revision).toBe(revision + 1)
})

test('one changed pod of many leaves all other addresses the very same', () => {
  const cluster = start()
  createService(cluster)
  const pods = Array.from({ length: 50 }, (_, at) => createPod(cluster, `p${10 + at}`, `10.0.0.${10 + at}`))
  cluster.settle()
  const before = new Set(get(cluster)?.subsets?.[0]?.addresses)
  must(cluster.client.delete('pods', keyOf(pods[20]!), { gracePeriodSeconds: 0 }))
  cluster.settle()
  const after = get(cluster)?.subsets?.[0]?.addresses ?? []
  expect(after).toHaveLength(49)
  expect(after.every((address) => before.has(address))).toBe(true)
})
