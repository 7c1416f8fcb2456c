import { expect, test } from 'vitest'
import type { Pod, Taint, Toleration } from '../../api/generated/types.ts'
import { must } from '../../api/status.ts'
import type { Draft } from '../../client/component.ts'
import { createTestCluster } from '../../cluster/testing.ts'
import type { TestCluster } from '../../cluster/testing.ts'
import { startTaintEvictionController } from './taint-eviction-controller.ts'

const tolerated = (tolerationSeconds?: number): Toleration => ({ key: 'maintenance', operator: 'Exists', effect: 'NoExecute', ...(tolerationSeconds !== undefined && { tolerationSeconds }) })

function clusterWithPod(tolerations: readonly Toleration[]): TestCluster {
  const cluster = createTestCluster()
  cluster.component('taint-eviction-controller', startTaintEvictionController)
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} }))
  must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { nodeName: 'n1', tolerations, containers: [{ name: 'c', image: 'i' }] } } as unknown as Draft<'pods'>))
  cluster.advanceTo(10_000)
  return cluster
}

function taint(cluster: TestCluster, taints: readonly Taint[]): void {
  must(cluster.client.patch('nodes', 'n1', 'merge', { spec: { taints } }))
}

const maintenance: Taint = { key: 'maintenance', effect: 'NoExecute' }

/** When the pod was marked for deletion, in ms after `since`; null: not within the next 1000 s. */
function evictedAfter(cluster: TestCluster, since: number): number | null {
  const end = since + 1_000_000
  while (pod(cluster)?.metadata.deletionTimestamp === undefined) if (!cluster.timeline.step(end)) return null
  return cluster.timeline.now - since
}

function pod(cluster: TestCluster): Pod | undefined {
  const found = cluster.client.get('pods', 'default/web')
  return found.ok ? found.value : undefined
}

function messages(cluster: TestCluster): readonly string[] {
  return cluster.list('events').map(({ message }) => message ?? '')
}

test('a pod without a toleration goes at once, with the reason in its conditions', () => {
  const cluster = clusterWithPod([])
  taint(cluster, [maintenance])
  expect(evictedAfter(cluster, 10_000)).toBeLessThanOrEqual(5)
  expect(pod(cluster)?.status.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'DeletionByTaintManager' })
  expect(messages(cluster)).toEqual(['Marking for deletion Pod default/web'])
})

test('a deletion that gets no answer is tried again every 10 ms, five times in all', () => {
  const cluster = clusterWithPod([tolerated(10)])
  taint(cluster, [maintenance])
  cluster.advanceTo(19_000)
  cluster.cutOff('taint-eviction-controller')
  cluster.timeline.at(20_025, 'mend', () => cluster.reconnect('taint-eviction-controller'))
  cluster.advanceTo(20_020)
  expect(pod(cluster)?.metadata.deletionTimestamp).toBeUndefined()
  cluster.advanceTo(20_060)
  expect(pod(cluster)?.metadata.deletionTimestamp).toBeDefined()
})

for (const seconds of [1, 10, 300]) {
  test(`a pod that tolerates the taint for ${seconds} s goes after ${seconds} s, not before`, () => {
    const cluster = clusterWithPod([tolerated(seconds)])
    taint(cluster, [maintenance])
    const after = evictedAfter(cluster, 10_000)
    expect(after).toBeGreaterThanOrEqual(seconds * 1_000)
    expect(after).toBeLessThanOrEqual(seconds * 1_000 + 5)
  })
}

test('a pod that tolerates the taint without limit stays', () => {
  const cluster = clusterWithPod([tolerated()])
  taint(cluster, [maintenance])
  expect(evictedAfter(cluster, 10_000)).toBeNull()
})

test('when the taint goes in time nothing is deleted, and that is told', () => {
  const cluster = clusterWithPod([tolerated(60)])
  taint(cluster, [maintenance])
  cluster.advanceTo(69_000)
  taint(cluster, [])
  expect(evictedAfter(cluster, 10_000)).toBeNull()
  expect(messages(cluster)).toEqual(['Cancelling deletion of Pod default/web'])
})

test('a second tolerated taint does not put off what the first has ordered', () => {
  const cluster = clusterWithPod([tolerated(60), { ...tolerated(300), key: 'broken' }])
  taint(cluster, [maintenance])
  cluster.advanceTo(40_000)
  taint(cluster, [maintenance, { key: 'broken', effect: 'NoExecute' }])
  cluster.advanceTo(50_000)
  taint(cluster, [{ key: 'broken', effect: 'NoExecute' }])
  const after = evictedAfter(cluster, 10_000)
  expect(after).toBeGreaterThanOrEqual(60_000)
  expect(after).toBeLessThanOrEqual(60_005)
})

test('every pod is given 300 s on a node that is not ready or unreachable, unless it says otherwise itself', () => {
  const given = (tolerations: readonly Toleration[]) => pod(clusterWithPod(tolerations))?.spec.tolerations?.map(({ key, tolerationSeconds }) => `${key} ${tolerationSeconds}`)
  expect(given([])).toEqual(['node.kubernetes.io/not-ready 300', 'node.kubernetes.io/unreachable 300'])
  const forever = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' } as const
  expect(given([forever])).toEqual(['node.kubernetes.io/unreachable undefined', 'node.kubernetes.io/not-ready 300'])
})

test('a taint that is tolerated for no time at all does not bring forward what another has ordered', () => {
  const cluster = clusterWithPod([tolerated(60), { ...tolerated(0), key: 'broken' }])
  taint(cluster, [maintenance])
  cluster.advanceTo(40_000)
  taint(cluster, [maintenance, { key: 'broken', effect: 'NoExecute' }])
  expect(evictedAfter(cluster, 10_000)).toBeGreaterThanOrEqual(60_000)
})

test('a node that is deleted cancels nothing; when it comes back without a taint its pods stay', () => {
  const cluster = clusterWithPod([tolerated(60)])
  taint(cluster, [maintenance])
  cluster.advanceTo(40_000)
  must(cluster.client.delete('nodes', 'n1'))
  cluster.advanceTo(50_000)
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} }))
  expect(evictedAfter(cluster, 10_000)).toBeNull()
  expect(messages(cluster)).toEqual(['Cancelling deletion of Pod default/web'])
})

test('however many pods it has to delete, the next is decided about at once', () => {
  const cluster = createTestCluster()
  cluster.component('taint-eviction-controller', startTaintEvictionController, { qps: 20, burst: 30 })
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} }))
  const create = (name: string): void => {
    must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { nodeName: 'n1', terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i' }] } } as unknown as Draft<'pods'>))
  }
  for (let at = 0; at < 100; at += 1) create(`web-${at}`)
  cluster.advanceTo(10_000)
  taint(cluster, [maintenance])
  cluster.advanceTo(11_000)
  expect(cluster.list('pods')).toEqual([])
  create('late')
  cluster.advanceTo(11_100)
  expect(cluster.list('pods')).toEqual([])
})
