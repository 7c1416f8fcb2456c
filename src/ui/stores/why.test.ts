import { expect, test } from 'vitest'
import type { Batch } from '../../bridge/protocol.ts'
import { Session } from '../../bridge/session.ts'
import { startScenario } from '../../scenario/gallery.ts'
import type { TimedCommand } from '../../sim/cluster/run.ts'
import { emptyView, received, type ClusterView } from './cluster-view.ts'
import { momentText } from './format.ts'
import { thingOf } from './things.ts'
import { whyChain } from './why.ts'

/** The shop as the page would know it after these commands, at this moment. */
function shopAfter(commands: readonly TimedCommand[], until: number): ClusterView {
  const batches: Batch[] = []
  const session = new Session((message) => { if (message.type === 'batch') batches.push(message) }, () => 0)
  const { run } = startScenario.scenario
  session.handle({ type: 'boot', run: { ...run, commands: [...run.commands, ...commands] }, until, pace: { speed: 1, paused: true } })
  while (batches.length === 0) session.tick()
  return batches.reduce(received, emptyView)
}

function why(view: ClusterView, kind: string, prefix: string, after = -Infinity): string[] {
  const maps = { Pod: view.objects.pods, ReplicaSet: view.objects.replicasets, Node: view.objects.nodes, Deployment: view.objects.deployments }
  const found = [...maps[kind as 'Pod'].values()].filter(({ metadata }) => metadata.name.startsWith(prefix) && Date.parse(metadata.creationTimestamp ?? '') - view.start >= after).at(-1)
  const thing = thingOf(kind, found?.metadata.namespace, found?.metadata.name)
  const hash = /(?<=-)[0-9a-f]{6,10}(-[a-z0-9]{5})?\b/g
  return whyChain(view, thing!).map(({ at, who, what, detail }) => `${momentText(at)} ${who}: ${what}${detail ? `. ${detail}` : ''}`.replace(hash, '…'))
}

const powerOff: TimedCommand = { at: 61_000, command: { kind: 'power-off', node: 'worker-2' } }
const lost = shopAfter([powerOff], 430_000)

const loss = [
  '01:01 you: You powered off worker-2. Its kubelet stopped renewing the lease.',
  '01:55 cluster: Node controller: no lease for 54 s. Ready became Unknown: NotReady. Its pods are taken out of the Services.',
  '02:00 cluster: Tainted unreachable:NoExecute. From now on its pods are only tolerated for a while.',
]

test('a pod that replaces one on a lost machine is there because somebody powered that machine off', () => {
  expect(why(lost, 'Pod', 'cart-', 400_000)).toEqual([
    ...loss,
    '07:00 cluster: 5 min of toleration were over. Pod cart-… was marked for deletion.',
    '07:00 cluster: ReplicaSet cart-… wanted 3, counted 2. It created one.',
    '07:00 now: Scheduler chose worker-3',
  ])
})

test('a pod that finds no room ends its story with the scheduler’s count', () => {
  expect(why(lost, 'Pod', 'web-', 400_000).at(-1)).toMatch(/^07:00 now: Scheduler found no node\. .*Insufficient (cpu|memory)/)
})

test('a machine tells who interrupted it, how long it was silent, and how many pods it lost', () => {
  expect(why(lost, 'Node', 'worker-2')).toEqual([...loss, '07:00 now: 5 pods given up. Their toleration was over; their owners make new ones elsewhere.'])
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

test('a ReplicaSet of a restart leads back to the restart', () => {
  const view = shopAfter([{ at: 61_000, command: { kind: 'restart', resource: 'deployments', key: 'shop/mail' } }], 62_000)
  expect(why(view, 'ReplicaSet', 'mail-', 60_000).slice(0, 2)).toEqual([
    '01:01 you: You restarted deployment mail. A new revision rolls out, pod by pod.',
    expect.stringMatching(/^01:01 (cluster|now): Deployment mail created it/),
  ])
})
