import { expect } from 'vitest'
import { must } from '../../src/sim/api/status.ts'
import { conformance, withLabels, type Bench } from './conformance.ts'
import { createServiceOfNobody, createServicesOverTwoPods } from './services.ts'

const minute = 60_000

/** Each subset as its ports and the pods behind them. */
function portsAndPods(bench: Bench, name: string): readonly unknown[] {
  const { subsets = [] } = bench.get('endpoints', bench.key(name))
  return subsets.map(({ ports = [], addresses = [] }) => [...ports.map(({ port }) => port), ...addresses.map(({ targetRef }) => targetRef?.name)]).sort()
}

conformance('endpoints-lifecycle', (bench) => {
  const name = 'testservice'
  const key = bench.key(name)
  const labelled = 'test-endpoint-static=true'
  const watch = bench.watch('endpoints', { labelSelector: labelled })
  bench.create('endpoints', { metadata: { name, labels: { 'test-endpoint-static': 'true' } }, subsets: [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }] })
  expect(watch.types()).toEqual(['ADDED'])
  expect(bench.listEverywhere('endpoints', labelled).map(({ metadata }) => metadata.name)).toEqual([name])
  bench.update('endpoints', key, (endpoints) => withLabels(endpoints, { 'test-service': 'updated' }))
  expect(watch.types()).toEqual(['ADDED', 'MODIFIED'])
  expect(bench.get('endpoints', key).metadata.labels).toMatchObject({ 'test-service': 'updated' })
  bench.patch('endpoints', key, 'strategic', { metadata: { labels: { 'test-service': 'patched' } }, subsets: [{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080 }] }] })
  const patched = bench.get('endpoints', key)
  expect(patched.metadata.labels).toMatchObject({ 'test-service': 'patched' })
  expect(patched.subsets).toEqual([{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080, protocol: 'TCP' }] }])
  bench.deleteCollection('endpoints', labelled)
  bench.within(minute, 'the watch tells of its end', () => watch.types().at(-1) === 'DELETED')
  expect(watch.types()).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED'])
  expect(bench.exists('endpoints', key)).toBe(false)
})

conformance('endpoints-for-pods', (bench) => {
  createServicesOverTwoPods(bench)
  const exist = () => ['example-int-port', 'example-named-port', 'example-no-match'].every((name) => bench.exists('endpoints', bench.key(name)))
  bench.within(minute, 'all have Endpoints', () => exist() && portsAndPods(bench, 'example-named-port').length === 2)
  expect(portsAndPods(bench, 'example-int-port')).toEqual([[3000, 'pod1']])
  expect(portsAndPods(bench, 'example-named-port')).toEqual([[3000, 'pod1'], [3001, 'pod2']])
  expect(bench.get('endpoints', bench.key('example-no-match')).subsets ?? []).toEqual([])
  for (const { ip, nodeName, targetRef } of bench.get('endpoints', bench.key('example-named-port')).subsets?.flatMap(({ addresses }) => addresses ?? []) ?? []) {
    const pod = bench.get('pods', bench.key(targetRef?.name ?? ''))
    expect([ip, nodeName, targetRef?.kind, targetRef?.uid]).toEqual([pod.status.podIP, pod.spec.nodeName, 'Pod', pod.metadata.uid])
  }
})

conformance('endpoints-empty', (bench) => {
  const name = 'example-empty-selector'
  createServiceOfNobody(bench, name)
  bench.within(30_000, 'there are Endpoints', () => bench.exists('endpoints', bench.key(name)))
  expect(bench.get('endpoints', bench.key(name)).subsets ?? []).toEqual([])
  expect(must(bench.client.get('services', bench.key(name))).metadata.name).toBe(name)
  bench.delete('services', bench.key(name))
  bench.within(30_000, 'they are gone with it', () => !bench.exists('endpoints', bench.key(name)))
})

conformance('endpointslice-mirroring', (bench) => {
  const name = 'example-custom-endpoints'
  const mirrors = () => bench.list('endpointslices', `kubernetes.io/service-name=${name},endpointslice.kubernetes.io/managed-by=endpointslicemirroring-controller.k8s.io`)
  const shown = () => mirrors().map(({ endpoints = [], ports = [] }) => [...endpoints.map(({ addresses, conditions }) => `${addresses.join()} ${conditions?.ready}`), ...ports.map(({ port }) => port)])
  bench.create('services', { metadata: { name }, spec: { ports: [{ name: 'example', port: 80, protocol: 'TCP' }] } })
  const subset = (ip: string, port: number) => ({ addresses: [{ ip }], ports: [{ port, protocol: 'TCP' }] })
  bench.create('endpoints', { metadata: { name }, subsets: [subset('10.1.2.3', 80)] })
  bench.within(minute, 'there is a slice', () => mirrors().length === 1)
  expect(shown()).toEqual([['10.1.2.3 true', 80]])
  bench.update('endpoints', bench.key(name), (endpoints) => ({ ...endpoints, subsets: [subset('10.2.3.4', 9090)] }))
  bench.within(minute, 'the slice follows', () => shown()[0]?.[0] === '10.2.3.4 true')
  expect(shown()).toEqual([['10.2.3.4 true', 9090]])
  bench.delete('endpoints', bench.key(name))
  bench.within(minute, 'the slice goes', () => mirrors().length === 0)
})
