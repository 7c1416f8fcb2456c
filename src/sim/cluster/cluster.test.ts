import { expect, test } from 'vitest'
import { gallery, startScenario } from '../../scenario/gallery.ts'
import { planRun } from '../../../fuzz/plan.ts'
import type { Node, Pod } from '../api/generated/types.ts'
import { keyOf, type KubernetesObject } from '../api/objects.ts'
import { parseTime } from '../api/time.ts'
import type { KeyValue } from '../etcd/store.ts'
import { Cluster } from './cluster.ts'
import type { Manifest, Run } from './run.ts'

const second = 1000
const minute = 60 * second

/** Two pods, and patience with unreachable nodes as admission gives it: 300 s. */
const web: Manifest = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' },
  spec: { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } },
}

function started(options: Run['options'] = { workers: 2 }, seed = 11): Cluster {
  const cluster = new Cluster(seed, options)
  cluster.advanceTo(0)
  return cluster
}

function withWeb(): Cluster {
  const cluster = started()
  expect(cluster.perform({ kind: 'apply', manifests: [web] }).ok).toBe(true)
  cluster.advanceTo(minute)
  return cluster
}

function stored<T extends KubernetesObject>(cluster: Cluster, prefix: string): T[] {
  return (cluster.store.range(`/registry/${prefix}/`) as KeyValue<T>[]).map(({ value }) => value!)
}

const podsOf = (cluster: Cluster, namespace = 'default') => stored<Pod>(cluster, `pods/${namespace}`)
const nodeOf = (cluster: Cluster, name: string) => stored<Node>(cluster, 'minions').find(({ metadata }) => metadata.name === name)!
const readiness = ({ status }: Node | Pod) => status.conditions?.find(({ type }) => type === 'Ready')

/** When, in virtual time, `seen` holds for the first time. */
function when(cluster: Cluster, limit: number, seen: () => boolean): number {
  while (cluster.step(limit)) if (seen()) return cluster.now
  throw new Error(`not seen by ${limit}`)
}

function playTo(run: Run, end: number, isObserved = false): Cluster {
  const cluster = new Cluster(run.seed, run.options)
  if (isObserved) cluster.observe()
  for (const { at, command } of run.commands) {
    cluster.advanceTo(at)
    if (isObserved) look(cluster)
    cluster.perform(command)
  }
  cluster.advanceTo(end)
  return cluster
}

function look(cluster: Cluster): void {
  cluster.drain()
  cluster.ask({ kind: 'preview', manifests: [web] })
  cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'pods' } })
  cluster.ask({ kind: 'hash' })
}

test('at time zero all nodes are Ready and everything that kubeadm lays out runs', () => {
  const cluster = started({ workers: 3 })
  expect(stored<Node>(cluster, 'minions').map((node) => [node.metadata.name, readiness(node)?.status])).toEqual([['control-plane-1', 'True'], ['worker-1', 'True'], ['worker-2', 'True'], ['worker-3', 'True']])
  const system = podsOf(cluster, 'kube-system')
  expect(system.map((pod) => [pod.metadata.name.replace(/-[a-z0-9]{5}$/, ''), pod.status.phase, readiness(pod)?.status].join(' ')).sort()).toEqual([
    'coredns-7cf78fcdff Running True', 'coredns-7cf78fcdff Running True',
    'etcd-control-plane-1 Running True', 'kube-apiserver-control-plane-1 Running True', 'kube-controller-manager-control-plane-1 Running True',
    'kube-proxy Running True', 'kube-proxy Running True', 'kube-proxy Running True', 'kube-proxy Running True',
    'kube-scheduler-control-plane-1 Running True',
  ])
  const mirrors = system.filter(({ metadata }) => metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined)
  expect(mirrors.map(({ metadata }) => metadata.ownerReferences?.[0]?.kind)).toEqual(['Node', 'Node', 'Node', 'Node'])
})

test('a node without power is Unknown 50 s after its last renewal was seen, tainted one pass later, and its pods are deleted 300 s after that', () => {
  const cluster = withWeb()
  const renewed = (stored(cluster, 'leases/kube-node-lease') as unknown as { metadata: { name: string }; spec: { renewTime: string } }[]).find(({ metadata }) => metadata.name === 'worker-1')!.spec.renewTime
  cluster.perform({ kind: 'power-off', node: 'worker-1' })
  const lastSeen = parseTime(renewed)! - cluster.start
  const unknown = when(cluster, 5 * minute, () => readiness(nodeOf(cluster, 'worker-1'))?.status === 'Unknown')
  expect(unknown - lastSeen).toBeGreaterThan(50 * second)
  // The renewal is seen by the next pass, which comes every 5 s; so does the pass that finds it too old.
  expect(unknown - lastSeen).toBeLessThanOrEqual(60 * second)
  const tainted = when(cluster, 5 * minute, () => nodeOf(cluster, 'worker-1').spec.taints?.some(({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute') === true)
  expect(tainted - unknown).toBeLessThanOrEqual(5 * second + 100)
  const lost = () => podsOf(cluster).filter((pod) => pod.spec.nodeName === 'worker-1')
  expect(lost().length).toBeGreaterThan(0)
  const deleted = when(cluster, 15 * minute, () => lost().some((pod) => pod.metadata.deletionTimestamp !== undefined))
  expect(deleted - tainted).toBeGreaterThanOrEqual(300 * second)
  expect(deleted - tainted).toBeLessThanOrEqual(301 * second)
  cluster.advanceTo(15 * minute)
  expect(lost().every((pod) => pod.metadata.deletionTimestamp !== undefined)).toBe(true)
  cluster.perform({ kind: 'power-on', node: 'worker-1' })
  cluster.advanceTo(17 * minute)
  expect(readiness(nodeOf(cluster, 'worker-1'))?.status).toBe('True')
  expect(podsOf(cluster).map((pod) => [pod.spec.nodeName, readiness(pod)?.status])).toEqual(Array(4).fill(['worker-2', 'True']))
})

test('a node that is cut off keeps its containers, and is whole again when it comes back in time', () => {
  const cluster = withWeb()
  const before = podsOf(cluster).map((pod) => pod.status.containerStatuses?.[0]?.containerID)
  cluster.perform({ kind: 'cut-off', node: 'worker-1' })
  cluster.advanceTo(cluster.now + 2 * minute)
  expect(readiness(nodeOf(cluster, 'worker-1'))?.status).toBe('Unknown')
  expect(podsOf(cluster).filter((pod) => readiness(pod)?.status === 'True').map((pod) => pod.spec.nodeName)).not.toContain('worker-1')
  cluster.perform({ kind: 'reconnect', node: 'worker-1' })
  cluster.advanceTo(cluster.now + minute)
  expect(readiness(nodeOf(cluster, 'worker-1'))?.status).toBe('True')
  expect(podsOf(cluster).map((pod) => [pod.status.containerStatuses?.[0]?.containerID, readiness(pod)?.status])).toEqual(before.map((id) => [id, 'True']))
})

test.each(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'])('while %s is stopped nothing comes of a scaling; when it runs again all is made good', (component) => {
  const cluster = withWeb()
  cluster.perform({ kind: 'stop', component })
  cluster.advanceTo(cluster.now + minute)
  const scaled = cluster.perform({ kind: 'scale', resource: 'deployments', key: 'default/web', replicas: 6 })
  expect(scaled.ok).toBe(component !== 'etcd' && component !== 'kube-apiserver')
  cluster.advanceTo(cluster.now + minute)
  expect(podsOf(cluster).filter((pod) => readiness(pod)?.status === 'True')).toHaveLength(4)
  cluster.perform({ kind: 'start', component })
  cluster.advanceTo(cluster.now + 6 * minute)
  if (!scaled.ok) expect(cluster.perform({ kind: 'scale', resource: 'deployments', key: 'default/web', replicas: 6 }).ok).toBe(true)
  cluster.advanceTo(cluster.now + minute)
  expect(podsOf(cluster).map((pod) => readiness(pod)?.status)).toEqual(Array(6).fill('True'))
})

test('without the machine of the control plane the pods run on, and with it all is as it was', () => {
  const cluster = withWeb()
  const before = podsOf(cluster).map((pod) => [keyOf(pod), pod.status.containerStatuses?.[0]?.containerID])
  cluster.perform({ kind: 'power-off', node: 'control-plane-1' })
  expect(cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'pods' } }).ok).toBe(false)
  cluster.advanceTo(cluster.now + 3 * minute)
  cluster.perform({ kind: 'power-on', node: 'control-plane-1' })
  cluster.advanceTo(cluster.now + 3 * minute)
  expect(podsOf(cluster).map((pod) => [keyOf(pod), pod.status.containerStatuses?.[0]?.containerID])).toEqual(before)
  expect(podsOf(cluster, 'kube-system').map((pod) => readiness(pod)?.status)).toEqual(Array(9).fill('True'))
})

test('a container that is killed comes back at once, and after 10 s when it is killed again', () => {
  const cluster = withWeb()
  const pod = keyOf(podsOf(cluster)[0]!)
  const restarts = () => podsOf(cluster).find((each) => keyOf(each) === pod)!.status.containerStatuses![0]!
  const kill = (): number => {
    const { restartCount } = restarts()
    expect(cluster.perform({ kind: 'kill', pod }).ok).toBe(true)
    const from = cluster.now
    return when(cluster, from + 10 * minute, () => restarts().restartCount > restartCount && restarts().state?.running !== undefined) - from
  }
  expect(kill()).toBeLessThanOrEqual(3 * second)
  const again = kill()
  expect(again).toBeGreaterThanOrEqual(10 * second)
  // Its worker's turn comes up to half of the pause later.
  expect(again).toBeLessThanOrEqual(18 * second)
})

test('of manifests of which one is refused none is applied', () => {
  const cluster = started()
  const { revision } = cluster.store
  const wrong = { ...web, metadata: { name: 'Wrong Name' } }
  const answer = cluster.perform({ kind: 'apply', manifests: [web, wrong] })
  expect(answer.ok ? null : answer.status.reason).toBe('Invalid')
  expect(cluster.store.revision).toBe(revision)
})

test('an apply tells the warnings of each document, and its answer all of them, also when it is refused', () => {
  const deprecated = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'
  const odd = 'subsets[0].addresses[0].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")'
  const endpoints = (name: string, ip: string): Manifest => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace: 'shop' }, subsets: [{ addresses: [{ ip }] }] })
  const shop: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
  const manifests = [shop, endpoints('a', 'FD00::1'), endpoints('b', '10.9.8.7')]
  const cluster = started()
  const hash = cluster.hash()
  expect(cluster.ask({ kind: 'preview', manifests })).toMatchObject({ value: [{ warnings: [] }, { warnings: [deprecated, odd] }, { warnings: [deprecated] }] })
  expect(cluster.hash()).toBe(hash)
  expect(cluster.perform({ kind: 'apply', manifests: [...manifests, endpoints('c', 'here')] })).toMatchObject({ ok: false, warnings: [deprecated, odd] })
  expect(cluster.perform({ kind: 'apply', manifests })).toMatchObject({ ok: true, warnings: [deprecated, odd] })
  // Nothing is sent of what is there already, but it was asked for.
  expect(cluster.perform({ kind: 'apply', manifests: [manifests[2]!] })).toMatchObject({ ok: true, value: [{ action: 'unchanged' }], warnings: [deprecated] })
  expect(cluster.perform({ kind: 'apply', manifests: [web] })).not.toHaveProperty('warnings')
})

test.each([2, 8, 19, 48])('random run %i is the same when it is played twice, when it is looked at, and when its commands are played again', (seed) => {
  const run = planRun(seed)
  const end = 15 * minute
  const first = playTo(run, end)
  expect(playTo(run, end).hash()).toBe(first.hash())
  expect(playTo(run, end, true).hash()).toBe(first.hash())
  expect(playTo({ ...run, commands: first.commands }, end).hash()).toBe(first.hash())
  // Four long runs: more than the usual time where much else runs beside.
}, 60_000)

test.each([startScenario, ...gallery].map((entry) => [entry.id, entry] as const))('the scenario "%s" plays without an error, and nothing it says is refused', (_, { scenario: { run, until } }) => {
  const cluster = new Cluster(run.seed, run.options)
  for (const { at, command } of run.commands) {
    cluster.advanceTo(at)
    const answer = cluster.perform(command)
    expect(answer.ok ? '' : answer.status.message).toBe('')
  }
  cluster.advanceTo(Math.max(until ?? 0, cluster.now) + 5 * minute)
  expect(podsOf(cluster, 'kube-system').length).toBeGreaterThan(0)
})

test('what was applied last time is not to be trusted: anybody can write that annotation', () => {
  const cluster = started()
  const map = (value: string) => cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data: { key: value } }] })
  expect(map('one').ok).toBe(true)
  const remember = (text: string) => cluster.perform({
    kind: 'request',
    request: { verb: 'patch', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: 'map', patchType: 'merge', body: { metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': text } } } },
  })
  for (const text of ['no JSON', '[]', `{"data":${'['.repeat(30_000)}${']'.repeat(30_000)}}`]) {
    expect(remember(text).ok).toBe(true)
    expect(map(text.slice(0, 9))).toMatchObject({ ok: false, status: { code: 400, message: 'invalid JSON document' } })
  }
  for (const text of ['', 'null', '{}']) {
    expect(remember(text).ok).toBe(true)
    expect(map(`after ${text}`)).toMatchObject({ ok: true, value: [{ action: 'configure' }] })
  }
})

test('a manifest that is nested without end is refused', () => {
  const endless = Array.from({ length: 20_000 }).reduce((inner) => ({ a: inner }), {})
  expect(started().perform({ kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data: endless }] })).toMatchObject({ ok: false, status: { code: 400, message: 'json: exceeded max depth' } })
})

test('a kubelet that was started anew sets right what somebody else writes over the status of a pod that it found', () => {
  const cluster = new Cluster(1, { workers: 1 })
  cluster.advanceTo(5000)
  cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } }] })
  cluster.advanceTo(60_000)
  cluster.perform({ kind: 'fault', fault: { kind: 'restart', component: 'kubelet', node: 'worker-1' } })
  cluster.advanceTo(90_000)
  cluster.perform({ kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'web', subresource: 'status', patchType: 'strategic', body: { status: { conditions: [{ type: 'Ready', status: 'False' }] } } } })
  const ready = (): string | undefined => (cluster.store.get('/registry/pods/default/web')?.value as Pod | undefined)?.status.conditions?.find(({ type }) => type === 'Ready')?.status
  expect(ready()).toBe('False')
  cluster.advanceTo(110_000)
  expect(ready()).toBe('True')
})

test('the lease of a node that was deleted stays away until its machine is started anew', () => {
  const cluster = new Cluster(1, { workers: 1 })
  cluster.advanceTo(20_000)
  cluster.perform({ kind: 'delete', resource: 'nodes', key: 'worker-1' })
  cluster.advanceTo(40_000)
  expect(cluster.store.get('/registry/leases/kube-node-lease/worker-1')).toBeUndefined()
  cluster.perform({ kind: 'fault', fault: { kind: 'reboot', node: 'worker-1' } })
  cluster.advanceTo(120_000)
  const owner = cluster.store.get('/registry/leases/kube-node-lease/worker-1')?.value?.metadata.ownerReferences?.[0]
  expect(owner?.uid).toBe(cluster.store.get('/registry/minions/worker-1')?.value?.metadata.uid)
})
