import { expect, test } from 'vitest'
import type { Command, TimedCommand } from '../../sim/cluster/run.ts'
import { shopAfter, why } from './why-testing.ts'

const at = (seconds: number, command: Command): TimedCommand => ({ at: seconds * 1000, command })
const until = (seconds: number) => seconds * 1000
const pod = (name: string, spec: object, cpu = '100m') => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { ...spec, containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu } } }] } })
const apply = (...manifests: ReturnType<typeof pod>[]): Command => ({ kind: 'apply', manifests })
/** From the verdict on, whatever its second. */
const noTimes = (lines: readonly string[]) => lines.map((line) => line.replace(/^\S+ /, '').replace(/no lease (for \d+ s|in time)/, 'no lease'))
const silence = ['cluster: Node controller: no lease. Ready became Unknown: NotReady. Its pods are taken out of the Services.', 'cluster: Tainted unreachable:NoExecute. From now on its pods are only tolerated for a while.']

test('a pod of the installation leads back to it, by its DaemonSet and the scheduler', () => {
  const shop = shopAfter([], until(5))
  expect(noTimes(why(shop, 'Pod', 'kube-proxy-'))).toEqual(['cluster: The installation created daemonset kube-proxy', 'cluster: The DaemonSet of kube-proxy created it. It wants one on every machine that it may use.', expect.stringMatching(/^now: Scheduler chose /)])
  expect(noTimes(why(shop, 'ReplicaSet', 'coredns-'))[0]).toBe('cluster: The installation created deployment coredns')
})

test('a pod that took the place of another tells whom the scheduler preempted for it', () => {
  const small = ['1', '2', '3'].map((number) => pod(`small-${number}`, { nodeSelector: { 'kubernetes.io/hostname': `worker-${number}` }, terminationGracePeriodSeconds: 5 }, '900m'))
  const shop = shopAfter([at(61, apply(...small)), at(80, apply(pod('urgent', { priorityClassName: 'system-cluster-critical' }, '900m')))], until(110))
  const told = noTimes(why(shop, 'Pod', 'urgent'))
  expect(told.slice(0, 3)).toEqual(['you: You applied Pod urgent', 'cluster: Scheduler found no node', expect.stringMatching(/^cluster: Scheduler preempted small-[123]\. A pod of higher priority needs its room\.$/)])
  expect(told.at(-1)).toMatch(/^now: Scheduler chose worker-[123]/)
})

test('a pod that is preempted tells for whom it has to go', () => {
  const quick = pod('small', { nodeName: 'worker-1', terminationGracePeriodSeconds: 60 }, '900m')
  const victim = { ...quick, spec: { ...quick.spec, containers: quick.spec.containers.map((container) => ({ ...container, lifecycle: { preStop: { sleep: { seconds: 40 } } } })) } }
  const urgent = pod('urgent', { priorityClassName: 'system-cluster-critical', nodeSelector: { 'kubernetes.io/hostname': 'worker-1' } }, '900m')
  const shop = shopAfter([at(61, apply(victim)), at(80, apply(urgent))], until(85))
  const told = noTimes(why(shop, 'Pod', 'small'))
  expect(told.slice(0, 3)).toEqual(['you: You applied Pod small', 'cluster: Its manifest names worker-1 itself. No scheduler was asked.', 'you: You applied Pod urgent'])
  expect(told.slice(-2)).toEqual(['cluster: Scheduler preempted small. A pod of higher priority needs its room.', 'now: Deleted: it is being terminated'])
})

test('a pod that its kubelet refuses says when and why; one behind gates says which', () => {
  const gated = pod('gated', { schedulingGates: [{ name: 'example.com/quota' }] })
  const shop = shopAfter([at(61, apply(pod('big', { nodeName: 'worker-1' }, '3900m'), gated))], until(75))
  expect(why(shop, 'Pod', 'big')).toEqual([
    '01:01 you: You applied 2 objects',
    '01:01 cluster: Its manifest names worker-1 itself. No scheduler was asked.',
    expect.stringMatching(/^01:01 now: OutOfcpu\. Pod was rejected: Node didn't have enough resource: cpu, requested: 3900, used: \d+, capacity: 4000$/),
  ])
  expect(why(shop, 'Pod', 'gated').at(-1)).toBe('01:01 now: Its scheduling gates hold it back. The scheduler does not look at it before they are gone: example.com/quota.')
})

test('a workload that a quota leaves no room says which quota and how much of it is used', () => {
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small', namespace: 'shop' }, spec: { hard: { 'count/pods': '1k' } } }
  const used = shopAfter([at(61, { kind: 'apply', manifests: [quota] })], until(63)).view.objects.resourcequotas.get('shop/small')?.status.used?.['count/pods']
  const full = { ...quota, spec: { hard: { 'count/pods': used } } }
  const shop = shopAfter([at(61, { kind: 'apply', manifests: [full] }), at(70, { kind: 'scale', resource: 'deployments', key: 'shop/redis', replicas: 2 })], until(90))
  const now = `now: Quota small has no room for more of its pods. count/pods: ${used} of ${used} used, 1 more asked for.`
  expect(noTimes(why(shop, 'ReplicaSet', 'redis-')).slice(-4)).toEqual(['you: You scaled redis to 2', 'cluster: Deployment redis shifted its ReplicaSets. redis-… from 1 to 2.', 'cluster: ReplicaSet redis-… wanted 2, counted 1', now])
  expect(noTimes(why(shop, 'Deployment', 'redis')).at(-1)).toBe(now)
})

test('a pod that nobody hears of any more leads back to what happened to its machine', () => {
  const shop = shopAfter([at(61, { kind: 'cut-off', node: 'worker-2' })], until(130))
  const key = [...shop.view.objects.pods.values()].find(({ metadata, spec }) => metadata.namespace === 'shop' && spec.nodeName === 'worker-2')!.metadata.name
  expect(noTimes(why(shop, 'Pod', key)).slice(-3)).toEqual(['you: You cut worker-2 off. It runs on, but nobody hears from it.', silence[0], 'now: Nobody hears from worker-2. What it does now is not known.'])
})

test('a pod that waited because the scheduler was stopped says who stopped it, and that it was started again', () => {
  const stopped = [at(61, { kind: 'stop', component: 'kube-scheduler' }), at(62, { kind: 'scale', resource: 'deployments', key: 'shop/redis', replicas: 2 })]
  expect(noTimes(why(shopAfter(stopped, until(70)), 'Pod', 'redis-', 60_000))).toEqual([
    'you: You stopped kube-scheduler. New pods wait for a node until it runs again.', 'you: You scaled redis to 2', 'cluster: Deployment redis shifted its ReplicaSets. redis-… from 1 to 2.',
    'cluster: ReplicaSet redis-… wanted 2, counted 1. It created one.', 'now: It waits for the scheduler. kube-scheduler does not run.',
  ])
  const told = noTimes(why(shopAfter([...stopped, at(100, { kind: 'start', component: 'kube-scheduler' })], until(140)), 'Pod', 'redis-', 60_000))
  expect(told[0]).toBe('you: You stopped kube-scheduler. New pods wait for a node until it runs again.')
  expect(told.slice(-2)).toEqual(['you: You started kube-scheduler. It lists what there is and catches up.', expect.stringMatching(/^now: Scheduler (chose worker-\d\. It had waited for \d+ s\.|found no node)/)])
})

test('a pod that replaces one which a person deleted leads back to that person', () => {
  const key = [...shopAfter([], until(60)).view.objects.pods.keys()].find((one) => one.startsWith('shop/redis-'))!
  expect(noTimes(why(shopAfter([at(61, { kind: 'delete', resource: 'pods', key })], until(80)), 'Pod', 'redis-', 60_000)).slice(0, 2)).toEqual(['you: You deleted pod redis-…', 'cluster: ReplicaSet redis-… wanted 1, counted 0. It created one.'])
})

test.each([
  ['power-off', { kind: 'power-off', node: 'worker-2' }, 'You powered off worker-2. Its kubelet stopped renewing the lease.'],
  ['cut-off', { kind: 'cut-off', node: 'worker-2' }, 'You cut worker-2 off. It runs on, but nobody hears from it.'],
  ['kubelet stopped', { kind: 'fault', fault: { kind: 'stop', component: 'kubelet', node: 'worker-2' } }, 'You stopped the kubelet of worker-2.'],
] as const)('a machine that fell silent leads back to its fault: %s', (_, command, words) => {
  const told = noTimes(why(shopAfter([at(61, command)], until(130)), 'Node', 'worker-2'))
  expect(told[0]).toContain(`you: ${words}`)
  expect(told.slice(1)).toEqual([silence[0], silence[1]!.replace('cluster:', 'now:')])
})

test('a machine that was powered on again says so once, and that it is Ready', () => {
  const told = noTimes(why(shopAfter([at(61, { kind: 'power-off', node: 'worker-2' }), at(200, { kind: 'power-on', node: 'worker-2' })], until(260)), 'Node', 'worker-2'))
  expect(told.slice(-2)).toEqual(['you: You powered on worker-2. Its kubelet starts and reports in.', 'now: Its kubelet reports: Ready. The scheduler may use it.'])
})

test('a machine that was rebooted before anybody noticed tells of both ends', () => {
  const told = why(shopAfter([at(61, { kind: 'fault', fault: { kind: 'reboot', node: 'worker-2' }, for: 30_000 })], until(120)), 'Node', 'worker-2')
  expect(told).toEqual([expect.stringMatching(/^01:01 you: You rebooted worker-2\./), '01:31 now: worker-2 is up again'])
})
