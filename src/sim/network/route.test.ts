import { expect, test } from 'vitest'
import type { EndpointSlice, Service } from '../api/generated/types.ts'
import { createTestCluster } from '../cluster/testing.ts'
import { createProxyView, startKubeProxy } from './kube-proxy.ts'
import { PodIpam } from './pod-ipam.ts'
import { routeOf, type NetworkState, type Requester } from './route.ts'
import { AffinityLists } from './session-affinity.ts'

const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterIP', clusterIP: '10.96.0.7', ports: [{ port: 80, protocol: 'TCP' }] } } as unknown as Service
const slice = (address: string, nodeName: string, ready: boolean): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4',
  metadata: { name: `web-${address}`, namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  endpoints: [{ addresses: [address], nodeName, conditions: { ready, serving: ready, terminating: false }, targetRef: { kind: 'Pod', name: `web-${address.at(-1) ?? ''}` } }],
} as unknown as EndpointSlice)
const asker: Requester = { pod: 'shop/shell', node: 'n1', address: '10.244.1.9', clusterDns: true }

function network(slices: readonly EndpointSlice[], over: Partial<NetworkState> = {}, services: readonly Service[] = [service]): NetworkState {
  return {
    proxyOf: (name) => createProxyView({ name, zone: 'za' }, { services, slices }), nodes: ['n1', 'n2'], reaches: () => true, listens: () => true, dnsAnswers: () => true,
    service: (_, name) => services.find(({ metadata }) => metadata.name === name), slices: () => slices, choose: () => 0, remembers: () => false, note: () => undefined, ...over,
  }
}

test('a request from a pod is resolved, takes the rules of its node and is answered by a ready pod on another one', () => {
  const route = routeOf({ namespace: 'shop', service: 'web', from: asker }, network([slice('10.244.2.5', 'n2', true), slice('10.244.2.6', 'n2', false)]))
  expect(route).toMatchObject({ ok: true, answeredBy: 'shop/web-5', candidates: ['shop/web-5'] })
  expect(route.hops.map(({ kind, at }) => `${kind} ${at}`)).toEqual(['client shop/shell', 'dns web.shop.svc.cluster.local', 'node n1', 'service 10.96.0.7:80', 'node n2', 'pod shop/web-5'])
})

test('the chains that decide are named: by the dice, by policy, by what the node remembers, or by nobody', () => {
  const both = [slice('10.244.2.5', 'n2', true), slice('10.244.2.6', 'n2', true)]
  const ruleOf = (state: NetworkState, from?: Requester) => routeOf({ namespace: 'shop', service: 'web', ...(from && { from }) }, state).hops.find(({ kind }) => kind === 'service')?.rule?.replace(/-[A-Z2-7]{16}/g, '')
  const withSpec = (spec: object) => [{ ...service, spec: { ...service.spec, ...spec } } as unknown as Service]
  const nodePort = withSpec({ type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] })
  expect(ruleOf(network(both), asker)).toBe('KUBE-SVC → KUBE-SEP, probability 0.5000000000')
  expect(ruleOf(network(both, { choose: () => 1 }), asker)).toBe('KUBE-SVC → KUBE-SEP')
  expect(ruleOf(network(both, {}, withSpec({ internalTrafficPolicy: 'Local' })), asker)).toBe('KUBE-SERVICES → DROP')
  expect(ruleOf(network([]), asker)).toBe('KUBE-SERVICES → REJECT')
  expect(ruleOf(network(both, { nodes: ['n2'] }, nodePort))).toBe('KUBE-EXT → KUBE-SVL → KUBE-SEP, probability 0.5000000000')
  expect(ruleOf(network(both, { nodes: ['n1'] }, nodePort))).toBe('KUBE-EXTERNAL-SERVICES → DROP')
  expect(routeOf({ namespace: 'shop', service: 'web', from: asker }, network(both)).hops.at(-3)?.rule).toMatch(/^KUBE-SVC-[A-Z2-7]{16} → KUBE-SEP-[A-Z2-7]{16}, /)
})

test('with session affinity a client stays with its endpoint, for as long as the Service says; only a question leaves no mark', () => {
  const lists = new AffinityLists()
  const sticky = [{ ...service, spec: { ...service.spec, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } } } as unknown as Service]
  let now = 0
  let dice = 0
  const state = network([slice('10.244.2.5', 'n2', true), slice('10.244.2.6', 'n2', true)], { choose: () => dice, remembers: (_, chain, client, seconds) => lists.remembers(chain, client, seconds, now), note: (_, chain, client, seconds) => lists.note(chain, client, seconds, now) }, sticky)
  const answeredBy = (isReal: boolean, from = asker) => {
    const route = routeOf({ namespace: 'shop', service: 'web', from, isReal }, state)
    return route.ok ? [route.answeredBy, ...route.candidates] : []
  }
  expect(answeredBy(false)).toEqual(['shop/web-5', 'shop/web-5', 'shop/web-6'])
  dice = 1
  expect(answeredBy(true)[0]).toBe('shop/web-6')
  dice = 0
  now = 60_000
  expect(answeredBy(true)).toEqual(['shop/web-6', 'shop/web-6'])
  expect(answeredBy(true, { ...asker, address: '10.244.1.10' })[0]).toBe('shop/web-5')
  now = 120_000
  expect(answeredBy(false)[0]).toBe('shop/web-6')
  now = 120_001
  expect(answeredBy(false)[0]).toBe('shop/web-5')
})

test('a list of clients holds a hundred: the one that was quiet for longest makes room', () => {
  const lists = new AffinityLists()
  for (let client = 0; client < 100; client += 1) lists.note('KUBE-SEP', `10.0.0.${client}`, 10_800, client)
  lists.note('KUBE-SEP', '10.0.0.0', 10_800, 200)
  lists.note('KUBE-SEP', '10.0.1.0', 10_800, 300)
  const known = ['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.1.0'].filter((client) => lists.remembers('KUBE-SEP', client, 10_800, 300))
  expect(known).toEqual(['10.0.0.0', '10.0.0.2', '10.0.1.0'])
})

test('a request fails for a reason that says where: no ready pod, a lost node that the rules still name, no way in from outside', () => {
  const ready = [slice('10.244.2.5', 'n2', true)]
  expect(routeOf({ namespace: 'shop', service: 'web', from: asker }, network([slice('10.244.2.5', 'n2', false)]))).toMatchObject({ ok: false, failure: 'connection refused: no pod behind the Service is ready' })
  expect(routeOf({ namespace: 'shop', service: 'web', from: asker }, network(ready, { reaches: (_, to) => to !== 'n2' }))).toMatchObject({ ok: false, failure: 'no answer: n2 cannot be reached, and the rules on n1 do not know it yet' })
  expect(routeOf({ namespace: 'shop', service: 'web' }, network(ready))).toMatchObject({ ok: false, failure: 'the Service is of type ClusterIP: it cannot be reached from outside' })
})

test('a name that leads nowhere, a port that is not there, rules that never were: each is told as such', () => {
  const ready = [slice('10.244.2.5', 'n2', true)]
  const failureOf = (over: Partial<NetworkState>, request: { service?: string; port?: number; from?: Requester } = {}) => {
    const route = routeOf({ namespace: 'shop', service: 'web', from: asker, ...request }, network(ready, over))
    return route.ok ? 'answered' : route.failure
  }
  expect(failureOf({ dnsAnswers: () => false })).toBe('web.shop.svc.cluster.local cannot be resolved: no CoreDNS pod answers')
  expect(failureOf({}, { service: 'nobody' })).toBe('nobody.shop.svc.cluster.local cannot be resolved: there is no such Service (NXDOMAIN)')
  expect(failureOf({}, { port: 81 })).toBe('the Service has no port 81')
  expect(failureOf({ proxyOf: () => undefined })).toBe('n1 has no rules for Services: kube-proxy has not run there yet')
  expect(failureOf({ listens: () => false })).toBe('connection refused: nothing listens on 10.244.2.5:8080')
  expect(failureOf({}, { from: { ...asker, clusterDns: false } })).toMatch(/asks its machine's DNS/)
})

test('headless Services are answered by a pod itself, external names by somebody outside, node ports by any node that has a way', () => {
  const ready = [slice('10.244.2.5', 'n2', true)]
  const withSpec = (spec: object) => [{ ...service, spec: { ...service.spec, ...spec } } as unknown as Service]
  expect(routeOf({ namespace: 'shop', service: 'web', from: asker }, network(ready, { proxyOf: () => undefined }, withSpec({ clusterIP: 'None' })))).toMatchObject({ ok: true, answeredBy: 'shop/web-5' })
  expect(routeOf({ namespace: 'shop', service: 'web', from: asker }, network([], {}, withSpec({ type: 'ExternalName', externalName: 'example.org' })))).toMatchObject({ ok: true, answeredBy: 'example.org' })
  const local = withSpec({ type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] })
  expect(routeOf({ namespace: 'shop', service: 'web' }, network(ready, {}, local)).hops.map(({ at }) => at)).toEqual(['outside', 'n2', '10.96.0.7:80', 'shop/web-5'])
  expect(routeOf({ namespace: 'shop', service: 'web' }, network(ready, { nodes: ['n1'] }, local))).toMatchObject({ ok: false, failure: 'dropped: the traffic policy is Local and no endpoint is on n1' })
})

test('the rules follow while the proxy is connected, and freeze when its connection breaks', () => {
  const cluster = createTestCluster()
  const said: string[] = []
  cluster.component('kube-proxy', (context) => startKubeProxy(context, 'n1', { follow: () => said.push('follow'), freeze: () => said.push('freeze') }))
  cluster.advanceTo(5_000)
  expect(said).toEqual(['follow'])
  cluster.cutOff('kube-proxy')
  cluster.advanceTo(9_000)
  cluster.reconnect('kube-proxy')
  cluster.advanceTo(12_000)
  expect(said).toEqual(['follow', 'freeze', 'follow'])
})

test('no two pods of a node have one address, and a freed one is not given out again at once', () => {
  const ipam = new PodIpam('10.244.3.0/29', ['10.244.3.4'])
  expect([ipam.allocate(), ipam.allocate(), ipam.allocate(), ipam.allocate()]).toEqual(['10.244.3.5', '10.244.3.6', '10.244.3.2', '10.244.3.3'])
  expect(ipam.allocate()).toBeNull()
  ipam.release('10.244.3.4')
  expect(ipam.allocate()).toBe('10.244.3.4')
})
