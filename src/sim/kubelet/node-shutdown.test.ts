import { expect, test } from 'vitest'
import { must } from '../api/status.ts'
import { createTestCluster } from '../cluster/testing.ts'
import { defaultKubeletFlags, type KubeletFlags } from './flags.ts'
import { shutdownGroupOf, shutdownGroups } from './shutdown-plan.ts'
import { createTestNode, type TestNode } from './testing.ts'

const stubborn = { repository: 'docker.io/library/stubborn', sizeBytes: 1000, behaviour: { kind: 'server', listensAfter: 0, ports: [], lines: [] }, onSigterm: null } as const

function nodeWith(flags: Partial<KubeletFlags>): TestNode {
  // Priorities are said without classes.
  const cluster = createTestCluster({ disabledPlugins: ['ServiceAccount', 'Priority'] })
  const node = createTestNode({ cluster, flags: { ...defaultKubeletFlags, ...flags }, images: [stubborn] })
  node.cluster.advanceTo(3000)
  return node
}

function run(node: TestNode, name: string, priority: number, terminationGracePeriodSeconds: number, image = 'stubborn:1'): void {
  node.run(name, { priority, terminationGracePeriodSeconds, containers: [{ name: 'app', image }] as never })
}

function ready(node: TestNode) {
  return must(node.cluster.client.get('nodes', 'n1')).status.conditions?.find(({ type }) => type === 'Ready')
}

/** When each pod was told to end, and when that was over. */
function times(node: TestNode, name: string): readonly [number | undefined, number | null | undefined] {
  const record = [...node.runtime.sandboxes()].find(({ podName }) => podName === name)?.containers.at(-1)
  return [record && node.runtime.stoppingUntil(record.id)?.since, record?.finishedAt]
}

test('pods of low priority are ended first, critical ones when those have stopped or their time is up', () => {
  const node = nodeWith({ shutdownGracePeriod: 30_000, shutdownGracePeriodCriticalPods: 10_000 })
  run(node, 'slow', 0, 60)
  run(node, 'quick', 1000, 5)
  run(node, 'critical', 2_000_000_000, 60)
  node.cluster.advanceTo(20_000)
  let doneAt = 0
  expect(node.kubelet.shutDown(() => void (doneAt = node.cluster.timeline.now))).toBe(30_000)
  expect(times(node, 'slow')[0]).toBe(20_000)
  expect(times(node, 'critical')[0]).toBeUndefined()
  node.cluster.advanceTo(39_000)
  expect(times(node, 'quick')[1]).toBe(25_000)
  node.cluster.advanceTo(41_000)
  expect(times(node, 'slow')[1]).toBe(40_000)
  expect(times(node, 'critical')[0]).toBe(40_000)
  node.cluster.advanceTo(60_000)
  expect(doneAt).toBe(50_000)
})

test('a group whose pods have all stopped keeps nobody waiting', () => {
  const node = nodeWith({ shutdownGracePeriodByPodPriority: '0=60s,1000=60s' })
  run(node, 'first', -1, 30, 'nginx:1.27')
  run(node, 'second', 5000, 30, 'nginx:1.27')
  node.cluster.advanceTo(30_000)
  let doneAt = 0
  node.kubelet.shutDown(() => void (doneAt = node.cluster.timeline.now))
  node.cluster.advanceTo(100_000)
  expect(doneAt).toBeGreaterThan(30_000)
  expect(doneAt).toBeLessThan(35_000)
})

test('what was ended has failed and says why; meanwhile the node is not ready and takes no pods', () => {
  const node = nodeWith({ shutdownGracePeriod: 30_000, shutdownGracePeriodCriticalPods: 10_000 })
  run(node, 'web', 0, 5)
  node.cluster.advanceTo(20_000)
  node.kubelet.shutDown(() => undefined)
  expect(ready(node)).toMatchObject({ status: 'False', reason: 'KubeletNotReady', message: 'node is shutting down' })
  run(node, 'late', 0, 5)
  node.cluster.advanceTo(30_000)
  expect(node.pod('late')?.status).toMatchObject({ phase: 'Failed', reason: 'NodeShutdown', message: 'Pod was rejected: Pod was rejected as the node is shutting down.' })
  const { phase, reason, message, conditions } = node.pod('web')?.status ?? {}
  expect({ phase, reason, message }).toEqual({ phase: 'Failed', reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' })
  expect(conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'TerminationByKubelet', message })
})

test('a shutdown that is cancelled ends the pods all the same; then the node is ready again', () => {
  const node = nodeWith({ shutdownGracePeriod: 30_000, shutdownGracePeriodCriticalPods: 10_000 })
  run(node, 'web', 0, 15)
  node.cluster.advanceTo(20_000)
  let isDone = false
  node.kubelet.shutDown(() => void (isDone = true))
  node.cluster.advanceTo(25_000)
  node.kubelet.cancelShutdown()
  node.cluster.advanceTo(34_000)
  expect(ready(node)?.status).toBe('False')
  node.cluster.advanceTo(60_000)
  expect(node.pod('web')?.status.phase).toBe('Failed')
  expect(ready(node)?.status).toBe('True')
  expect(isDone).toBe(false)
})

test('one that is cancelled and wanted again before it is over goes on with its course', () => {
  const node = nodeWith({ shutdownGracePeriod: 30_000, shutdownGracePeriodCriticalPods: 10_000 })
  run(node, 'web', 0, 15)
  run(node, 'critical', 2_000_000_000, 60)
  node.cluster.advanceTo(20_000)
  let doneAt = 0
  const done = () => void (doneAt = node.cluster.timeline.now)
  node.kubelet.shutDown(done)
  node.cluster.advanceTo(22_000)
  node.kubelet.cancelShutdown()
  node.cluster.advanceTo(26_000)
  expect(node.kubelet.shutDown(done)).toBe(30_000)
  node.cluster.advanceTo(60_000)
  expect([times(node, 'web')[1], times(node, 'critical')[1], doneAt]).toEqual([35_000, 45_000, 45_000])
  expect(ready(node)?.status).toBe('False')
})

test('a pod that was being deleted already has failed by it all the same', () => {
  const node = nodeWith({ shutdownGracePeriod: 30_000, shutdownGracePeriodCriticalPods: 10_000 })
  run(node, 'web', 0, 60)
  node.cluster.advanceTo(20_000)
  // So that it can be looked at when it has ended.
  must(node.cluster.client.patch('pods', 'default/web', 'merge', { metadata: { finalizers: ['example.com/kept'] } }))
  must(node.cluster.client.delete('pods', 'default/web', { gracePeriodSeconds: 25 }))
  node.cluster.advanceTo(22_000)
  node.kubelet.shutDown(() => undefined)
  node.cluster.advanceTo(60_000)
  expect(node.pod('web')?.status).toMatchObject({ phase: 'Failed', reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' })
})

test('meanwhile no static pod is begun either', () => {
  const node = nodeWith({ shutdownGracePeriod: 30_000, shutdownGracePeriodCriticalPods: 10_000 })
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'late', namespace: 'kube-system' }, spec: { containers: [{ name: 'app', image: 'stubborn:1' }] } } as never
  node.cluster.advanceTo(20_000)
  node.kubelet.shutDown(() => undefined)
  node.kubelet.setStaticPods([manifest])
  node.cluster.advanceTo(25_000)
  expect([...node.runtime.sandboxes()]).toEqual([])
})

test('a static pod that has failed by it runs again after it, and its mirror says so', () => {
  const flags = { ...defaultKubeletFlags, shutdownGracePeriod: 30_000, shutdownGracePeriodCriticalPods: 10_000 }
  const staticPods = [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'keeper', namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] } }] as never
  const node = createTestNode({ flags, staticPods })
  node.cluster.advanceTo(20_000)
  node.kubelet.shutDown(() => undefined)
  node.cluster.advanceTo(40_000)
  const failed = node.pod('keeper-n1')
  expect(failed?.status).toMatchObject({ phase: 'Failed', reason: 'Terminated' })
  node.stopKubelet()
  node.runtime.powerOff()
  createTestNode({ cluster: node.cluster, disk: node.disk, flags, staticPods })
  node.cluster.advanceTo(60_000)
  const again = node.pod('keeper-n1')
  expect(again?.metadata.uid).toBe(failed?.metadata.uid)
  expect(again?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 1, ready: true }] })
  expect(again?.status).not.toHaveProperty('reason')
  expect(again?.status).not.toHaveProperty('message')
})

test('without a period nothing is waited for; a pod below the lowest group is in the lowest', () => {
  expect(shutdownGroups(defaultKubeletFlags)).toEqual([])
  expect(shutdownGroups({ ...defaultKubeletFlags, shutdownGracePeriod: 10_000, shutdownGracePeriodCriticalPods: 20_000 })).toEqual([])
  const groups = shutdownGroups({ ...defaultKubeletFlags, shutdownGracePeriodByPodPriority: '10000=180s,1000=120' })
  expect(groups).toEqual([{ priority: 1000, gracePeriod: 120_000 }, { priority: 10_000, gracePeriod: 180_000 }])
  expect([-5, 999, 1000, 10_000, 99_999].map((priority) => shutdownGroupOf(groups, priority)?.priority)).toEqual([1000, 1000, 1000, 10_000, 10_000])
})
