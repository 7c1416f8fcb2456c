import { expect, test } from 'vitest'
import type { EndpointSlice, EndpointSubset } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import { must } from '../../api/status.ts'
import type { Draft } from '../../client/component.ts'
import { createTestCluster, type TestCluster, type TestClusterOptions } from '../../cluster/testing.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { startEndpointSliceMirroringController } from './endpoint-slice-mirroring-controller.ts'

function start(options: TestClusterOptions = {}, flags: Partial<ControllerManagerFlags> = {}): TestCluster {
  const cluster = createTestCluster(options)
  cluster.component('endpoint-slice-mirroring-controller', (context) => startEndpointSliceMirroringController(context, flags), { qps: 20, burst: 30 })
  return cluster
}

function createService(cluster: TestCluster, spec: object = {}): void {
  must(cluster.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db', namespace: 'default' }, spec: { ports: [{ port: 5432 }], ...spec } } as unknown as Draft<'services'>))
}

function createEndpoints(cluster: TestCluster, subsets: readonly EndpointSubset[], metadata: object = {}): void {
  must(cluster.client.create('endpoints', { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'db', namespace: 'default', ...metadata }, subsets }))
}

function change(cluster: TestCluster, patch: object): void {
  must(cluster.client.patch('endpoints', 'default/db', 'merge', patch))
  cluster.settle()
}

const subset = (ips: readonly string[], port = 5432, rest: Partial<EndpointSubset> = {}): EndpointSubset => ({ addresses: ips.map((ip) => ({ ip })), ports: [{ port, protocol: 'TCP' }], ...rest })
const mirrors = (cluster: TestCluster): readonly EndpointSlice[] => cluster.list('endpointslices', 'default').filter(({ metadata }) => metadata.name !== 'kubernetes')
const told = (cluster: TestCluster) => mirrors(cluster).map(({ addressType, endpoints = [], ports = [] }) => `${addressType} ${endpoints.map(({ addresses, conditions }) => `${conditions?.ready === true ? '' : '!'}${addresses.join()}`).join(' ')} @ ${ports.map(({ port }) => port).join()}`).sort()

test('each family and each set of ports has a slice of its own, which belongs to the Endpoints and bears their labels and annotations', () => {
  const cluster = start()
  createService(cluster)
  createEndpoints(cluster, [subset(['10.1.2.3', 'fd00::1'], 5432, { notReadyAddresses: [{ ip: '10.1.2.4' }] }), subset(['10.1.2.3'], 80)], { labels: { team: 'a' }, annotations: { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } })
  cluster.settle()
  expect(told(cluster)).toEqual(['IPv4 10.1.2.3 !10.1.2.4 @ 5432', 'IPv4 10.1.2.3 @ 80', 'IPv6 fd00::1 @ 5432'])
  const { metadata } = mirrors(cluster)[0]!
  expect(metadata.name).toMatch(/^db-.{5}$/)
  expect(metadata.labels).toEqual({ team: 'a', 'kubernetes.io/service-name': 'db', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' })
  expect(metadata.annotations).toEqual({ note: 'x' })
  expect(metadata.ownerReferences).toMatchObject([{ kind: 'Endpoints', name: 'db', controller: true, blockOwnerDeletion: true }])
})

test('a slice follows its Endpoints under its own name, and is left alone when nothing changed', () => {
  const cluster = start()
  createService(cluster)
  createEndpoints(cluster, [subset(['10.1.2.3'])])
  cluster.settle()
  const [first] = mirrors(cluster)
  change(cluster, { metadata: { annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T09:00:00Z' } } })
  expect(mirrors(cluster)).toEqual([first])
  change(cluster, { subsets: [subset(['10.1.2.9'], 80)] })
  expect(told(cluster)).toEqual(['IPv4 10.1.2.9 @ 80'])
  expect(mirrors(cluster)[0]?.metadata.uid).toBe(first?.metadata.uid)
  change(cluster, { metadata: { labels: { team: 'b' } } })
  expect(mirrors(cluster)[0]?.metadata.labels).toHaveProperty('team', 'b')
})

test.each([
  ['the Endpoints are deleted', (cluster: TestCluster) => must(cluster.client.delete('endpoints', 'default/db'))],
  ['the Service is deleted', (cluster: TestCluster) => must(cluster.client.delete('services', 'default/db'))],
  ['the Service gets a selector', (cluster: TestCluster) => must(cluster.client.patch('services', 'default/db', 'merge', { spec: { selector: { app: 'db' } } }))],
  ['the Endpoints are marked as not to be mirrored', (cluster: TestCluster) => must(cluster.client.patch('endpoints', 'default/db', 'merge', { metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } } }))],
])('the slices go when %s', (_, happens) => {
  const cluster = start()
  createService(cluster)
  createEndpoints(cluster, [subset(['10.1.2.3']), subset(['10.1.2.4'], 80)])
  cluster.settle()
  expect(mirrors(cluster)).toHaveLength(2)
  happens(cluster)
  cluster.settle()
  expect(mirrors(cluster)).toEqual([])
})

test('Endpoints of a Service with a selector, of none, of a leader and of the API server have no mirror', () => {
  const cluster = start()
  createService(cluster, { selector: { app: 'db' } })
  createEndpoints(cluster, [subset(['10.1.2.3'])])
  createEndpoints(cluster, [subset(['10.1.2.3'])], { name: 'nobody' })
  createEndpoints(cluster, [subset(['10.1.2.3'])], { name: 'leader', annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } })
  cluster.settle()
  expect(mirrors(cluster)).toEqual([])
})

test('the slice comes with the Service when that comes after the Endpoints, and again when somebody deletes or changes it', () => {
  const cluster = start({ watchLag: { endpointslices: 300, services: 200 } })
  createEndpoints(cluster, [subset(['10.1.2.3'])])
  createService(cluster)
  cluster.settle()
  expect(told(cluster)).toEqual(['IPv4 10.1.2.3 @ 5432'])
  must(cluster.client.delete('endpointslices', keyOf(mirrors(cluster)[0]!)))
  cluster.settle()
  expect(told(cluster)).toEqual(['IPv4 10.1.2.3 @ 5432'])
  must(cluster.client.update('endpointslices', { ...mirrors(cluster)[0]!, endpoints: [] }))
  cluster.settle()
  expect(told(cluster)).toEqual(['IPv4 10.1.2.3 @ 5432'])
})

test('of one subset only so many addresses are mirrored, and an event says how many are not', () => {
  const cluster = start({}, { mirroringMaxEndpointsPerSubset: 2 })
  createService(cluster)
  createEndpoints(cluster, [subset(['10.1.2.1', '10.1.2.2', '10.1.2.3'], 5432, { notReadyAddresses: [{ ip: '10.1.2.4' }] })])
  cluster.settle()
  expect(told(cluster)).toEqual(['IPv4 10.1.2.1 10.1.2.2 @ 5432'])
  expect(cluster.list('events').map(({ reason, message }) => `${reason}: ${message}`)).toEqual(['TooManyAddressesToMirror: A max of 2 addresses can be mirrored to EndpointSlices per Endpoints subset. 2 addresses were skipped'])
})
