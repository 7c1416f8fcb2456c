import { expect, test } from 'vitest'
import type { EndpointSlice, Pod, Service } from '../api/generated/types.ts'
import { createTestCluster } from '../cluster/testing.ts'
import { createProxyView, startKubeProxy } from './kube-proxy.ts'
import { PodIpam } from './pod-ipam.ts'
import { routeOf, type NetworkState } from './route.ts'

const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterIP', clusterIP: '10.96.0.7', ports: [{ port: 80, protocol: 'TCP' }] } } as unknown as Service
const slice = (address: string, nodeName: string, ready: boolean): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4',
  metadata: { name: `web-${address}`, namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  endpoints: [{ addresses: [address], nodeName, conditions: { ready, serving: ready, terminating: false }, targetRef: { kind: 'Pod', name: `web-${address.at(-1) ?? ''}` } }],
} as unknown as EndpointSlice)
const asker = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'shell', namespace: 'shop' }, spec: { nodeName: 'n1' }, status: { phase: 'Running' } } as unknown as Pod

function network(slices: readonly EndpointSlice[], over: Partial<NetworkState> = {}): NetworkState {
  return { proxyOf: (name) => createProxyView({ name, zone: 'za' }, [service], slices), nodes: ['n1', 'n2'], reaches: () => true, listens: () => true, dnsWorks: true, choose: () => 0, ...over }
}

test('a request from a pod is resolved, takes the rules of its node and is answered by a ready pod on another one', () => {
  const route = routeOf({ namespace: 'shop', service: 'web', from: asker }, network([slice('10.244.2.5', 'n2', true), slice('10.244.2.6', 'n2', false)]))
  expect(route).toMatchObject({ ok: true, answeredBy: 'shop/web-5', candidates: ['shop/web-5'] })
  expect(route.hops.map(({ kind, at }) => `${kind} ${at}`)).toEqual(['client shop/shell', 'dns web.shop.svc.cluster.local', 'node n1', 'service 10.96.0.7:80', 'node n2', 'pod shop/web-5'])
})

test('a request fails for a reason that says where: no ready pod, a lost node that the rules still name, no way in from outside', () => {
  const ready = [slice('10.244.2.5', 'n2', true)]
  expect(routeOf({ namespace: 'shop', service: 'web', from: asker }, network([slice('10.244.2.5', 'n2', false)]))).toMatchObject({ ok: false, failure: 'connection refused: no pod behind the Service is ready' })
  expect(routeOf({ namespace: 'shop', service: 'web', from: asker }, network(ready, { reaches: (_, to) => to !== 'n2' }))).toMatchObject({ ok: false, failure: 'no answer: n2 cannot be reached, and the rules on n1 do not know it yet' })
  expect(routeOf({ namespace: 'shop', service: 'web' }, network(ready))).toMatchObject({ ok: false, failure: 'the Service is of type ClusterIP: it cannot be reached from outside' })
})

test('a proxy has seen everything while it is connected, and what was there when its connection broke', () => {
  const cluster = createTestCluster()
  const proxy = cluster.component('kube-proxy', startKubeProxy)
  cluster.advanceTo(5_000)
  expect(proxy.seenUntil).toBe(5_000)
  cluster.apiServer.stop()
  cluster.advanceTo(9_000)
  expect(proxy.seenUntil).toBe(5_000)
})

test('no two pods of a node have one address, and a freed one is not given out again at once', () => {
  const ipam = new PodIpam('10.244.3.0/29', ['10.244.3.4'])
  expect([ipam.allocate(), ipam.allocate(), ipam.allocate(), ipam.allocate()]).toEqual(['10.244.3.5', '10.244.3.6', '10.244.3.2', '10.244.3.3'])
  expect(ipam.allocate()).toBeNull()
  ipam.release('10.244.3.4')
  expect(ipam.allocate()).toBe('10.244.3.4')
})
