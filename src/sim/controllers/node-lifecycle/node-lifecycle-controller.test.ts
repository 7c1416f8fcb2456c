import { expect, test } from 'vitest'
import type { Millis } from '../../kernel/agenda.ts'
import type { Node } from '../../api/generated/types.ts'
import { must } from '../../api/status.ts'
import { createWallClock, parseTime } from '../../api/time.ts'
import type { Draft } from '../../client/component.ts'
import { createTestCluster } from '../../cluster/testing.ts'
import type { TestCluster } from '../../cluster/testing.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { startPodGarbageCollector } from '../pod-garbage-collector/pod-garbage-collector.ts'
import { startTaintEvictionController } from '../taint-eviction/taint-eviction-controller.ts'
import { startNodeLifecycleController } from './node-lifecycle-controller.ts'

function clusterOf(names: readonly string[], flags: Partial<ControllerManagerFlags> = {}): TestCluster & { post(name: string, ready: string): void; renew(name: string): void } {
  const cluster = createTestCluster()
  const wall = createWallClock(cluster.timeline, parseTime('2026-01-01T09:00:00Z') ?? 0)
  const renew = (name: string): void => void must(cluster.client.patch('leases', `kube-node-lease/${name}`, 'merge', { spec: { renewTime: wall.microTime() } }))
  const post = (name: string, ready: string): void => {
    const node = must(cluster.client.get('nodes', name))
    const conditions = [{ type: 'Ready', status: ready, reason: 'Posted', message: '', lastHeartbeatTime: wall.time(), lastTransitionTime: wall.time() }]
    must(cluster.client.updateStatus('nodes', { ...node, status: { ...node.status, conditions } }))
  }
  for (const name of names) {
    must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} }))
    must(cluster.client.create('leases', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec: { renewTime: wall.microTime() } }))
    post(name, 'True')
  }
  cluster.component('node-controller', (context) => startNodeLifecycleController(context, flags))
  return { ...cluster, renew, post }
}

/** Everybody renews each 10 s until `until`. */
function renewUntil(cluster: ReturnType<typeof clusterOf>, names: readonly string[], until: Millis): void {
  while (cluster.timeline.now < until) {
    for (const name of names) cluster.renew(name)
    cluster.advanceTo(Math.min(until, cluster.timeline.now + 10_000))
  }
}

function ready(cluster: TestCluster, name: string): string | undefined {
  return must(cluster.client.get('nodes', name)).status.conditions?.find(({ type }) => type === 'Ready')?.status
}

function taints(cluster: TestCluster, name: string): readonly string[] {
  return (must(cluster.client.get('nodes', name)).spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`)
}

function firstTime(cluster: TestCluster, holds: () => boolean, limit: Millis): Millis {
  const end = cluster.timeline.now + limit
  while (!holds() && cluster.timeline.step(end));
  return cluster.timeline.now
}

test('nodes that come and go between others leave to each its own silence', () => {
  const cluster = clusterOf(['n1', 'n3', 'n5'])
  renewUntil(cluster, ['n1', 'n3', 'n5'], 30_000)
  must(cluster.client.delete('nodes', 'n1'))
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n2' }, spec: {} }))
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n4' }, spec: {} }))
  cluster.post('n2', 'True')
  cluster.post('n4', 'True')
  const registered = (): string[] => cluster.list('events').filter(({ reason }) => reason === 'RegisteredNode' || reason === 'RemovingNode').map(({ reason, involvedObject }) => `${reason} ${involvedObject.name}`)
  renewUntil(cluster, ['n3'], 120_000)
  expect(registered().toSorted()).toEqual(['RegisteredNode n1', 'RegisteredNode n2', 'RegisteredNode n3', 'RegisteredNode n4', 'RegisteredNode n5', 'RemovingNode n1'])
  expect(['n2', 'n3', 'n4', 'n5'].map((name) => ready(cluster, name))).toEqual(['Unknown', 'True', 'Unknown', 'Unknown'])
  cluster.renew('n5')
  cluster.post('n5', 'True')
  renewUntil(cluster, ['n5'], 200_000)
  expect(['n3', 'n5'].map((name) => ready(cluster, name))).toEqual(['Unknown', 'True'])
})

for (const [flags, grace] of [[{}, 50_000], [{ nodeMonitorGracePeriod: 40_000 }, 40_000]] as const) {
  for (const phase of [0, 1_234, 2_500, 4_998, 4_999]) {
    test(`a silent node is Unknown ${grace} ms after the last renewal that was seen, at the next pass at the latest (phase ${phase})`, () => {
      const cluster = clusterOf(['n1', 'n2', 'n3'], flags)
      renewUntil(cluster, ['n1', 'n2', 'n3'], 100_000 + phase)
      cluster.renew('n1')
      const lastRenewal = cluster.timeline.now
      cluster.timeline.after(15_000, 'others renew', () => ['n2', 'n3'].forEach((name) => cluster.renew(name)))
      cluster.timeline.after(30_000, 'others renew', () => ['n2', 'n3'].forEach((name) => cluster.renew(name)))
      const after = firstTime(cluster, () => ready(cluster, 'n1') === 'Unknown', 70_000) - lastRenewal
      expect(after).toBeGreaterThanOrEqual(grace)
      // Seen by a pass at most 5 s later, its cache 1 ms late.
      expect(after).toBeLessThanOrEqual(grace + 5_001)
      expect([ready(cluster, 'n2'), ready(cluster, 'n3')]).toEqual(['True', 'True'])
    })
  }
}

test('False gives not-ready, Unknown gives unreachable, NoSchedule at once and NoExecute by the queue, never both keys', () => {
  const cluster = clusterOf(['n1', 'n2', 'n3'])
  renewUntil(cluster, ['n1', 'n2', 'n3'], 20_000)
  cluster.post('n1', 'False')
  cluster.advanceTo(20_020)
  expect(taints(cluster, 'n1')).toEqual(['node.kubernetes.io/not-ready:NoSchedule'])
  renewUntil(cluster, ['n1', 'n2', 'n3'], 30_000)
  expect(taints(cluster, 'n1')).toEqual(['node.kubernetes.io/not-ready:NoSchedule', 'node.kubernetes.io/not-ready:NoExecute'])
  renewUntil(cluster, ['n2', 'n3'], 100_000)
  expect(taints(cluster, 'n1').toSorted()).toEqual(['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule'])
  cluster.post('n1', 'True')
  renewUntil(cluster, ['n1', 'n2', 'n3'], 110_000)
  expect(taints(cluster, 'n1')).toEqual([])
})

test('a cordoned node, and one under pressure, is tainted NoSchedule as long as it is', () => {
  const cluster = clusterOf(['n1'])
  const node = must(cluster.client.get('nodes', 'n1'))
  const conditions = [...(node.status.conditions ?? []), ...['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'].map((type) => ({ type, status: 'True' }))]
  must(cluster.client.updateStatus('nodes', { ...node, status: { ...node.status, conditions } } as Node))
  must(cluster.client.patch('nodes', 'n1', 'merge', { spec: { unschedulable: true } }))
  cluster.advanceTo(1_000)
  expect(taints(cluster, 'n1').toSorted()).toEqual(['disk-pressure', 'memory-pressure', 'network-unavailable', 'pid-pressure', 'unschedulable'].map((name) => `node.kubernetes.io/${name}:NoSchedule`))
  cluster.post('n1', 'True')
  must(cluster.client.patch('nodes', 'n1', 'merge', { spec: { unschedulable: false } }))
  cluster.advanceTo(2_000)
  expect(taints(cluster, 'n1')).toEqual([])
})

test('no zone loses more than one node in ten seconds to NoExecute taints, whatever its nodes do', () => {
  const names = Array.from({ length: 12 }, (_, at) => `n${at + 1}`)
  const cluster = clusterOf(names)
  const times: Millis[] = []
  const tainted = new Set<string>()
  must(cluster.client.watch('nodes', undefined, { resourceVersion: '' }, {
    event({ object }) {
      const isTainted = (object as Node).spec.taints?.some(({ effect }) => effect === 'NoExecute')
      if (isTainted && !tainted.has(object.metadata.name)) times.push(cluster.timeline.now)
      if (isTainted) tainted.add(object.metadata.name)
    },
    closed() {},
  }))
  renewUntil(cluster, names, 30_000)
  renewUntil(cluster, names.slice(3), 100_000)
  renewUntil(cluster, names.slice(6), 200_000)
  expect(times).toHaveLength(6)
  expect(Math.min(...times.slice(1).map((time, at) => time - times[at]!))).toBeGreaterThanOrEqual(10_000)
})

test('a pod evicted from a lost node stays, terminating, until somebody declares the node out of service', () => {
  const cluster = clusterOf(['n1', 'n2', 'n3'])
  cluster.component('taint-eviction-controller', startTaintEvictionController)
  cluster.component('pod-garbage-collector', startPodGarbageCollector)
  must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] } } as unknown as Draft<'pods'>))
  renewUntil(cluster, ['n2', 'n3'], 1_000_000)
  expect(must(cluster.client.get('pods', 'default/web')).metadata.deletionTimestamp).toBeDefined()
  const node = must(cluster.client.get('nodes', 'n1'))
  must(cluster.client.update('nodes', { ...node, spec: { ...node.spec, taints: [...(node.spec.taints ?? []), { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } }))
  renewUntil(cluster, ['n2', 'n3'], 1_025_000)
  expect(cluster.client.get('pods', 'default/web').ok).toBe(false)
})

test('a status that cannot be written is tried again five times in all, twenty milliseconds apart', () => {
  const cluster = clusterOf(['n1', 'n2', 'n3'])
  const tried: Millis[] = []
  const answer = cluster.apiServer.request.bind(cluster.apiServer)
  cluster.apiServer.request = (request) => {
    if (request.user !== 'node-controller' || request.verb !== 'update' || request.resource !== 'nodes') return answer(request)
    tried.push(cluster.timeline.now)
    return { ok: false, status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Conflict', message: 'changed', code: 409 } }
  }
  renewUntil(cluster, ['n2', 'n3'], 60_000)
  const [first = 0] = tried
  expect(tried.slice(0, 5)).toEqual([0, 20, 40, 60, 80].map((later) => first + later))
  // The next pass tries anew.
  expect((tried[5] ?? 0) - first).toBeGreaterThanOrEqual(5000)
})
