import { expect, test } from 'vitest'
import { Cluster } from '../cluster.ts'
import type { Fault, Run } from '../run.ts'
import { begin, clusterWithWeb, minute, must, second } from './testing.ts'

const story = (cluster: Cluster) => cluster.drain().trace.filter(({ kind }) => kind === 'fault').map(({ at, what, about }) => [at, what, about])

test('a fault is told when it begins and when it ends, and is listed in between', () => {
  const cluster = clusterWithWeb()
  cluster.drain()
  begin(cluster, { kind: 'freeze', node: 'worker-1' }, 30 * second)
  expect(cluster.drain().faults).toEqual([{ fault: { kind: 'freeze', node: 'worker-1' }, since: minute, until: minute + 30 * second }])
  must(cluster.perform({ kind: 'power-off', node: 'worker-2' }))
  cluster.advanceTo(2 * minute)
  expect(cluster.drain().faults).toEqual([{ fault: { kind: 'power-off', node: 'worker-2' }, since: minute, until: null }])
  must(cluster.perform({ kind: 'power-on', node: 'worker-2' }))
  expect(cluster.drain().faults).toEqual([])
})

test('begin and end of a fault are in the trace, and what it led to has it as its cause', () => {
  const cluster = clusterWithWeb()
  cluster.drain()
  begin(cluster, { kind: 'slow', component: 'kube-scheduler', by: 500 }, 10 * second)
  begin(cluster, { kind: 'stop', component: 'kubelet', node: 'worker-1' })
  cluster.advanceTo(2 * minute)
  must(cluster.perform({ kind: 'end-fault', fault: { component: 'kubelet' } }))
  expect(story(cluster)).toEqual([
    [minute, 'slow kube-scheduler 500ms for 10s', 'components/kube-scheduler'],
    [minute, 'stop kubelet/worker-1', 'nodes/worker-1'],
    [minute + 10 * second, 'end slow kube-scheduler 500ms', 'components/kube-scheduler'],
    [2 * minute, 'end stop kubelet/worker-1', 'nodes/worker-1'],
  ])
})

test('faults overlap: what two of them broke is whole when both have ended', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'reboot', node: 'worker-1' })
  must(cluster.perform({ kind: 'power-off', node: 'worker-1' }))
  cluster.advanceTo(2 * minute)
  expect(cluster.machines.get('worker-1')?.isOn).toBe(false)
  must(cluster.perform({ kind: 'power-on', node: 'worker-1' }))
  expect(cluster.machines.get('worker-1')?.isOn).toBe(true)
})

test('the same fault again is one fault, with the newer end', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'cut-off', node: 'worker-1' }, 10 * second)
  cluster.advanceTo(minute + 5 * second)
  begin(cluster, { kind: 'cut-off', node: 'worker-1' }, 10 * second)
  expect(cluster.drain().faults).toEqual([{ fault: { kind: 'cut-off', node: 'worker-1' }, since: minute, until: minute + 15 * second }])
  cluster.advanceTo(minute + 14 * second)
  expect(cluster.machines.get('worker-1')?.network).toBe('cutOff')
  cluster.advanceTo(minute + 15 * second)
  expect(cluster.machines.get('worker-1')?.network).toBe('connected')
})

test.each<[Fault, string]>([
  [{ kind: 'freeze', node: 'worker-9' }, 'there is no node "worker-9"; there are control-plane-1, worker-1, worker-2'],
  [{ kind: 'stop', component: 'kubelet' }, 'every node has a kubelet: say which, as kubelet/worker-2'],
  [{ kind: 'slow', component: 'containerd', node: 'worker-1', by: 5 }, 'slow cannot be aimed at "containerd"; it can at etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy'],
])('a fault that nothing can suffer is refused: %j', (fault, message) => {
  const answer = clusterWithWeb().perform({ kind: 'fault', fault })
  expect(answer.ok ? '' : answer.status.message).toBe(message)
})

const everyKind: readonly Fault[] = [
  { kind: 'reboot', node: 'worker-1' }, { kind: 'freeze', node: 'worker-2' }, { kind: 'freeze', component: 'kube-scheduler' },
  { kind: 'cut-off', node: 'worker-1', direction: 'in' }, { kind: 'cut-off', component: 'kubelet', node: 'worker-2' }, { kind: 'cut-off', component: 'etcd' },
  { kind: 'clock-skew', node: 'worker-1', by: -30_000 }, { kind: 'stop', component: 'containerd', node: 'worker-1' }, { kind: 'stop', component: 'kubelet', node: 'worker-2' },
  { kind: 'restart', component: 'kube-controller-manager' }, { kind: 'slow', component: 'etcd', by: 200 }, { kind: 'slow', component: 'kube-proxy', node: 'worker-1', by: 3000 },
  { kind: 'stale', component: 'kube-controller-manager', relist: true }, { kind: 'compact' }, { kind: 'drop-watches' }, { kind: 'lose-answers', oneIn: 3 }, { kind: 'throttle', oneIn: 4 },
  { kind: 'registry-slow', times: 4 }, { kind: 'registry-failing', image: 'nginx' }, { kind: 'registry-unreachable' },
]

test('a run with every kind of fault is the same when it is played again, and when it is looked at', () => {
  const first = clusterWithWeb()
  everyKind.forEach((fault, index) => {
    first.advanceTo(minute + index * 20 * second)
    must(first.perform({ kind: 'fault', fault, for: 25 * second }))
    first.perform({ kind: 'scale', resource: 'deployments', key: 'default/web', replicas: 2 + (index % 5) })
  })
  first.advanceTo(12 * minute)
  const again = replayed({ version: 1, seed: 11, options: { workers: 2 }, commands: first.commands }, 12 * minute)
  expect(again.hash()).toBe(first.hash())
  expect(first.drain().faults).toEqual([])
})

/** Played again from the text of its commands, and looked at all the time. */
function replayed(run: Run, end: number): Cluster {
  const cluster = new Cluster(run.seed, run.options)
  cluster.observe()
  for (const { at, command } of JSON.parse(JSON.stringify(run.commands)) as Run['commands']) {
    cluster.advanceTo(at)
    cluster.drain()
    cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'pods' } })
    cluster.perform(command)
  }
  cluster.advanceTo(end)
  return cluster
}
