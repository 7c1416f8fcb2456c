import { expect, test } from 'vitest'
import { parseTime } from '../../api/time.ts'
import type { Lease } from '../../api/generated/types.ts'
import type { Cluster } from '../cluster.ts'
import { begin, clusterWithWeb, containersOf, deployment, eventsOf, isReady, minute, must, nodeOf, podOf, podsOf, podsOn, readiness, scale, second, stored, when } from './testing.ts'

/** Every status that the node's Ready condition had until then. */
function statusesUntil(cluster: Cluster, limit: number, node = 'worker-1'): (string | undefined)[] {
  const seen = new Set([readiness(nodeOf(cluster, node))?.status])
  while (cluster.step(limit)) seen.add(readiness(nodeOf(cluster, node))?.status)
  cluster.advanceTo(limit)
  return [...seen]
}

/** When a node's lease was renewed, as its kubelet's clock says. */
function renewalOf(cluster: Cluster, node: string): number {
  const lease = stored<Lease & { metadata: { name: string } }>(cluster, 'leases/kube-node-lease').find(({ metadata }) => metadata.name === node)!
  return parseTime(lease.spec.renewTime!)! - cluster.start
}

const unreachableTaint = 'node.kubernetes.io/unreachable'

test('a machine that is rebooted is off for half a minute, and then its containers are started anew in their pods', () => {
  const cluster = clusterWithWeb()
  const before = podsOn(cluster, 'worker-1').map(({ metadata }) => metadata.uid)
  begin(cluster, { kind: 'reboot', node: 'worker-1' })
  expect(cluster.machines.get('worker-1')?.isOn).toBe(false)
  cluster.advanceTo(minute + 30 * second)
  expect(cluster.machines.get('worker-1')?.isOn).toBe(true)
  cluster.advanceTo(3 * minute)
  expect(podsOn(cluster, 'worker-1').map(({ metadata }) => metadata.uid)).toEqual(before)
  expect(podsOn(cluster, 'worker-1').map((pod) => [isReady(pod), pod.status.containerStatuses?.[0]?.restartCount])).toEqual(before.map(() => [true, 1]))
  expect(eventsOf(cluster, 'Rebooted')).toHaveLength(1)
})

test('a machine that is shut down goes off at once, unless its kubelet has been given time to end the pods', () => {
  const once = clusterWithWeb()
  begin(once, { kind: 'shut-down', node: 'worker-1' })
  once.advanceTo(minute + 1)
  expect(once.machines.get('worker-1')?.isOn).toBe(false)

  const inOrder = clusterWithWeb(11, { kubelet: { 'shutdown-grace-period': '30s', 'shutdown-grace-period-critical-pods': '10s' } })
  begin(inOrder, { kind: 'shut-down', node: 'worker-1' }, 2 * minute)
  inOrder.advanceTo(minute + 10)
  expect(inOrder.machines.get('worker-1')?.isOn).toBe(true)
  expect(readiness(nodeOf(inOrder, 'worker-1'))).toMatchObject({ status: 'False', message: 'node is shutting down' })
  inOrder.advanceTo(minute + 31 * second)
  expect(inOrder.machines.get('worker-1')?.isOn).toBe(false)
  expect(podsOn(inOrder, 'worker-1').filter(({ metadata }) => metadata.namespace === 'default').map(({ status }) => [status.phase, status.reason])).toEqual([['Failed', 'Terminated'], ['Failed', 'Terminated']])
  expect(podsOn(inOrder, 'worker-2').filter(isReady).length).toBeGreaterThanOrEqual(4)
  inOrder.advanceTo(4 * minute)
  expect(isReady(nodeOf(inOrder, 'worker-1'))).toBe(true)
})

test('a machine whose kubelet dies while it shuts down goes off when the time that it asked for is up', () => {
  const cluster = clusterWithWeb(11, { kubelet: { 'shutdown-grace-period': '30s' } })
  begin(cluster, { kind: 'shut-down', node: 'worker-1' })
  begin(cluster, { kind: 'stop', component: 'kubelet', node: 'worker-1' })
  cluster.advanceTo(minute + 29 * second)
  expect(cluster.machines.get('worker-1')?.isOn).toBe(true)
  cluster.advanceTo(minute + 30 * second)
  expect(cluster.machines.get('worker-1')?.isOn).toBe(false)
})

test('a frozen machine is given up like a dead one, and goes on where it stood', () => {
  const cluster = clusterWithWeb()
  const before = containersOf(cluster)
  begin(cluster, { kind: 'freeze', node: 'worker-1' }, 2 * minute)
  cluster.advanceTo(3 * minute)
  expect(readiness(nodeOf(cluster, 'worker-1'))?.status).toBe('Unknown')
  expect(nodeOf(cluster, 'worker-1').spec.taints?.map(({ key }) => key)).toContain(unreachableTaint)
  cluster.advanceTo(4 * minute)
  expect(isReady(nodeOf(cluster, 'worker-1'))).toBe(true)
  expect(containersOf(cluster)).toEqual(before)
  expect(podsOf(cluster).map(isReady)).toEqual([true, true, true, true])
})

test('a machine that is frozen for less than the grace is never missed', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'freeze', node: 'worker-1' }, 30 * second)
  expect(statusesUntil(cluster, 3 * minute)).toEqual(['True'])
})

test.each(['in', 'out'] as const)('of a machine from which nothing comes through in one direction (%s) nothing is heard, and it is whole again afterwards', (direction) => {
  const cluster = clusterWithWeb()
  const before = containersOf(cluster)
  begin(cluster, { kind: 'cut-off', node: 'worker-1', direction }, 2 * minute)
  cluster.advanceTo(3 * minute)
  // Of lost answers one renewal arrives: without its answer the kubelet cannot make the next one.
  expect(readiness(nodeOf(cluster, 'worker-1'))?.status).toBe('Unknown')
  must(scale(cluster, 8))
  cluster.advanceTo(5 * minute)
  expect(isReady(nodeOf(cluster, 'worker-1'))).toBe(true)
  expect(podsOf(cluster).filter(isReady)).toHaveLength(8)
  expect(containersOf(cluster)).toEqual(expect.arrayContaining(before))
})

test('a kubelet whose watches are silent starts no new pod, though its node is trusted', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'stale', component: 'kubelet', node: 'worker-1' }, 4 * minute)
  cluster.advanceTo(2 * minute)
  must(scale(cluster, 8))
  cluster.advanceTo(4 * minute)
  const [old, fresh] = [podsOn(cluster, 'worker-1').filter(isReady), podsOn(cluster, 'worker-1').filter((pod) => pod.status.phase === 'Pending')]
  expect([old.length, fresh.length]).toEqual([2, 2])
  cluster.advanceTo(6 * minute)
  expect(podsOf(cluster).filter(isReady)).toHaveLength(8)
})

test('a kubelet that is stopped is missed, and takes over the containers it left when it starts again', () => {
  const cluster = clusterWithWeb()
  const before = containersOf(cluster)
  begin(cluster, { kind: 'stop', component: 'kubelet', node: 'worker-1' })
  cluster.advanceTo(3 * minute)
  expect(readiness(nodeOf(cluster, 'worker-1'))).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' })
  cluster.perform({ kind: 'end-fault', fault: { kind: 'stop', node: 'worker-1' } })
  cluster.advanceTo(4 * minute)
  expect(isReady(nodeOf(cluster, 'worker-1'))).toBe(true)
  expect(containersOf(cluster)).toEqual(before)
  expect(podsOf(cluster).map((pod) => [isReady(pod), pod.status.containerStatuses?.[0]?.restartCount])).toEqual(Array(4).fill([true, 0]))
})

test('a kubelet that is restarted keeps its containers and is never missed', () => {
  const cluster = clusterWithWeb()
  const before = containersOf(cluster)
  begin(cluster, { kind: 'restart', component: 'kubelet', node: 'worker-1' })
  cluster.advanceTo(3 * minute)
  expect(containersOf(cluster)).toEqual(before)
  expect(podsOf(cluster).every(isReady)).toBe(true)
  expect(eventsOf(cluster, 'NodeNotReady')).toEqual([])
})

test('a kubelet whose containerd is stopped says so after half a minute, names the PLEG after three, and its containers run on', () => {
  const cluster = clusterWithWeb()
  const before = containersOf(cluster)
  begin(cluster, { kind: 'stop', component: 'containerd', node: 'worker-1' })
  const notReady = when(cluster, 3 * minute, () => !isReady(nodeOf(cluster, 'worker-1')))
  expect(notReady - minute).toBeGreaterThanOrEqual(25 * second)
  expect(notReady - minute).toBeLessThanOrEqual(40 * second)
  expect(readiness(nodeOf(cluster, 'worker-1'))).toMatchObject({ status: 'False', reason: 'KubeletNotReady', message: 'container runtime is down' })
  expect(eventsOf(cluster, 'NodeNotReady').map(({ source }) => source?.component)).toEqual(['kubelet'])
  cluster.advanceTo(minute + 200 * second)
  expect(readiness(nodeOf(cluster, 'worker-1'))?.message).toMatch(/^\[container runtime is down, PLEG is not healthy: pleg was last seen active 3m\d+(\.\d+)?s ago; threshold is 3m0s\]$/)
  expect(nodeOf(cluster, 'worker-1').spec.taints?.map(({ key, effect }) => `${key}:${effect}`).sort()).toEqual(['node.kubernetes.io/not-ready:NoExecute', 'node.kubernetes.io/not-ready:NoSchedule'])
  cluster.perform({ kind: 'end-fault' })
  cluster.advanceTo(6 * minute)
  expect(isReady(nodeOf(cluster, 'worker-1'))).toBe(true)
  expect(containersOf(cluster)).toEqual(before)
})

test('while containerd is stopped a killed container is not noticed; then it is started again', () => {
  const cluster = clusterWithWeb()
  const [pod] = podsOn(cluster, 'worker-1')
  begin(cluster, { kind: 'stop', component: 'containerd', node: 'worker-1' }, 20 * second)
  must(cluster.perform({ kind: 'kill', pod: `default/${pod!.metadata.name}` }))
  cluster.advanceTo(minute + 19 * second)
  expect(podsOf(cluster).every(isReady)).toBe(true)
  cluster.advanceTo(2 * minute)
  expect(podsOf(cluster).map(({ status }) => status.containerStatuses?.[0]?.restartCount).sort()).toEqual([0, 0, 0, 1])
})

test('a status that could not be told is told when the API answers again, also while containerd is stopped', () => {
  const cluster = clusterWithWeb()
  const [pod] = podsOn(cluster, 'worker-1')
  const restarts = () => podsOf(cluster).find(({ metadata }) => metadata.name === pod!.metadata.name)?.status.containerStatuses?.[0]?.restartCount
  begin(cluster, { kind: 'cut-off', component: 'etcd' }, 20 * second)
  must(cluster.perform({ kind: 'kill', pod: `default/${pod!.metadata.name}` }))
  cluster.advanceTo(minute + 15 * second)
  begin(cluster, { kind: 'stop', component: 'containerd', node: 'worker-1' }, minute)
  cluster.advanceTo(minute + 19 * second)
  expect(restarts()).toBe(0)
  cluster.advanceTo(minute + 31 * second)
  expect(restarts()).toBe(1)
})

test('a pull that the end of containerd breaks has failed, and is tried again when it answers', () => {
  const cluster = clusterWithWeb()
  must(cluster.perform({ kind: 'apply', manifests: [deployment('db', 2, 'postgres:17')] }))
  cluster.advanceTo(minute + second)
  for (const node of ['worker-1', 'worker-2']) begin(cluster, { kind: 'stop', component: 'containerd', node }, 20 * second)
  const pulled = () => eventsOf(cluster, 'Pulled').filter(({ message }) => message?.includes('postgres') === true).length
  expect(eventsOf(cluster, 'Failed').filter(({ message }) => message === 'Failed to pull image "postgres:17": rpc error: code = Unavailable desc = error reading from server: EOF')).toHaveLength(2)
  cluster.advanceTo(minute + 20 * second)
  expect(pulled()).toBe(0)
  cluster.advanceTo(2 * minute)
  expect(pulled()).toBe(2)
  expect(podsOf(cluster).filter(isReady)).toHaveLength(6)
})

test('containerd that is restarted breaks the pulls under way, and no container', () => {
  const cluster = clusterWithWeb()
  const before = containersOf(cluster)
  must(cluster.perform({ kind: 'apply', manifests: [deployment('db', 2, 'postgres:17')] }))
  cluster.advanceTo(minute + second)
  begin(cluster, { kind: 'restart', component: 'containerd', node: 'worker-1' })
  expect(eventsOf(cluster, 'Failed').map(({ message }) => message)).toEqual(['Failed to pull image "postgres:17": rpc error: code = Unavailable desc = error reading from server: EOF', 'Error: ErrImagePull'])
  cluster.advanceTo(2 * minute)
  expect(podsOf(cluster).filter(isReady)).toHaveLength(6)
  expect(containersOf(cluster)).toEqual(expect.arrayContaining(before))
})

test('a clock that is ahead shows in what the kubelet writes and costs nothing, until it is set right', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'clock-skew', node: 'worker-1', by: 3 * minute }, 3 * minute)
  const statuses = statusesUntil(cluster, 4 * minute - 1)
  expect(statuses).toEqual(['True'])
  expect(Math.abs(renewalOf(cluster, 'worker-1') - cluster.now - 3 * minute)).toBeLessThanOrEqual(10 * second)
  must(scale(cluster, 6))
  // Upstream's node controller takes a renewal for one only if its time is after that of the last: now they are not, for three minutes.
  expect(statusesUntil(cluster, 6 * minute)).toEqual(['True', 'Unknown'])
  cluster.advanceTo(9 * minute)
  expect(isReady(nodeOf(cluster, 'worker-1'))).toBe(true)
  expect(podsOf(cluster).filter(isReady)).toHaveLength(6)
})

test('a clock that is set back by less than the grace is never noticed, and by more until it has caught up', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'clock-skew', node: 'worker-1', by: -30 * second })
  begin(cluster, { kind: 'clock-skew', node: 'worker-2', by: -2 * minute })
  expect(statusesUntil(cluster, 4 * minute)).toEqual(['True'])
  expect(isReady(nodeOf(cluster, 'worker-2'))).toBe(true)
  const unknown = eventsOf(cluster, 'NodeNotReady').filter(({ involvedObject }) => involvedObject.kind === 'Node').map(({ involvedObject }) => involvedObject.name)
  expect(unknown).toEqual(['worker-2'])
})

test('the wrong clock of the control plane shows in what the API server stamps, and its leaders lead on', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'clock-skew', node: 'control-plane-1', by: -10 * minute })
  cluster.advanceTo(3 * minute)
  must(scale(cluster, 6))
  cluster.advanceTo(4 * minute)
  const created = podsOf(cluster).map(({ metadata }) => cluster.wall.instantOf(metadata.creationTimestamp)).sort((a, b) => a - b)
  expect(created[0]).toBeLessThan(-6 * minute)
  expect(podsOf(cluster).filter(isReady)).toHaveLength(6)
  expect(podOf(cluster, 'kube-scheduler').status.containerStatuses?.[0]?.restartCount).toBe(0)
})

test('a container can be killed without a kubelet, which makes it good when it is back, but not on a machine that stands still', () => {
  const cluster = clusterWithWeb()
  const pod = `default/${podsOn(cluster, 'worker-1')[0]!.metadata.name}`
  begin(cluster, { kind: 'freeze', node: 'worker-1' }, second)
  expect(cluster.perform({ kind: 'kill', pod }).ok).toBe(false)
  cluster.advanceTo(minute + 2 * second)
  begin(cluster, { kind: 'stop', component: 'kubelet', node: 'worker-1' }, 10 * second)
  expect(cluster.perform({ kind: 'kill', pod }).ok).toBe(true)
  expect(cluster.perform({ kind: 'kill', pod }).ok).toBe(false)
  cluster.advanceTo(2 * minute)
  expect(podsOf(cluster).map((each) => [isReady(each), each.status.containerStatuses?.[0]?.restartCount]).sort()).toEqual([[true, 0], [true, 0], [true, 0], [true, 1]])
})
