import type { EpochMillis } from '../../api/time.ts'
import type { DaemonSet, DaemonSetStatus, Node, Pod } from '../../api/generated/types.ts'
import { scaledValue } from '../../api/int-or-string.ts'
import { isAvailable, isReady } from '../active-pods.ts'
import { isUpdated, nodeFit, type NodeFit, type Revision } from './daemon-pod.ts'

/** The pods of one daemon set by the node they are on or meant for. */
export type PodsByNode = ReadonlyMap<string, readonly Pod[]>

/** How surge and unavailability are limited in numbers. */
export interface UpdateLimits {
  readonly maxSurge: number
  readonly maxUnavailable: number
}

/** Pure: the limits for this many nodes, percentages rounded up; both zero means one unavailable (updatedDesiredNodeCounts). */
export function updateLimits({ spec: { updateStrategy } }: DaemonSet, desired: number): UpdateLimits {
  const { maxSurge = 0, maxUnavailable = 0 } = updateStrategy.rollingUpdate ?? {}
  const [surge, unavailable] = [maxSurge, maxUnavailable].map((value) => {
    const scaled = scaledValue(value, desired, 'up')
    return scaled.ok ? scaled.value : 0
  }) as [number, number]
  return surge === 0 && unavailable === 0 ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: surge, maxUnavailable: unavailable }
}

/** Whether two pods may be on one node while one replaces the other. */
export function allowsSurge(daemonSet: DaemonSet): boolean {
  return daemonSet.spec.updateStrategy.type === 'RollingUpdate' && updateLimits(daemonSet, 100).maxSurge > 0
}

/** What one node needs. */
export interface NodePlan {
  readonly create: boolean
  readonly deletes: readonly Pod[]
  /** Of `deletes`, or kept back by their back-off: pods that ended, which no daemon pod should. */
  readonly ended: readonly Pod[]
}

/** What the rules about one node look at. */
export interface NodeRules {
  readonly surge: boolean
  readonly revision: Revision
  readonly minReadySeconds: number
  readonly now: EpochMillis
}

/** Pure: one pod where there should be one, none where there should not (podsShouldBeOnNode). Ended pods are listed apart: they may have to wait. */
export function planNode({ shouldRun, shouldContinueRunning }: NodeFit, pods: readonly Pod[] | undefined, rules: NodeRules): NodePlan {
  if (shouldRun && !pods) return { create: true, deletes: [], ended: [] }
  const alive = (pods ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  if (!shouldContinueRunning) return { create: false, deletes: alive, ended: [] }
  const ended = alive.filter(({ status: { phase } }) => phase === 'Failed' || phase === 'Succeeded')
  const running = alive.filter((pod) => !ended.includes(pod)).sort(oldestFirst)
  return { create: false, deletes: running.length <= 1 ? [] : rules.surge ? surplusWithSurge(running, rules) : running.slice(1), ended }
}

/** Beside the oldest old pod one new one may be, until it is available or the old one fails. */
function surplusWithSurge(running: readonly Pod[], { revision, minReadySeconds, now }: NodeRules): readonly Pod[] {
  const current = running.find((pod) => isUpdated(pod, { ...revision, generation: undefined }))
  const old = running.find((pod) => !isUpdated(pod, { ...revision, generation: undefined }))
  const surplus = running.filter((pod) => pod !== current && pod !== old)
  if (current && old && (!isReady(old) || isAvailable(current, minReadySeconds, now))) return [...surplus, old]
  return surplus
}

/** Bound ones first, then by age and name (podByCreationTimestampAndPhase). */
export function oldestFirst(a: Pod, b: Pod): number {
  if (Boolean(a.spec.nodeName) !== Boolean(b.spec.nodeName)) return a.spec.nodeName ? -1 : 1
  const [createdA, createdB] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (createdA !== createdB) return createdA < createdB ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0
}

/** Pods to make and to delete, before the burst limit. */
export interface UpdatePlan {
  readonly creates: readonly string[]
  readonly deletes: readonly Pod[]
}

/** What a rolling update sees of one node; null: more pods than it can make sense of, which the next pass clears away. */
type OnNode = { readonly name: string; readonly current: Pod | undefined; readonly old: Pod | undefined } | null

/** Pure: which old pods may go now, or where new ones may come beside old ones (rollingUpdate). */
export function planRollingUpdate(daemonSet: DaemonSet, nodes: readonly Node[], pods: PodsByNode, revision: Revision, now: EpochMillis): UpdatePlan {
  const minReadySeconds = daemonSet.spec.minReadySeconds ?? 0
  const shouldRun = new Set(nodes.filter((node) => nodeFit(daemonSet.spec.template, node).shouldRun).map(({ metadata }) => metadata.name))
  const limits = updateLimits(daemonSet, shouldRun.size)
  const names = [...new Set([...shouldRun, ...pods.keys()])].sort()
  const onNodes = names.map((name) => podsOfUpdate(name, pods.get(name) ?? [], revision))
  const available = (pod: Pod | undefined): boolean => pod !== undefined && isAvailable(pod, minReadySeconds, now)
  return limits.maxSurge === 0
    ? { creates: [], deletes: replaceable(onNodes, limits.maxUnavailable, available) }
    : planSurge(onNodes, limits.maxSurge, available, shouldRun)
}

function podsOfUpdate(name: string, pods: readonly Pod[], revision: Revision): OnNode {
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const current = alive.filter((pod) => isUpdated(pod, revision))
  const old = alive.filter((pod) => !isUpdated(pod, revision))
  return current.length > 1 || old.length > 1 ? null : { name, current: current[0], old: old[0] }
}

/** Old pods that do not work go anyway, and use up what may be unavailable; what is left of it goes to old pods that do. */
function replaceable(onNodes: readonly OnNode[], maxUnavailable: number, available: (pod: Pod | undefined) => boolean): readonly Pod[] {
  const broken: Pod[] = []
  const candidates: Pod[] = []
  let unavailable = 0
  for (const node of onNodes) {
    if (!node || Boolean(node.old) === Boolean(node.current)) unavailable += 1
    else if (node.current) unavailable += available(node.current) ? 0 : 1
    else if (node.old && available(node.old)) candidates.push(node.old)
    else if (node.old) {
      broken.push(node.old)
      unavailable += 1
    }
  }
  return [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))]
}

function planSurge(onNodes: readonly OnNode[], maxSurge: number, available: (pod: Pod | undefined) => boolean, shouldRun: ReadonlySet<string>): UpdatePlan {
  const deletes: Pod[] = []
  const misplaced: Pod[] = []
  const allowed: string[] = []
  const candidates: string[] = []
  let surging = 0
  let availableNodes = 0
  for (const node of onNodes) {
    if (!node) surging += 1
    if (node && available(node.old ?? node.current)) availableNodes += 1
    if (!node?.old) continue
    if (node.current) {
      if (available(node.current)) deletes.push(node.old)
      else surging += 1
    } else if (!shouldRun.has(node.name)) (available(node.old) ? misplaced : deletes).push(node.old)
    else (available(node.old) ? candidates : allowed).push(node.name)
  }
  // On nodes that left the selection a pod stays until others are available in its stead.
  deletes.push(...misplaced.slice(0, Math.max(0, availableNodes - shouldRun.size)))
  return { creates: [...allowed, ...candidates.slice(0, Math.max(0, maxSurge - surging))], deletes }
}

/** The nodes of a daemon set in numbers. */
export interface NodeCounts {
  readonly desired: number
  readonly current: number
  readonly misscheduled: number
  readonly ready: number
  readonly updated: number
  readonly available: number
}

/** Pure: counts the nodes; of several pods on one the oldest counts. */
export function countNodes(daemonSet: DaemonSet, nodes: readonly Node[], pods: PodsByNode, revision: Revision, now: EpochMillis): NodeCounts {
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, available: 0 }
  for (const node of nodes) {
    const onNode = pods.get(node.metadata.name) ?? []
    if (!nodeFit(daemonSet.spec.template, node).shouldRun) {
      counts.misscheduled += onNode.length > 0 ? 1 : 0
      continue
    }
    counts.desired += 1
    const oldest = onNode.length > 1 ? [...onNode].sort(oldestFirst)[0] : onNode[0]
    if (!oldest) continue
    counts.current += 1
    counts.ready += isReady(oldest) ? 1 : 0
    counts.available += isAvailable(oldest, daemonSet.spec.minReadySeconds ?? 0, now) ? 1 : 0
    counts.updated += isUpdated(oldest, revision) ? 1 : 0
  }
  return counts
}

/** Pure: the status that these counts amount to (updateDaemonSetStatus). */
export function daemonSetStatus({ status: { collisionCount, conditions } }: DaemonSet, counts: NodeCounts): DaemonSetStatus {
  const unavailable = counts.desired - counts.available
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...(counts.updated > 0 && { updatedNumberScheduled: counts.updated }),
    ...(counts.available > 0 && { numberAvailable: counts.available }),
    ...(unavailable > 0 && { numberUnavailable: unavailable }),
    ...(collisionCount !== undefined && { collisionCount }),
    ...(conditions && { conditions }),
  }
}

/** Whether a pod counts for its node: one that has ended and is on its way out no longer does, so that its successor need not wait (getNodesToDaemonPods). */
export function holdsNode({ metadata, status: { phase } }: Pod): boolean {
  return metadata.deletionTimestamp === undefined || (phase !== 'Failed' && phase !== 'Succeeded')
}
