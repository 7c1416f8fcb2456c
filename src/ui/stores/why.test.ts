import { expect, test } from 'vitest'
import type { TimedCommand } from '../../sim/cluster/run.ts'
import { whyChain } from './why.ts'
import { shopAfter, why } from './why-testing.ts'

const powerOff: TimedCommand = { at: 61_000, command: { kind: 'power-off', node: 'worker-2' } }
const lost = shopAfter([powerOff], 430_000)

/** The verdict falls when a pass comes round, 50 to 60 s after the last lease: its time is told as `V`, the taint's and the eviction's by how much later they are. */
function fromVerdict(lines: readonly string[]): string[] {
  const secondsOf = (line: string) => Number(line.slice(0, 2)) * 60 + Number(line.slice(3, 5))
  const verdict = lines.find((line) => line.includes('Node controller: no lease'))
  const names = new Map([0, 5, 305].map((later) => [secondsOf(verdict ?? '') + later, later === 0 ? 'V' : `V+${later}`]))
  return lines.map((line) => `${names.get(secondsOf(line)) ?? line.slice(0, 5)}${line.slice(5)}`.replace(/no lease for 5\d s/, 'no lease for 50 to 60 s'))
}

const loss = [
  '01:01 you: You powered off worker-2. Its kubelet stopped renewing the lease.',
  'V cluster: Node controller: no lease for 50 to 60 s. Ready became Unknown: NotReady. Its pods are taken out of the Services.',
  'V+5 cluster: Tainted unreachable:NoExecute. From now on its pods are only tolerated for a while.',
]

test('a pod that replaces one on a lost machine is there because somebody powered that machine off', () => {
  expect(fromVerdict(why(lost, 'Pod', 'cart-', 400_000))).toEqual([
    ...loss,
    'V+305 cluster: 5 min of toleration were over. Pod cart-… was marked for deletion.',
    'V+305 cluster: ReplicaSet cart-… wanted 3, counted 2. It created one.',
    expect.stringMatching(/^V\+305 now: Scheduler chose worker-[13]$/),
  ])
})

test('a pod that finds no room ends its story with the scheduler’s count', () => {
  expect(fromVerdict(why(lost, 'Pod', 'web-', 400_000)).at(-1)).toMatch(/^V\+305 now: Scheduler found no node\. .*Insufficient (cpu|memory)/)
})

test('a machine tells who interrupted it, how long it was silent, and how many pods it lost', () => {
  expect(fromVerdict(why(lost, 'Node', 'worker-2'))).toEqual([...loss, 'V+305 now: 5 pods given up. Their toleration was over; their owners make new ones elsewhere.'])
  expect(why(lost, 'Node', 'worker-1')).toEqual(['00:00 now: The kubelet of worker-1 joined the cluster. It renews its lease every 10 s: that is how everybody knows that it lives.'])
})

test('a pod that came from scaling up leads back to the person who scaled', () => {
  const view = shopAfter([{ at: 61_000, command: { kind: 'scale', resource: 'deployments', key: 'shop/redis', replicas: 2 } }], 75_000)
  expect(why(view, 'Pod', 'redis-', 60_000)).toEqual([
    '01:01 you: You scaled redis to 2',
    '01:01 cluster: Deployment redis shifted its ReplicaSets. redis-… from 1 to 2.',
    '01:01 cluster: ReplicaSet redis-… wanted 2, counted 1. It created one.',
    expect.stringMatching(/^01:01 now: Scheduler (chose worker-\d|found no node)/),
  ])
})

test('Endpoints are there for a Service, and slices for those of a Service without a selector', () => {
  expect(why(shopAfter([], 10_000), 'Endpoints', 'redis')).toEqual(['00:01 you: You applied 13 objects', '00:01 now: The endpoint controller made Endpoints redis. Every Service with a selector has Endpoints of its name: who can be reached for it.'])
  const [service, endpoints] = [{ spec: { ports: [{ port: 80 }] } }, { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }] }].map((rest, at) => ({ apiVersion: 'v1', kind: ['Service', 'Endpoints'][at]!, metadata: { name: 'away', namespace: 'shop' }, ...rest }))
  const view = shopAfter([{ at: 61_000, command: { kind: 'apply', manifests: [service!, endpoints!] } }], 75_000)
  expect(why(view, 'EndpointSlice', 'away-')).toEqual(['01:01 you: You applied 2 objects', expect.stringMatching(/^01:01 now: Endpoints were mirrored in EndpointSlice away-\w{5}\. Nodes route by slices alone\.$/)])
})

test('a pod of a ReplicationController leads to it, and from there to the person who scaled', () => {
  const controller = { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'old', namespace: 'shop' }, spec: { replicas: 1, template: { metadata: { labels: { app: 'old' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } } }
  const view = shopAfter([{ at: 61_000, command: { kind: 'apply', manifests: [controller] } }, { at: 62_000, command: { kind: 'scale', resource: 'replicationcontrollers', key: 'shop/old', replicas: 2 } }], 75_000)
  expect(why(view, 'Pod', 'old-', 61_500).map((line) => line.replace(/worker-\d/, 'worker'))).toEqual([
    '01:02 you: You scaled old to 2',
    '01:02 cluster: ReplicationController old wanted 2, counted 1. It created one.',
    '01:02 now: Scheduler chose worker',
  ])
})

test('a ReplicaSet of a restart leads back to the restart', () => {
  const view = shopAfter([{ at: 61_000, command: { kind: 'restart', resource: 'deployments', key: 'shop/mail' } }], 62_000)
  expect(why(view, 'ReplicaSet', 'mail-', 60_000).slice(0, 2)).toEqual([
    '01:01 you: You restarted deployment mail. A new revision rolls out, pod by pod.',
    '01:01 now: Deployment mail made ReplicaSet mail-…. Each version of its template has one of its own.',
  ])
})

test('a fault that ended by itself and what it let happen again are part of the story', () => {
  const shop = shopAfter([{ at: 61_000, command: { kind: 'fault', fault: { kind: 'freeze', node: 'worker-2' }, for: 400_000 } }], 600_000)
  const silence = [
    '01:01 you: You froze worker-2. It stands still without knowing; others only notice its silence.',
    'V cluster: Node controller: no lease in time. Ready became Unknown: NotReady. Its pods are taken out of the Services.',
    'V+5 cluster: Tainted unreachable:NoExecute. From now on its pods are only tolerated for a while.',
  ]
  expect(fromVerdict(why(shop, 'Node', 'worker-2'))).toEqual([
    ...silence,
    'V+305 cluster: 5 pods given up. Their toleration was over; their owners make new ones elsewhere.',
    '07:41 cluster: worker-2 goes on where it stood',
    '07:41 now: Its kubelet reports: Ready. The scheduler may use it.',
  ])
  expect(fromVerdict(why(shop, 'Pod', 'web-', 400_000))).toEqual([
    ...silence,
    expect.stringMatching(/^V\+305 cluster: 5 min of toleration were over/),
    expect.stringMatching(/^V\+305 cluster: ReplicaSet web-… wanted 3, counted 2/),
    'V+305 cluster: Scheduler found no node',
    '07:41 cluster: worker-2 goes on where it stood',
    '07:41 cluster: The kubelet of worker-2 reported on its machine',
    '07:41 cluster: The node controller took its taint off. The scheduler may use the machine.',
    expect.stringMatching(/^07:41 now: Scheduler chose worker-2\. It had waited for [45]\d s\.$/),
  ])
})

test('machines that were given up because nobody could hear them name what was cut off', () => {
  const shop = shopAfter([{ at: 61_000, command: { kind: 'fault', fault: { kind: 'throttle', component: 'kubelet' }, for: 1000 } }, { at: 62_000, command: { kind: 'fault', fault: { kind: 'cut-off', component: 'kubelet', node: 'worker-3' } } }], 130_000)
  expect(why(shop, 'Node', 'worker-3').slice(0, 2)).toEqual([
    '01:02 you: You cut the kubelet of worker-3 off. It runs on, but nobody hears from it.',
    expect.stringMatching(/cluster: Node controller: no lease for 5\d s/),
  ])
})

test('who killed or deleted a pod stands in its story; one from a machine’s own disk names its kubelet', () => {
  const pod = [...lost.view.objects.pods.keys()].find((key) => key.startsWith('shop/redis-'))!
  const shop = shopAfter([{ at: 61_000, command: { kind: 'kill', pod } }, { at: 70_000, command: { kind: 'delete', resource: 'pods', key: pod } }], 70_000)
  expect(why(shop, 'Pod', pod.slice('shop/'.length)).slice(-3)).toEqual([
    '01:01 you: You killed a container of redis-…. Its kubelet starts it again.',
    '01:10 you: You deleted pod redis-…',
    '01:10 now: Deleted: it is being terminated',
  ])
  expect(why(shop, 'Pod', 'etcd-')).toEqual(['00:00 now: The kubelet of control-plane-1 started it. From a manifest on its own disk: no scheduler was asked.'])
})

test('what the story does not keep any more is said to be forgotten', () => {
  const { view, ask } = lost
  // The newest: it replaces one that was lost.
  const [key] = [...view.objects.pods].filter(([pod]) => pod.startsWith('shop/cart-')).toSorted(([, a], [, b]) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1)).at(-1)!
  const entries = ask(`pods/${key}`)
  const scaled = entries.findLast(({ what }) => what.startsWith('scale '))!
  const cut = whyChain(view, { resource: 'pods', key }, entries.filter(({ id }) => id >= scaled.id))
  expect(cut.slice(0, 2).map(({ what }) => what.replace(/cart-\w+/, 'cart'))).toEqual(['What led to this is forgotten', 'ReplicaSet cart wanted 3, counted 2'])
  expect(whyChain(view, { resource: 'pods', key }, []).map(({ what }) => what.replace(/cart-\w+/, 'cart'))).toEqual(['ReplicaSet cart created it', expect.stringMatching(/^Scheduler chose worker-[13]$/)])
})

test('every pod, ReplicaSet and machine has a story that begins with a person, the installation or a kubelet', () => {
  for (const [kind, objects] of [['Pod', lost.view.objects.pods], ['ReplicaSet', lost.view.objects.replicasets], ['Node', lost.view.objects.nodes]] as const) {
    for (const { metadata } of objects.values()) expect(why(lost, kind, metadata.name)[0]).toMatch(/ you: | (cluster|now): The (installation|kubelet of) /)
  }
})
