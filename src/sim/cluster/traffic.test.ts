import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import type { NodeRules, Route } from '../network/route.ts'
import { Cluster } from './cluster.ts'

const labels = { app: 'web' }
const web = (replicas: number, spec: object = {}) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }], ...spec } } } })
const service = (spec: object = {}) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: labels, ports: [{ port: 80 }], ...spec } })
const client = (node: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `on-${node}` }, spec: { nodeName: node, containers: [{ name: 'c', image: 'busybox', command: ['sleep', '1d'] }] } })

function start(manifests: object[], until = 20_000): Cluster {
  const cluster = new Cluster(1, { workers: 3 })
  cluster.advanceTo(0)
  const applied = cluster.perform({ kind: 'apply', manifests: manifests as never })
  expect(applied.ok).toBe(true)
  cluster.advanceTo(until)
  return cluster
}

function ask(cluster: Cluster, from?: string, name = 'default/web'): Route {
  const answer = cluster.ask({ kind: 'route', service: name, ...(from === undefined ? {} : { from: `default/on-${from}` }) })
  if (!answer.ok) throw new Error(answer.status.message)
  return answer.value as Route
}

const failureOf = (route: Route) => (route.ok ? `answered by ${route.answeredBy}` : route.failure)

test('a Service answers from every node, from outside only by a node port, and asking leaves no mark', () => {
  const cluster = start([web(2), service(), client('worker-1')])
  const before = cluster.hash()
  expect(ask(cluster, 'worker-1')).toMatchObject({ ok: true, answeredBy: expect.stringMatching(/^default\/web-/) })
  expect(failureOf(ask(cluster))).toBe('the Service is of type ClusterIP: it cannot be reached from outside')
  expect(cluster.hash()).toBe(before)
  cluster.perform({ kind: 'apply', manifests: [service({ type: 'LoadBalancer' })] })
  cluster.advanceTo(25_000)
  const route = ask(cluster)
  expect(route.ok).toBe(true)
  expect(route.hops[1]!.what).toMatch(/^takes it on node port 3\d{4} \(no load balancer has given the Service an address\)$/)
})

test('a node that is cut off keeps the rules it had: it sends to pods that are gone, and to its own as before', () => {
  const cluster = start([web(1, { nodeName: 'worker-2' }), service(), client('worker-1')])
  cluster.perform({ kind: 'cut-off', node: 'worker-1' })
  expect(failureOf(ask(cluster, 'worker-1'))).toMatch(/cannot be resolved: no CoreDNS pod answers|no answer: worker-2 cannot be reached/)
  cluster.perform({ kind: 'scale', resource: 'deployments', key: 'default/web', replicas: 0 })
  cluster.advanceTo(60_000)
  expect(cluster.rules.sightOf('worker-1')!.slices.flatMap(({ metadata, endpoints }) => (metadata.name.startsWith('web-') ? (endpoints ?? []) : []))).toHaveLength(1)
  cluster.perform({ kind: 'reconnect', node: 'worker-1' })
  cluster.advanceTo(65_000)
  expect(failureOf(ask(cluster, 'worker-1'))).toBe('connection refused: no pod matches the selector of the Service')
})

test('rules outlive the API server, not the power of their node', () => {
  const cluster = start([web(3), service(), client('worker-1')])
  cluster.perform({ kind: 'stop', component: 'kube-apiserver' })
  cluster.advanceTo(40_000)
  expect(ask(cluster, 'worker-1').ok).toBe(true)
  cluster.perform({ kind: 'power-off', node: 'worker-1' })
  expect(failureOf(ask(cluster, 'worker-1'))).toBe('worker-1 is off: the pod does not run')
  cluster.perform({ kind: 'power-on', node: 'worker-1' })
  cluster.advanceTo(50_000)
  expect(cluster.rules.sightOf('worker-1')).toBeNull()
})

test('a new endpoint is in the rules a moment later, and a second after the last time they were written', () => {
  const cluster = start([web(0), service()])
  const count = () => cluster.rules.sightOf('worker-1')!.slices.flatMap(({ metadata, endpoints }) => (metadata.name.startsWith('web-') ? (endpoints ?? []) : [])).length
  const put = (name: string, address: string) => cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name, labels: { 'kubernetes.io/service-name': 'web' } }, addressType: 'IPv4', ports: [{ port: 80 }], endpoints: [{ addresses: [address] }] }] })
  put('web-one', '10.1.1.1')
  expect(count()).toBe(0)
  cluster.advanceTo(20_050)
  expect(count()).toBe(1)
  put('web-two', '10.1.1.2')
  cluster.advanceTo(20_900)
  expect(count()).toBe(1)
  cluster.advanceTo(21_100)
  expect(count()).toBe(2)
})

test('Endpoints made by hand for a Service without a selector are where its traffic goes', () => {
  const cluster = start([web(1), service({ selector: undefined }), client('worker-1')])
  expect(failureOf(ask(cluster, 'worker-1'))).not.toMatch(/^answered/)
  const [pod] = [...cluster.store.range('/registry/pods/default/web-') as { value: unknown }[]].map(({ value }) => value as Pod)
  const endpoints = (ip = '') => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web' }, subsets: [{ addresses: [{ ip }], ports: [{ port: 80 }] }] })
  cluster.perform({ kind: 'apply', manifests: [endpoints(pod?.status.podIP)] })
  cluster.advanceTo(22_000)
  expect(failureOf(ask(cluster, 'worker-1'))).toBe(`answered by ${pod?.status.podIP}`)
  cluster.perform({ kind: 'delete', resource: 'endpoints', key: 'default/web' })
  cluster.advanceTo(25_000)
  expect(failureOf(ask(cluster, 'worker-1'))).not.toMatch(/^answered/)
})

test('a script that waits for a Service goes on when the Service is there, and not before', () => {
  const waiting = { ...client('worker-1'), spec: { nodeName: 'worker-1', initContainers: [{ name: 'wait', image: 'busybox', command: ['sh', '-c', 'until nslookup late; do sleep 2; done; until [ "$(curl -s -o /dev/null -w %{http_code} http://late)" = 200 ]; do sleep 1; done'] }], containers: [{ name: 'c', image: 'nginx' }] } }
  const cluster = start([waiting, web(1)], 60_000)
  const phase = () => (cluster.store.get('/registry/pods/default/on-worker-1')?.value as unknown as Pod | undefined)?.status.phase
  expect(phase()).toBe('Pending')
  cluster.perform({ kind: 'apply', manifests: [{ ...service(), metadata: { name: 'late' } }] })
  cluster.advanceTo(75_000)
  expect(phase()).toBe('Running')
})

const script = (node: string, text: string) => ({ ...client(node), spec: { nodeName: node, containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', text] }] } })

test('a node remembers to which endpoint a client was sent, until it was quiet for as long as the Service says', () => {
  const sticky = service({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 30 } } })
  const cluster = start([web(3), sticky, script('worker-1', 'until wget -q http://web; do sleep 1; done; sleep 1d'), client('worker-2')])
  const met = (node: string) => ask(cluster, node).hops.find(({ kind }) => kind === 'service')?.what
  const [first, before] = [ask(cluster, 'worker-1'), cluster.hash()]
  expect([met('worker-1'), met('worker-2')]).toEqual(['the endpoint that this client was sent to before', 'one of 3 endpoints'])
  cluster.ask({ kind: 'route', service: 'default/web', from: 'default/on-worker-2' })
  expect([met('worker-2'), cluster.hash()]).toEqual(['one of 3 endpoints', before])
  cluster.advanceTo(25_010)
  expect(ask(cluster, 'worker-1')).toMatchObject({ answeredBy: first.ok && first.answeredBy, candidates: [expect.anything()] })
  cluster.advanceTo(60_000)
  expect(met('worker-1')).toBe('one of 3 endpoints')
})

test('the rules of a Service on a node are those that its proxy has seen, and reading them leaves no mark', () => {
  const cluster = start([web(2), service({ type: 'NodePort' })])
  const rulesOn = (node: string) => {
    const answer = cluster.ask({ kind: 'rules', service: 'default/web', node })
    return answer.ok ? (answer.value as NodeRules | null) : null
  }
  const endpoints = (node: string) => rulesOn(node)?.nat.filter(({ chain }) => chain.startsWith('KUBE-SEP-')).length
  const before = cluster.hash()
  expect(rulesOn('worker-1')?.nat.map(({ chain }) => chain.slice(0, 8))).toEqual(['KUBE-SER', 'KUBE-NOD', 'KUBE-SVC', 'KUBE-EXT', 'KUBE-SEP', 'KUBE-SEP'])
  expect(rulesOn('worker-1')?.nat.flatMap(({ rules }) => rules)).toContainEqual(expect.stringMatching(/"default\/web cluster IP" .* ! -s 10\.244\.0\.0\/16 -j KUBE-MARK-MASQ$/))
  expect(cluster.hash()).toBe(before)
  cluster.perform({ kind: 'cut-off', node: 'worker-1' })
  cluster.perform({ kind: 'scale', resource: 'deployments', key: 'default/web', replicas: 1 })
  cluster.advanceTo(40_000)
  expect([endpoints('worker-1'), endpoints('worker-2')]).toEqual([2, 1])
  cluster.perform({ kind: 'power-off', node: 'worker-2' })
  expect([rulesOn('worker-2'), rulesOn('nobody')]).toEqual([null, null])
})

test('a node with an endpoint of its own answers on the health check port of a Service, the others say 503, and a proxy that stands still nothing', () => {
  const local = service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32_000 })
  const address = (node: string) => cluster.machines.get(node)?.spec.ip ?? ''
  const cluster = start([web(1, { nodeName: 'worker-1' }), local])
  const healthOf = (node: string) => {
    const answer = cluster.ask({ kind: 'rules', service: 'default/web', node })
    return answer.ok ? (answer.value as NodeRules).healthCheck?.answer : undefined
  }
  expect(healthOf('worker-1')).toEqual({ status: 200, headers: { 'X-Load-Balancing-Endpoint-Weight': '1' }, body: { service: { namespace: 'default', name: 'web' }, localEndpoints: 1, serviceProxyHealthy: true } })
  expect(healthOf('worker-2')).toMatchObject({ status: 503, body: { localEndpoints: 0 } })
  const asker = cluster.store.get('/registry/pods/kube-system/kube-scheduler-control-plane-1')?.value as unknown as Pod
  const answers = (node: string, port: number) => cluster.answer({ kind: 'connect', host: address(node), port }, asker)
  expect([answers('worker-1', 32_000), answers('worker-2', 32_000), answers('worker-1', 32_001), answers('worker-2', 10_256)]).toEqual([true, false, false, true])
  cluster.perform({ kind: 'fault', fault: { kind: 'freeze', component: 'kube-proxy', node: 'worker-1' } })
  expect([answers('worker-1', 32_000), answers('worker-1', 10_256)]).toEqual([false, false])
})

test('a proxy that has had a change in hand for a minute calls itself unhealthy, and its node asks load balancers for no more', () => {
  const local = service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32_000 })
  const cluster = start([web(1, { nodeName: 'worker-1' }), local])
  const asker = cluster.store.get('/registry/pods/kube-system/kube-scheduler-control-plane-1')?.value as unknown as Pod
  const health = () => [32_000, 10_256].map((port) => cluster.answer({ kind: 'connect', host: cluster.machines.get('worker-1')?.spec.ip ?? '', port }, asker))
  cluster.perform({ kind: 'fault', fault: { kind: 'slow', component: 'kube-proxy', node: 'worker-1', by: 300_000 } })
  cluster.advanceTo(100_000)
  expect(health(), 'nothing has changed').toEqual([true, true])
  cluster.perform({ kind: 'apply', manifests: [{ ...service(), metadata: { name: 'other' } }] as never })
  cluster.advanceTo(159_000)
  expect(health()).toEqual([true, true])
  cluster.advanceTo(161_000)
  expect(health()).toEqual([false, false])
  cluster.advanceTo(325_000)
  expect(health(), 'done with its rules').toEqual([true, true])
})

test('a script reaches a server in its own pod by localhost, and what is bound to 127.0.0.1 only from the same network', () => {
  const pair = { ...client('worker-1'), spec: { nodeName: 'worker-1', containers: [{ name: 'c', image: 'busybox', command: ['sleep', '1d'] }, { name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }] } }
  const cluster = start([pair, client('worker-2')])
  const from = (pod: string, namespace = 'default') => cluster.store.get(`/registry/pods/${namespace}/${pod}`)?.value as unknown as Pod
  const answers = (port: number, pod: Pod, host = 'localhost') => cluster.answer({ kind: 'connect', host, port }, pod)
  expect([answers(80, from('on-worker-1')), answers(81, from('on-worker-1')), answers(80, from('on-worker-2')), answers(80, from('on-worker-2'), '127.0.0.1')]).toEqual([true, false, false, false])
  const onMachine = from('kube-scheduler-control-plane-1', 'kube-system')
  expect([answers(10_249, onMachine, '127.0.0.1'), answers(10_249, from('on-worker-1')), answers(10_249, onMachine, cluster.machines.get('control-plane-1')?.spec.ip)]).toEqual([true, false, false])
})

test('a pod reaches node ports of all machines; with policy Local only where an endpoint is, or on its own machine', () => {
  const cluster = start([web(1, { nodeName: 'worker-2' }), service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] }), client('worker-1')])
  const asker = () => cluster.store.get('/registry/pods/default/on-worker-1')?.value as unknown as Pod
  const answers = (port: number) => [1, 2, 3].map((at) => cluster.answer({ kind: 'connect', host: cluster.machines.get(`worker-${at}`)?.spec.ip ?? '', port }, asker()))
  expect([answers(30_080), answers(30_081)]).toEqual([[true, true, true], [false, false, false]])
  const local = service({ type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30_080 }], externalIPs: ['203.0.113.9'] })
  expect(cluster.perform({ kind: 'apply', manifests: [local] as never }).ok).toBe(true)
  cluster.advanceTo(25_000)
  expect(answers(30_080)).toEqual([true, true, false])
  const external = (port: number) => cluster.answer({ kind: 'connect', host: '203.0.113.9', port }, asker())
  expect([external(80), external(30_080)]).toEqual([true, false])
})
