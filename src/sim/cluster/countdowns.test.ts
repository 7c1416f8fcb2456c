import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import { Cluster } from './cluster.ts'
import { countdowns, type Countdown } from './countdowns.ts'
import { begin, minute, must, nodeOf, podsOf, readiness, second, when } from './faults/testing.ts'

const tolerate = (key: string | undefined, tolerationSeconds: number) => ({ ...(key && { key: `node.kubernetes.io/${key}` }), operator: 'Exists', effect: 'NoExecute', tolerationSeconds }) as const

/** A cluster of three workers with one pod, on worker-1, watched. */
function clusterWith(...tolerations: readonly ReturnType<typeof tolerate>[]): Cluster {
  const cluster = new Cluster(5, { workers: 3 })
  cluster.observe()
  cluster.advanceTo(0)
  must(cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { nodeName: 'worker-1', tolerations, containers: [{ name: 'web', image: 'nginx:1.27' }] } }] }))
  cluster.advanceTo(minute)
  return cluster
}

const of = (cluster: Cluster, kind: Countdown['kind']) => countdowns(cluster).find((countdown) => countdown.kind === kind && ['nodes/worker-1', 'pods/default/web'].includes(countdown.about))
const isLost = (cluster: Cluster) => readiness(nodeOf(cluster, 'worker-1'))?.status === 'Unknown'
const isGoing = ([pod]: readonly Pod[]) => pod?.metadata.deletionTimestamp !== undefined

test('the countdown of a silent node ends in the very millisecond in which it is given up', () => {
  const cluster = clusterWith()
  begin(cluster, { kind: 'power-off', node: 'worker-1' })
  cluster.advanceTo(minute + 25 * second)
  const due = of(cluster, 'notReady')?.due
  expect(when(cluster, 3 * minute, () => isLost(cluster))).toBe(due)
  expect(of(cluster, 'notReady')).toBeUndefined()
})

test.each([
  ['the toleration of its own taint', [tolerate('not-ready', 300), tolerate('unreachable', 40)], 40],
  ['the first toleration that matches', [tolerate(undefined, 70), tolerate('unreachable', 20)], 70],
] as const)('the countdown of a pod on a lost node ends in the very millisecond in which it is told to go: %s counts', (_, tolerations, seconds) => {
  const cluster = clusterWith(...tolerations)
  begin(cluster, { kind: 'power-off', node: 'worker-1' })
  when(cluster, 3 * minute, () => of(cluster, 'eviction') !== undefined)
  const tainted = cluster.now
  // Foreseen to the second until the controller has seen the taint.
  expect(Math.abs(of(cluster, 'eviction')!.due - tainted - seconds * second)).toBeLessThan(second)
  cluster.advanceTo(tainted + second)
  const due = of(cluster, 'eviction')?.due
  expect(when(cluster, 10 * minute, () => isGoing(podsOf(cluster)))).toBe(due)
})

test('a node that says itself that it is not ready has the toleration for that count', () => {
  const cluster = clusterWith(tolerate('not-ready', 50), tolerate('unreachable', 300))
  begin(cluster, { kind: 'stop', component: 'containerd', node: 'worker-1' })
  when(cluster, 5 * minute, () => of(cluster, 'eviction') !== undefined)
  cluster.advanceTo(cluster.now + second)
  const due = of(cluster, 'eviction')?.due
  expect(when(cluster, 10 * minute, () => isGoing(podsOf(cluster)))).toBe(due)
})

test('while the controller manager is stopped nobody counts down to what nobody would do', () => {
  const cluster = clusterWith(tolerate('unreachable', 300))
  begin(cluster, { kind: 'power-off', node: 'worker-1' })
  cluster.advanceTo(minute + 30 * second)
  expect(of(cluster, 'notReady')).toBeDefined()
  when(cluster, 5 * minute, () => of(cluster, 'eviction') !== undefined)
  begin(cluster, { kind: 'stop', component: 'kube-controller-manager' }, minute)
  cluster.advanceTo(cluster.now + 10 * second)
  expect(of(cluster, 'eviction')).toBeUndefined()
  // The one that is started then counts from its own first look.
  cluster.advanceTo(cluster.now + 2 * minute)
  const due = of(cluster, 'eviction')?.due
  expect(when(cluster, 20 * minute, () => isGoing(podsOf(cluster)))).toBe(due)
})
