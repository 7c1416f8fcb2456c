import { expect, test } from 'vitest'
import type { Node, Pod } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import { must } from '../../api/status.ts'
import type { Draft } from '../../client/component.ts'
import type { TestCluster } from '../../cluster/testing.ts'
import { create, createWorkloadCluster, livePods, messages, reportAllReady, reportReady, workload } from '../testing.ts'
import { targetNodeOf } from './daemon-pod.ts'

function addNode(cluster: TestCluster, name: string, taints: Node['spec']['taints'] = []): void {
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { taints } } as unknown as Draft<'nodes'>))
  // The API server taints new nodes; the node lifecycle controller, which is not here, would take that off.
  const node = must(cluster.client.get('nodes', name))
  must(cluster.client.update('nodes', { ...node, spec: { ...node.spec, taints } }))
}

function nodesOf(pods: readonly Pod[]): readonly (string | undefined)[] {
  return pods.map(targetNodeOf).sort()
}

function changeImage(cluster: TestCluster, image: string): void {
  must(cluster.client.patch('daemonsets', 'shop/agent', 'merge', { spec: { template: { spec: { containers: [{ name: 'agent', image }] } } } }))
}

function images(cluster: TestCluster): readonly (string | undefined)[] {
  return livePods(cluster).map(({ spec }) => spec.containers[0]?.image).sort()
}

test('keeps one pod on every eligible node, and none elsewhere', () => {
  const cluster = createWorkloadCluster()
  addNode(cluster, 'a')
  addNode(cluster, 'b')
  addNode(cluster, 'control-plane', [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }])
  create(cluster, 'daemonsets', 'agent', workload('agent'))
  cluster.settle(2_000)
  expect(nodesOf(livePods(cluster))).toEqual(['a', 'b'])
  addNode(cluster, 'c')
  cluster.settle(2_000)
  expect(nodesOf(livePods(cluster))).toEqual(['a', 'b', 'c'])
  reportAllReady(cluster)
  cluster.settle(2_000)
  expect(cluster.list('daemonsets', 'shop')[0]?.status).toMatchObject({ desiredNumberScheduled: 3, currentNumberScheduled: 3, numberReady: 3, numberAvailable: 3, updatedNumberScheduled: 3 })
  must(cluster.client.delete('nodes', 'c'))
  cluster.settle(2_000)
  expect(nodesOf(livePods(cluster))).toEqual(['a', 'b'])
  expect(messages(cluster, 'SuccessfulCreate')).toHaveLength(3)
})

test('does not make a second pod for a node while its cache is late', () => {
  const cluster = createWorkloadCluster({ watchLag: { pods: 800 } })
  addNode(cluster, 'a')
  cluster.advanceTo(2_000)
  create(cluster, 'daemonsets', 'agent', workload('agent'))
  cluster.advanceTo(2_100)
  addNode(cluster, 'b')
  cluster.advanceTo(2_400)
  expect(nodesOf(livePods(cluster))).toEqual(['a'])
  cluster.settle(5_000)
  expect(nodesOf(livePods(cluster))).toEqual(['a', 'b'])
})

test('rolls a new template over the nodes one at a time', () => {
  const cluster = createWorkloadCluster()
  for (const name of ['a', 'b', 'c']) addNode(cluster, name)
  create(cluster, 'daemonsets', 'agent', workload('agent'))
  cluster.settle(2_000)
  reportAllReady(cluster)
  cluster.settle(2_000)
  changeImage(cluster, 'agent:2')
  for (const expected of [1, 2, 3]) {
    cluster.settle(2_000)
    expect(images(cluster).filter((image) => image === 'agent:2')).toHaveLength(expected)
    expect(livePods(cluster)).toHaveLength(3)
    reportAllReady(cluster)
  }
})

test('with surge, the old pod stays until the new one beside it is available', () => {
  const cluster = createWorkloadCluster()
  addNode(cluster, 'a')
  create(cluster, 'daemonsets', 'agent', workload('agent', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }))
  cluster.settle(2_000)
  reportAllReady(cluster)
  cluster.settle(2_000)
  changeImage(cluster, 'agent:2')
  cluster.settle(2_000)
  expect(images(cluster)).toEqual(['agent:2', 'nginx'])
  reportAllReady(cluster)
  cluster.settle(2_000)
  expect(images(cluster)).toEqual(['agent:2'])
})

test('deletes failed pods later and later', () => {
  const cluster = createWorkloadCluster()
  addNode(cluster, 'a')
  create(cluster, 'daemonsets', 'agent', workload('agent'))
  cluster.settle(500)
  const lives: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const [pod] = livePods(cluster)
    const since = cluster.timeline.now
    must(cluster.client.updateStatus('pods', { ...pod!, status: { ...pod!.status, phase: 'Failed' } }))
    while (livePods(cluster)[0]?.metadata.uid === pod?.metadata.uid && cluster.timeline.now < since + 60_000) cluster.advanceTo(cluster.timeline.now + 10)
    lives.push(Math.round((cluster.timeline.now - since) / 1000))
    cluster.advanceTo(cluster.timeline.now + 100)
  }
  expect(lives).toEqual([0, 1, 2, 4, 8])
  expect(messages(cluster, 'FailedDaemonPod')[0]).toMatch(/^Found failed daemon pod shop\/agent-\w{5} on node a, will try to kill it$/)
})

test('leaves a ready pod alone when the node only gets a heartbeat', () => {
  const cluster = createWorkloadCluster()
  addNode(cluster, 'a')
  create(cluster, 'daemonsets', 'agent', workload('agent'))
  cluster.settle(2_000)
  const [pod] = livePods(cluster)
  reportReady(cluster, pod!)
  cluster.settle(2_000)
  const before = cluster.trace.end
  const node = must(cluster.client.get('nodes', 'a'))
  must(cluster.client.updateStatus('nodes', { ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T09:00:05Z' }] } }))
  cluster.settle(2_000)
  expect(cluster.trace.since(before).filter(({ author }) => author === 'daemonset-controller')).toEqual([])
  expect(livePods(cluster).map(keyOf)).toEqual([keyOf(pod!)])
})
