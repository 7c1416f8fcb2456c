import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Cluster } from '../src/sim/cluster/cluster.ts'
import type { Command } from '../src/sim/cluster/run.ts'
import { median } from './numbers.ts'
import { longestOf, Slices } from './slices.ts'
import { deployments } from './workload.ts'

/** The sizes that are measured. */
export const small = { nodes: 3, pods: 30 }
export const middle = { nodes: 100, pods: 1000 }
export const large = { nodes: 1000, pods: 10_000 }
/** As many pods as the machines take: what is kept once a cluster or once a machine weighs little in it. */
export const dense = { nodes: 100, pods: 5000 }
export type Size = typeof small

/** What one burst took, or the medians of several. */
interface Figures {
  readonly bootSeconds: number
  /** From the apply until all pods are Ready; looking for that is left out. */
  readonly seconds: number
  readonly virtualSeconds: number
}

/** The same of bursts that were repeated in turn with others. */
interface Repeated extends Figures {
  /** The median seconds of each round. */
  readonly rounds: readonly number[]
}

interface Burst extends Figures {
  readonly cluster: Cluster
}

/**
 * Machines that take all pods; kubeadm's 10.244.0.0/16 has room for 256 of them only. Clients may ask as often as in Kubernetes' own scalability tests
 * (CONTROLLER_MANAGER_TEST_ARGS, SCHEDULER_TEST_ARGS): with twenty pods a second ten thousand would take eight virtual minutes, and heartbeats would be most of what is measured.
 */
function clusterOf(nodes: number): Cluster {
  const often = { 'kube-api-qps': '100', 'kube-api-burst': '100' }
  const flags = { 'kube-controller-manager': { 'cluster-cidr': '10.128.0.0/12', ...often }, 'kube-scheduler': often }
  return new Cluster(1, { workers: nodes, node: { cpu: '16', memory: '64Gi', pods: 110 }, flags })
}

/** Boots a cluster and brings all pods of a size to Ready. With `slices` every turn is measured, which costs some time itself. */
export function burst({ nodes, pods }: Size, slices?: Slices): Burst {
  const cluster = clusterOf(nodes)
  const advanceTo = (until: number): void => (slices ? slices.stepTo(cluster, until) : cluster.advanceTo(until))
  const booted = performance.now()
  advanceTo(1000)
  const from = cluster.now
  const start = performance.now()
  const apply: Command = { kind: 'apply', manifests: deployments(pods) }
  if (slices) slices.perform(cluster, apply)
  else cluster.perform(apply)
  let looking = 0
  for (let ready = 0; ready < pods; ) {
    if (cluster.now - from > 3_600_000) throw new Error(`${ready} of ${pods} pods Ready after a virtual hour`)
    advanceTo(cluster.now + 1000)
    const look = performance.now()
    // Who looks at ten thousand pods every second leaves nothing of the machines in the processor's caches: Deployments are asked first.
    ready = readyReplicas(cluster) < pods ? 0 : readyPods(cluster)
    looking += performance.now() - look
  }
  return { cluster, bootSeconds: (start - booted) / 1000, seconds: (performance.now() - start - looking) / 1000, virtualSeconds: (cluster.now - from) / 1000 }
}

/** The longest turns of the engine while a cluster boots and brings the pods of a size to Ready. */
export function slicesOf(size: Size, times: number) {
  return longestOf(Array.from({ length: times }, () => {
    const slices = new Slices()
    burst(size, slices)
    return slices
  }))
}

/** What the Deployments say: a little later than their pods, never sooner. */
function readyReplicas(cluster: Cluster): number {
  const list = cluster.ask({ kind: 'read', request: { verb: 'list', group: 'apps', version: 'v1', resource: 'deployments', namespace: 'default' } })
  if (!list.ok) return 0
  const { items } = list.value as { readonly items: readonly { readonly status: { readonly readyReplicas?: number } }[] }
  return items.reduce((sum, { status }) => sum + (status.readyReplicas ?? 0), 0)
}

function readyPods(cluster: Cluster): number {
  const list = cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'pods', namespace: 'default' } })
  if (!list.ok) return 0
  const { items } = list.value as { readonly items: readonly { readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } }[] }
  return items.filter(({ status }) => status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')).length
}

/** Virtual seconds a real second, once all pods of a size are Ready and nothing happens but heartbeats: the median of five. */
export function steady(size: Size, milliseconds: number): number {
  const { cluster } = burst(size)
  cluster.advanceTo(cluster.now + 60_000)
  return Math.round(median(Array.from({ length: 5 }, () => {
    const from = cluster.now
    const start = performance.now()
    while (performance.now() - start < milliseconds / 5) cluster.advanceTo(cluster.now + 10_000)
    return (cluster.now - from) / (performance.now() - start)
  })))
}

/**
 * What a pod adds to the heap: its object, history, events, logs of what was decided and all caches. When it has just become Ready, and more than an hour later,
 * when history has been compacted and events have expired, as they do in Kubernetes.
 */
export function heapPerPod({ nodes, pods }: Size): { readonly justReady: number; readonly afterAnHour: number } {
  const cluster = clusterOf(nodes)
  // As long as history is kept: heartbeats weigh the same before and after.
  cluster.advanceTo(quarterHour)
  const before = collectedHeap()
  cluster.perform({ kind: 'apply', manifests: deployments(pods) })
  while (readyPods(cluster) < pods) cluster.advanceTo(cluster.now + 5000)
  const after = collectedHeap()
  cluster.advanceTo(quarterHour * 6)
  const settled = collectedHeap()
  if (readyPods(cluster) !== pods) throw new Error('pods were lost while nobody looked')
  return { justReady: Math.round((after - before) / pods), afterAnHour: Math.round((settled - before) / pods) }
}

const quarterHour = 900_000

/** A run of ten virtual minutes with a lost node, replayed from its commands: often enough that the compiler knows what happens to lost nodes. */
export function replaySpeed(): number {
  const record = new Cluster(3, { workers: 3 })
  record.advanceTo(0)
  record.perform({ kind: 'apply', manifests: deployments(30) })
  record.advanceTo(120_000)
  record.perform({ kind: 'power-off', node: 'worker-2' })
  record.advanceTo(600_000)
  return Math.round(median(Array.from({ length: 15 }, () => {
    const start = performance.now()
    const again = new Cluster(3, record.options)
    for (const { at, command } of record.commands) {
      again.advanceTo(at)
      again.perform(command)
    }
    again.advanceTo(record.now)
    const seconds = (performance.now() - start) / 1000
    if (again.hash() !== record.hash()) throw new Error('the replay is another run')
    return record.now / 1000 / seconds
  })))
}

/** Bytes in use once the collector has run (needs `exposeCollector`). */
export function collectedHeap(): number {
  const collect = (globalThis as { gc?: () => void }).gc
  collect?.()
  collect?.()
  return process.memoryUsage().heapUsed
}

/** Several bursts of one size; the first of all has compiled the engine before. */
export function bursts(size: Size, times: number): Figures {
  return inTurn([{ size, times }], 1)[0]!
}

/**
 * The same of several sizes in turn, `rounds` times over: what the machine does beside, which changes from minute to minute, meets all of them alike.
 * No cluster is kept: the collector would walk through it while the next is measured.
 */
export function inTurn(plan: readonly { readonly size: Size; readonly times: number }[], rounds: number): Repeated[] {
  const measured: Figures[][] = plan.map(() => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { size, times }] of plan.entries()) {
      for (let time = 0; time < times; time += 1) {
        const { cluster: _forgotten, ...figures } = burst(size)
        measured[at]!.push(figures)
      }
    }
  }
  return measured.map((all, at) => ({
    seconds: median(all.map(({ seconds }) => seconds)),
    bootSeconds: median(all.map(({ bootSeconds }) => bootSeconds)),
    virtualSeconds: median(all.map(({ virtualSeconds }) => virtualSeconds)),
    rounds: Array.from({ length: rounds }, (_, round) => median(all.slice(round * plan[at]!.times, (round + 1) * plan[at]!.times).map(({ seconds }) => seconds))),
  }))
}

/** How many times longer the one takes than the other: the median of what each round says by itself, for the machine is another one in the next. */
export function ratioOf(one: Repeated, other: Repeated): number {
  return median(one.rounds.map((seconds, round) => seconds / other.rounds[round]!))
}

/** The collector is asked for by name, so that nobody has to remember a flag of Node's. */
export function exposeCollector(): void {
  setFlagsFromString('--expose-gc')
  Object.assign(globalThis, { gc: runInNewContext('gc') as () => void })
}
