import { expect, test } from 'vitest'
import { gateFault, openGates } from '../api/feature-gates.ts'
import type { Event, Node, Pod } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { KeyValue } from '../etcd/store.ts'
import { Cluster } from './cluster.ts'
import type { ClusterOptions } from './run.ts'

function controllerManager(flags: Readonly<Record<string, string>>): Cluster {
  const cluster = new Cluster(1, { workers: 1, flags: { 'kube-controller-manager': flags } })
  cluster.advanceTo(30_000)
  return cluster
}

const names = (cluster: Cluster, prefix: string) => (cluster.store.range(`/registry/${prefix}/`) as KeyValue<KubernetesObject>[]).map(({ key }) => key.split('/').at(-1))

test('the controllers lead under the lease that a flag names, and without election under none', () => {
  expect(names(controllerManager({}), 'leases/kube-system')).toContain('kube-controller-manager')
  expect(names(controllerManager({ 'leader-elect-resource-name': 'mine' }), 'leases/kube-system')).toContain('mine')
  const alone = controllerManager({ 'leader-elect': 'false' })
  expect(names(alone, 'leases/kube-system')).toEqual(['kube-scheduler'])
  expect(names(alone, 'pods/kube-system').some((name) => name?.startsWith('coredns-'))).toBe(true)
})

test('controllers make and the scheduler binds as many pods a second as their clients may', () => {
  const pods = (flags: NonNullable<ClusterOptions['flags']>): readonly number[] => {
    const cluster = new Cluster(1, { workers: 5, node: { cpu: '16', memory: '64Gi', pods: 110 }, flags })
    cluster.advanceTo(30_000)
    const set = (name: string) => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name }, spec: { replicas: 10, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } } })
    cluster.perform({ kind: 'apply', manifests: Array.from({ length: 40 }, (_, at) => set(`web-${at}`)) })
    cluster.advanceTo(35_000)
    const made = cluster.store.range('/registry/pods/default/') as KeyValue<Pod>[]
    return [made.length, made.filter(({ value }) => value?.spec.nodeName).length]
  }
  const limited = pods({})
  expect(limited[0]).toBeGreaterThan(100)
  expect(limited[0]).toBeLessThan(200)
  const quick = pods({ 'kube-controller-manager': { 'kube-api-qps': '1000', 'kube-api-burst': '1000' } })
  expect(quick[0]).toBe(400)
  expect(quick[1]).toBeLessThan(400)
  expect(pods({ 'kube-controller-manager': { 'kube-api-qps': '1000', 'kube-api-burst': '1000' }, 'kube-scheduler': { 'kube-api-qps': '-1' } })).toEqual([400, 400])
})

test.each([
  ['kube-controller-manager', 'node-monitor-period', '0s'], ['kube-controller-manager', 'namespace-sync-period', '0'], ['kube-controller-manager', 'max-endpoints-per-slice', '0'],
  ['kube-controller-manager', 'controller-start-interval', '-1'], ['kube-apiserver', 'etcd-compaction-interval', '0'], ['kubelet', 'syncFrequency', '0'],
])('%s is refused --%s=%s, with which nothing else would ever happen', (component, flag, value) => {
  expect(() => new Cluster(1, { flags: { [component]: { [flag]: value } } })).toThrow(`${component}: --${flag} cannot be "${value}"`)
})

test.each([
  ['kube-controller-manager', 'namespace-sync-period', '90000.5'], ['kube-controller-manager', 'max-endpoints-per-slice', '1.5'], ['kubelet', 'syncFrequency', '1000.5'],
])('%s is refused --%s=%s, which is no whole number', (component, flag, value) => {
  expect(() => new Cluster(1, { flags: { [component]: { [flag]: value } } })).toThrow(`${component}: --${flag} cannot be "${value}"`)
})

test('quotas need not be counted anew from time to time', () => {
  expect(() => new Cluster(1, { flags: { 'kube-controller-manager': { 'resource-quota-sync-period': '0s' } } })).not.toThrow()
})

test.each([
  ['kube-apiserver', 'feature-gates', 'Nonsense=true', 'unrecognized feature gate: Nonsense (this simulation knows ContainerStopSignals)'],
  ['kubelet', 'featureGates', 'ContainerStopSignals=true,Nonsense=false', 'unrecognized feature gate: Nonsense (this simulation knows ContainerStopSignals)'],
  ['kube-apiserver', 'feature-gates', 'ContainerStopSignals', 'missing bool value for ContainerStopSignals'],
  ['kube-apiserver', 'feature-gates', 'ContainerStopSignals=yes', 'invalid value of ContainerStopSignals=yes, err: strconv.ParseBool: parsing "yes": invalid syntax'],
])('%s is refused --%s=%s as the real one does not start with it', (component, flag, value, why) => {
  expect(() => new Cluster(1, { flags: { [component]: { [flag]: value } } })).toThrow(`${component}: --${flag} cannot be "${value}": ${why}`)
})

test('a gate is open when it is said to be, in any of the words for yes, or all alpha features are', () => {
  const texts = ['', 'ContainerStopSignals=true', ' ContainerStopSignals = T ,', 'ContainerStopSignals=false', 'AllAlpha=true', 'AllAlpha=true,ContainerStopSignals=false', 'ContainerStopSignals=1,ContainerStopSignals=0']
  expect(texts.map((text) => openGates(text).has('ContainerStopSignals'))).toEqual([false, true, true, false, true, false, false])
  expect(texts.map(gateFault)).toEqual(texts.map(() => null))
})

test('a rate of next to nothing makes controllers slow, not the simulation wrong', () => {
  const least = { 'kube-api-qps': `0.${'0'.repeat(300)}1`, 'kube-api-burst': '1' }
  expect(names(controllerManager(least), 'minions')).toContain('worker-1')
})

test('without the garbage collector nothing follows its owner', () => {
  const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } } }
  const left = ['true', 'false'].map((enabled) => {
    const cluster = controllerManager({ 'enable-garbage-collector': enabled })
    cluster.perform({ kind: 'apply', manifests: [web] })
    cluster.advanceTo(60_000)
    cluster.perform({ kind: 'delete', resource: 'deployments', key: 'default/web' })
    cluster.advanceTo(120_000)
    return names(cluster, 'pods/default').length
  })
  expect(left).toEqual([0, 2])
})

test('a pod that no address is left for has no sandbox until another pod gives one back', () => {
  const cluster = new Cluster(1, { workers: 1, flags: { 'kube-controller-manager': { 'cluster-cidr': '10.244.0.0/24', 'node-cidr-mask-size': '29' } } })
  cluster.advanceTo(20_000)
  const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { nodeName: 'worker-1', terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image: 'nginx:1.27' }] } })
  const podNames = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  cluster.perform({ kind: 'apply', manifests: podNames.map(pod) })
  cluster.advanceTo(60_000)
  const pods = () => (cluster.store.range('/registry/pods/default/') as KeyValue<Pod>[]).map(({ value }) => value!)
  const waiting = pods().filter(({ status }) => status.phase === 'Pending')
  expect(waiting.length).toBeGreaterThan(0)
  const events = (cluster.store.range('/registry/events/default/') as KeyValue<Event>[]).map(({ value }) => value!)
  expect(events.find(({ reason }) => reason === 'FailedCreatePodSandBox')?.message).toMatch(
    /^Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "[0-9a-f]{64}": plugin type="bridge" failed \(add\): failed to allocate for range 0: no IP addresses available in range set: 10\.244\.0\.(9|1)-10\.244\.0\.(14|6)$/,
  )
  const running = pods().find(({ status }) => status.phase === 'Running')!
  cluster.perform({ kind: 'delete', resource: 'pods', key: `default/${running.metadata.name}`, gracePeriodSeconds: 0 })
  cluster.advanceTo(90_000)
  expect(pods().filter(({ status }) => status.phase === 'Pending')).toHaveLength(waiting.length - 1)
})

test('every kube-proxy says that it has started', () => {
  const cluster = controllerManager({})
  const started = (cluster.store.range('/registry/events/default/') as KeyValue<Event>[]).map(({ value }) => value!).filter(({ reportingComponent }) => reportingComponent === 'kube-proxy')
  expect(started.map(({ involvedObject, reason, action }) => [involvedObject.kind, involvedObject.name, reason, action])).toEqual([
    ['Node', 'control-plane-1', 'Starting', 'StartKubeProxy'], ['Node', 'worker-1', 'Starting', 'StartKubeProxy'],
  ])
})

test('a kubelet that knows no DNS servers says so, and gives pods its machine\'s', () => {
  const cluster = new Cluster(1, { workers: 1, flags: { kubelet: { clusterDNS: '' } } })
  cluster.advanceTo(20_000)
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', 'cat /etc/resolv.conf; sleep 1000'] }] } }
  cluster.perform({ kind: 'apply', manifests: [pod] })
  cluster.advanceTo(40_000)
  const told = (cluster.store.range('/registry/events/default/') as KeyValue<Event>[]).map(({ value }) => value!).filter(({ reason }) => reason === 'MissingClusterDNS')
  expect(told.map(({ involvedObject }) => involvedObject.kind).sort()).toEqual(expect.arrayContaining(['Node', 'Pod']))
  expect(told.find(({ involvedObject }) => involvedObject.name === 'web')?.message).toMatch(/^pod: "web_default\([0-9a-f-]+\)"\. kubelet does not have ClusterDNS IP configured/)
  const log = cluster.ask({ kind: 'read', request: { verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'web', subresource: 'log' } })
  expect(JSON.stringify(log)).toContain('nameserver 192.168.0.1')
})

test('without ranges of addresses no node is ready; they are given where kube-controller-manager is told to', () => {
  const ready = (texts: Readonly<Record<string, string>>) => {
    const nodes = (controllerManager(texts).store.range('/registry/minions/') as KeyValue<Node>[]).flatMap(({ value }) => (value ? [value] : []))
    return nodes.map(({ spec, status }) => [spec.podCIDR, status.conditions?.find(({ type }) => type === 'Ready')?.status])
  }
  expect(ready({})).toEqual([['10.244.0.0/24', 'True'], ['10.244.1.0/24', 'True']])
  expect(ready({ 'allocate-node-cidrs': 'false' })).toEqual([[undefined, 'False'], [undefined, 'False']])
})

test('controllers that are started one after the other come into their own late', () => {
  const cluster = controllerManager({ 'controller-start-interval': '30s' })
  expect(names(cluster, 'pods/kube-system').some((name) => name?.startsWith('coredns-'))).toBe(false)
  cluster.advanceTo(600_000)
  expect(names(cluster, 'pods/kube-system').some((name) => name?.startsWith('coredns-'))).toBe(true)
})
