import { expect } from 'vitest'
import type { EndpointSlice, Service } from '../../src/sim/api/generated/types.ts'
import { findKind, findResource } from '../../src/sim/api/resources.ts'
import { must } from '../../src/sim/api/status.ts'
import { conformance, withAnnotations, type Bench } from './conformance.ts'
import { createServiceOfNobody, createServicesOverTwoPods } from './services.ts'

const minute = 60_000

function slicesOf(bench: Bench, service: string): readonly EndpointSlice[] {
  return bench.list('endpointslices', `kubernetes.io/service-name=${service}`)
}

conformance('kubernetes-service', (bench) => expect(bench.get('services', 'default/kubernetes').metadata.name).toBe('kubernetes'))

conformance('service-find-kubernetes', (bench) => {
  const services = must(bench.client.list('services')).items
  expect(services.filter(({ metadata }) => metadata.name === 'kubernetes' && metadata.namespace === 'default')).toHaveLength(1)
})

conformance('kubernetes-endpoints', (bench) => {
  const slices = must(bench.client.list('endpointslices', 'default', { labelSelector: 'kubernetes.io/service-name=kubernetes' })).items
  expect(slices.length).toBeGreaterThanOrEqual(1)
  const { spec } = bench.get('services', 'default/kubernetes')
  const { subsets = [] } = bench.get('endpoints', 'default/kubernetes')
  expect(subsets.length).toBeGreaterThanOrEqual(1)
  const addresses = subsets.flatMap((subset) => (subset.addresses ?? []).map(({ ip }) => ip))
  expect(addresses).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/)])
  expect(slices.flatMap(({ endpoints }) => endpoints ?? []).flatMap((endpoint) => endpoint.addresses)).toEqual(addresses)
  const ports = subsets.flatMap((subset) => subset.ports ?? [])
  expect(ports.map(({ name, port }) => [name, port])).toEqual(spec.ports?.map(({ name, targetPort }) => [name, targetPort]))
  expect(slices.flatMap((slice) => slice.ports ?? [])).toEqual(ports)
})

conformance('endpointslice-for-pods', (bench) => {
  createServicesOverTwoPods(bench)
  const portsAndPods = (name: string) => slicesOf(bench, name).map(({ ports: slicePorts, endpoints }) => [slicePorts?.[0]?.port, ...(endpoints ?? []).map(({ targetRef }) => targetRef?.name)]).sort()
  const intended = [[3000, 'pod1'], [3001, 'pod2']]
  const complete = (name: string, count: number) => () => slicesOf(bench, name).flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready).length === count
  bench.within(minute, 'all slices are complete', () => complete('example-int-port', 1)() && complete('example-named-port', 2)() && slicesOf(bench, 'example-no-match').length === 1)
  expect(portsAndPods('example-int-port')).toEqual([[3000, 'pod1']])
  expect(portsAndPods('example-named-port')).toEqual(intended)
  expect(slicesOf(bench, 'example-no-match')[0]!.endpoints ?? []).toEqual([])
  for (const { nodeName, targetRef, addresses } of slicesOf(bench, 'example-named-port').flatMap(({ endpoints }) => endpoints ?? [])) {
    const pod = bench.get('pods', bench.key(targetRef?.name ?? ''))
    expect([nodeName, targetRef?.kind, targetRef?.uid, addresses]).toEqual([pod.spec.nodeName, 'Pod', pod.metadata.uid, [pod.status.podIP]])
  }
  bench.deleteCollection('endpointslices', 'kubernetes.io/service-name=example-named-port')
  expect(slicesOf(bench, 'example-named-port')).toEqual([])
  bench.within(minute, 'they are made again', complete('example-named-port', 2))
  expect(portsAndPods('example-named-port')).toEqual(intended)
})

conformance('endpointslice-empty', (bench) => {
  const name = 'example-empty-selector'
  createServiceOfNobody(bench, name)
  bench.within(30_000, 'there is a slice', () => slicesOf(bench, name).length === 1)
  const [slice] = slicesOf(bench, name)
  expect(slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by']).toBe('endpointslice-controller.k8s.io')
  expect(slice?.endpoints ?? []).toEqual([])
  bench.delete('services', bench.key(name))
  bench.within(90_000, 'its slices are gone', () => slicesOf(bench, name).length === 0)
})

conformance('endpointslice-api', (bench) => {
  // Discovery is this table.
  expect(findKind('discovery.k8s.io/v1', 'EndpointSlice')).toMatchObject({ resource: 'endpointslices', namespaced: true })
  expect(findResource('discovery.k8s.io', 'endpointslices')?.version).toBe('v1')
  const labels = { special: 'x7k2p' }
  const labelSelector = 'special=x7k2p'
  const make = () => bench.create('endpointslices', { metadata: { generateName: 'e2e-example-ing', labels }, addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }] })
  const made = [make(), make(), make()]
  expect(new Set(made.flatMap(({ metadata }) => [metadata.name, metadata.uid])).size).toBe(6)
  const key = bench.key(made[0]!.metadata.name)
  expect(bench.get('endpointslices', key).metadata.uid).toBe(made[0]!.metadata.uid)
  const listed = must(bench.client.list('endpointslices', bench.namespace, { labelSelector }))
  expect(listed.items).toHaveLength(3)
  const watch = bench.watch('endpointslices', { labelSelector, resourceVersion: listed.metadata.resourceVersion })
  expect(bench.listEverywhere('endpointslices', labelSelector)).toHaveLength(3)
  expect(bench.patch('endpointslices', key, 'merge', { metadata: { annotations: { patched: 'true' } } }).metadata.annotations).toEqual({ patched: 'true' })
  expect(bench.update('endpointslices', key, (slice) => withAnnotations(slice, { updated: 'true' })).metadata.annotations).toEqual({ patched: 'true', updated: 'true' })
  bench.within(30_000, 'the watch shows the patch', () => watch.events.some(({ object }) => object.metadata.annotations?.['patched'] === 'true'))
  expect(new Set(watch.types())).toEqual(new Set(['MODIFIED']))
  bench.delete('endpointslices', key)
  expect(bench.exists('endpointslices', key)).toBe(false)
  expect(bench.list('endpointslices', labelSelector)).toHaveLength(2)
  bench.deleteCollection('endpointslices', labelSelector)
  expect(bench.list('endpointslices', labelSelector)).toEqual([])
})

conformance('service-status-lifecycle', (bench) => {
  const name = 'test-service-x7k2p'
  const watch = bench.watch('services', { labelSelector: 'test-service-static=true' })
  const last = () => watch.events.at(-1)
  bench.create('services', { metadata: { name, labels: { 'test-service-static': 'true' } }, spec: { type: 'LoadBalancer', ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }] } })
  expect(watch.types()).toEqual(['ADDED'])
  expect(must(bench.request('get', 'services', { namespace: bench.namespace, name, subresource: 'status' }))).toMatchObject({ status: { loadBalancer: {} } })
  const ingress = [{ ip: '203.0.113.1' }]
  const patched = bench.patch('services', bench.key(name), 'merge', { metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer: { ingress } } }, 'status')
  for (const seen of [patched, last()?.object]) expect(seen).toMatchObject({ metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer: { ingress } } })
  const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }
  bench.update('services', bench.key(name), (service: Service) => ({ ...service, status: { ...service.status, conditions: [condition] } }), 'status')
  expect(last()).toMatchObject({ type: 'MODIFIED', object: { status: { conditions: [condition] } } })
  bench.patch('services', bench.key(name), 'strategic', { metadata: { labels: { 'test-service': 'patched' } } })
  expect(last()).toMatchObject({ type: 'MODIFIED', object: { metadata: { labels: { 'test-service': 'patched', 'test-service-static': 'true' } } } })
  bench.delete('services', bench.key(name))
  bench.within(minute, 'the watch tells of its end', () => last()?.type === 'DELETED')
})

conformance('service-deletecollection', (bench) => {
  const service = (name: string, label: string) => bench.create('services', { metadata: { name, labels: { 'e2e-test-service': label } }, spec: { ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } })
  const first = service('e2e-svc-a', 'delete')
  service('e2e-svc-b', 'delete')
  service('e2e-svc-c', 'keep')
  expect(bench.list('services')).toHaveLength(3)
  bench.deleteCollection('services', 'e2e-test-service=delete')
  expect(bench.list('services').map(({ metadata }) => metadata.name)).toEqual(['e2e-svc-c'])
  const again = bench.create('services', { metadata: { name: 'e2e-svc-d' }, spec: { clusterIP: first.spec.clusterIP, ports: [{ port: 80 }] } })
  expect(again.spec.clusterIP).toBe(first.spec.clusterIP)
})
