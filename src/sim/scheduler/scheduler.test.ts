import { expect, test } from 'vitest'
import type { Node, Pod } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import type { PlacementPlugin } from './placement-plugins.ts'
import { createProfile } from './profile.ts'
import { startScheduler, type SchedulerHandle } from './scheduler.ts'

interface World {
  readonly cluster: TestCluster
  readonly scheduler: SchedulerHandle
}

function world(nodes: readonly [string, Record<string, string>?, Partial<Node['spec']>?][], seed = 1): World {
  const cluster = createTestCluster({ seed })
  must(cluster.client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }))
  for (const [name, labels = {}, spec = {}] of nodes) addNode(cluster, name, labels, spec)
  const scheduler = cluster.component('kube-scheduler', startScheduler, { qps: 50, burst: 100 })
  return { cluster, scheduler }
}

function addNode(cluster: TestCluster, name: string, labels: Record<string, string>, spec: Partial<Node['spec']>): void {
  const node = must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } }, spec }))
  const amounts = { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '100Gi' }
  must(cluster.client.updateStatus('nodes', { ...node, spec, status: { capacity: amounts, allocatable: amounts } }))
  const stored = must(cluster.client.get('nodes', name))
  must(cluster.client.update('nodes', { ...stored, spec: { ...stored.spec, taints: spec.taints ?? [] } }))
}

function addPod(cluster: TestCluster, name: string, spec: Partial<Pod['spec']> = {}, cpu = '500m', labels: Record<string, string> = {}): void {
  const container = { name: 'c', image: 'nginx', resources: { requests: { cpu } } }
  must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec: { containers: [container], ...spec } as unknown as Pod['spec'] }))
}

const pod = ({ cluster }: World, name: string): Pod => must(cluster.client.get('pods', `default/${name}`))
const nodeOf = (some: World, name: string): string | undefined => pod(some, name).spec.nodeName
const eventsOf = ({ cluster }: World, reason: string): readonly string[] => cluster.list('events', 'default').filter((event) => event.reason === reason).map(({ message }) => message ?? '')

test('places a pod, says where, and keeps the table behind it', () => {
  const some = world([['a'], ['b'], ['tainted', {}, { taints: [{ key: 'k', effect: 'NoSchedule' }] }]])
  addPod(some.cluster, 'web')
  some.cluster.settle()
  const node = nodeOf(some, 'web')
  expect(['a', 'b']).toContain(node)
  expect(eventsOf(some, 'Scheduled')).toEqual([`Successfully assigned default/web to ${node}`])
  const decision = some.scheduler.decisionOf('default/web')
  expect(decision).toMatchObject({ node, feasibleNodes: 2, totalNodes: 3, filters: [{ node: 'tainted', plugin: 'TaintToleration' }] })
  expect(decision?.scores.map((score) => score.node).sort()).toEqual(['a', 'b'])
  expect(decision?.scores[0]?.plugins).toContainEqual({ name: 'TaintToleration', weight: 3, raw: 0, normalised: 100 })
  expect(some.scheduler.waiting()).toBe(0)
})

test('says why a pod has to wait, once, and places it when something changes that can help', () => {
  const some = world([['a']])
  addPod(some.cluster, 'big', {}, '3')
  addPod(some.cluster, 'waits', {}, '2')
  some.cluster.advanceTo(10_000)
  const message = '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.'
  expect(pod(some, 'waits').status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }])
  expect(eventsOf(some, 'FailedScheduling')).toEqual([message])
  expect(some.scheduler.waiting()).toBe(1)
  must(some.cluster.client.delete('pods', 'default/big', { gracePeriodSeconds: 0 }))
  some.cluster.advanceTo(12_000)
  expect(nodeOf(some, 'waits')).toBe('a')
})

test('never puts more on a node than it has room for, however late it hears of its own bindings', () => {
  const cluster = createTestCluster({ watchLag: { pods: 5_000 } })
  must(cluster.client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }))
  for (const name of ['a', 'b']) addNode(cluster, name, {}, {})
  cluster.component('kube-scheduler', startScheduler)
  for (let at = 0; at < 20; at += 1) addPod(cluster, `p${at}`, {}, '900m')
  cluster.advanceTo(60_000)
  const placed = cluster.list('pods', 'default').flatMap(({ spec }) => spec.nodeName ?? [])
  expect(placed.filter((name) => name === 'a')).toHaveLength(4)
  expect(placed.filter((name) => name === 'b')).toHaveLength(4)
})

test('keeps host ports, hard spread and anti-affinity at every binding', () => {
  const some = world([['a', { zone: '1' }], ['b', { zone: '1' }], ['c', { zone: '2' }]])
  const labels = { app: 'web' }
  const selector = { labelSelector: { matchLabels: labels } }
  const spread = [{ ...selector, maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' as const }]
  for (let at = 0; at < 4; at += 1) addPod(some.cluster, `spread${at}`, { topologySpreadConstraints: spread }, '10m', labels)
  const ports = [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort: 80 }] }] as unknown as Pod['spec']['containers']
  for (let at = 0; at < 4; at += 1) addPod(some.cluster, `port${at}`, { containers: ports })
  const apart = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app: 'apart' } }, topologyKey: 'zone' }] } }
  for (let at = 0; at < 3; at += 1) addPod(some.cluster, `apart${at}`, { affinity: apart }, '10m', { app: 'apart' })
  some.cluster.advanceTo(30_000)
  const zones = [0, 1, 2, 3].map((at) => (nodeOf(some, `spread${at}`) === 'c' ? '2' : '1'))
  expect(zones.filter((zone) => zone === '2')).toHaveLength(2)
  const holders = [0, 1, 2, 3].flatMap((at) => nodeOf(some, `port${at}`) ?? [])
  expect(holders.sort()).toEqual(['a', 'b', 'c'])
  expect([0, 1, 2].flatMap((at) => nodeOf(some, `apart${at}`) ?? [])).toHaveLength(2)
})

test('makes room for a more important pod, tells the victims why, and gives it the room', () => {
  const some = world([['a']])
  addPod(some.cluster, 'low', {}, '3')
  some.cluster.advanceTo(2_000)
  expect(nodeOf(some, 'low')).toBe('a')
  must(some.cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'high', namespace: 'default' }, spec: { priorityClassName: 'system-cluster-critical', containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '3' } } }] } as unknown as Pod['spec'] }))
  some.cluster.advanceTo(4_000)
  expect(pod(some, 'high').status.nominatedNodeName).toBe('a')
  const low = pod(some, 'low')
  expect(low.metadata.deletionTimestamp).toBeDefined()
  expect(low.status.conditions).toContainEqual(expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }))
  expect(eventsOf(some, 'Preempted')).toEqual([`Preempted by pod ${pod(some, 'high').metadata.uid} on node a`])
  must(some.cluster.client.delete('pods', 'default/low', { gracePeriodSeconds: 0 }))
  some.cluster.advanceTo(8_000)
  expect(nodeOf(some, 'high')).toBe('a')
})

test('draws among equals by the seed alone', () => {
  const run = (seed: number): string => {
    const some = world([['a'], ['b'], ['c'], ['d']], seed)
    for (let at = 0; at < 8; at += 1) addPod(some.cluster, `p${at}`)
    some.cluster.settle()
    return [0, 1, 2, 3, 4, 5, 6, 7].map((at) => nodeOf(some, `p${at}`)).join('')
  }
  expect(run(1)).toBe(run(1))
  expect(new Set([1, 2, 3, 4].map(run)).size).toBeGreaterThan(1)
})

test('holds a gated pod back until its gates are gone', () => {
  const some = world([['a']])
  addPod(some.cluster, 'gated', { schedulingGates: [{ name: 'example.com/wait' }] })
  some.cluster.advanceTo(5_000)
  expect(nodeOf(some, 'gated')).toBeUndefined()
  expect(eventsOf(some, 'FailedScheduling')).toEqual([])
  const { schedulingGates: _, ...spec } = pod(some, 'gated').spec
  must(some.cluster.client.update('pods', { ...pod(some, 'gated'), spec }))
  some.cluster.advanceTo(6_000)
  expect(nodeOf(some, 'gated')).toBe('a')
})

test('binds an urgent pod at once while it still tells of many others that they fit nowhere', () => {
  const cluster = createTestCluster()
  must(cluster.client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }))
  addNode(cluster, 'a', {}, {})
  const scheduler = cluster.component('kube-scheduler', startScheduler, { qps: 5, burst: 5 })
  const some = { cluster, scheduler }
  for (let at = 0; at < 60; at += 1) addPod(cluster, `large${at}`, {}, '9')
  cluster.advanceTo(3_000)
  addPod(cluster, 'urgent', { priorityClassName: 'system-cluster-critical' })
  cluster.advanceTo(4_000)
  expect(nodeOf(some, 'urgent')).toBe('a')
  expect(eventsOf(some, 'FailedScheduling').length).toBeLessThan(60)
})

/** A plugin that writes down what it is asked, and objects to one pod at one point. */
function notedRun(refuse: 'reserve' | 'permit' | 'preBind' | 'nothing') {
  const noted: string[] = []
  const say = (point: string) => {
    noted.push(point)
    return point === refuse ? 'no room at the inn' : null
  }
  const plugin: PlacementPlugin = { name: 'Inn', reserve: () => say('reserve'), unreserve: () => void say('unreserve'), permit: () => say('permit'), preBind: () => say('preBind'), postBind: () => void say('postBind') }
  const cluster = createTestCluster()
  must(cluster.client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }))
  addNode(cluster, 'a', {}, {})
  const scheduler = cluster.component('kube-scheduler', (context) => startScheduler(context, { ...createProfile(), placement: [plugin] }), { qps: 50, burst: 100 })
  addPod(cluster, 'web', {}, '3')
  cluster.advanceTo(2_000)
  return { noted, some: { cluster, scheduler } }
}

test('plugins are asked from Reserve to PostBind; one that objects leaves the room to others, and the pod waits for its sake', () => {
  expect(notedRun('nothing').noted).toEqual(['reserve', 'permit', 'preBind', 'postBind'])
  for (const [point, asked] of [['reserve', ['reserve']], ['permit', ['reserve', 'permit']], ['preBind', ['reserve', 'permit', 'preBind']]] as const) {
    const { noted, some } = notedRun(point)
    expect(noted).toEqual([...asked, 'unreserve'])
    expect(nodeOf(some, 'web')).toBeUndefined()
    expect(eventsOf(some, 'FailedScheduling')).toEqual(['0/1 nodes are available: 1 no room at the inn.'])
    expect(some.scheduler.waiting()).toBe(1)
    addPod(some.cluster, 'other', {}, '3')
    some.cluster.advanceTo(4_000)
    expect(noted.slice(asked.length + 1), 'the room is free for another').toEqual([...asked, 'unreserve'])
  }
})
