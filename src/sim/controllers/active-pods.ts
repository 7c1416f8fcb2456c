import { deletionCostAnnotation, readDeletionCost } from '../api/deletion-cost.ts'
import { parseTime, type EpochMillis } from '../api/time.ts'
import type { Pod, PodCondition, PodStatus } from '../api/generated/types.ts'

/** A pod that still counts for its controller: neither finished nor on its way out (controller.IsPodActive). */
export function isActive(pod: Pod): boolean {
  return pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined
}

/** A pod that was asked to go and has not finished yet (controller.IsPodTerminating). */
export function isTerminating(pod: Pod): boolean {
  return pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed' && pod.metadata.deletionTimestamp !== undefined
}

/** The Ready condition, where the kubelet has written one. */
function readyCondition({ conditions }: PodStatus): PodCondition | undefined {
  if (conditions) for (let at = 0; at < conditions.length; at += 1) if (conditions[at]!.type === 'Ready') return conditions[at]
  return undefined
}

/** Whether the pod serves (podutil.IsPodReady). */
export function isReady(pod: Pod): boolean {
  return readyCondition(pod.status)?.status === 'True'
}

/** Whether of two statuses of a pod both say that it serves, or none. */
export function hasSameReadiness(one: PodStatus, other: PodStatus): boolean {
  return one.conditions === other.conditions || (readyCondition(one)?.status === 'True') === (readyCondition(other)?.status === 'True')
}

/** When the pod will have been ready for `minReadySeconds`; null while it is not ready. */
export function availableAt(pod: Pod, minReadySeconds: number): EpochMillis | null {
  const condition = readyCondition(pod.status)
  if (condition?.status !== 'True') return null
  if (minReadySeconds === 0) return 0
  const since = condition.lastTransitionTime === undefined ? null : parseTime(condition.lastTransitionTime)
  return since === null ? null : since + minReadySeconds * 1000
}

/** Whether the pod has been ready for long enough (podutil.IsPodAvailable). */
export function isAvailable(pod: Pod, minReadySeconds: number, now: EpochMillis): boolean {
  const at = availableAt(pod, minReadySeconds)
  return at !== null && at <= now
}

/** When the next of these pods becomes available, if nothing happens to it meanwhile; null when none is waiting. */
export function nextAvailableAt(pods: readonly Pod[], minReadySeconds: number, now: EpochMillis): EpochMillis | null {
  if (minReadySeconds === 0) return null
  let next: EpochMillis | null = null
  for (const pod of pods) {
    const at = availableAt(pod, minReadySeconds)
    if (at !== null && at > now && (next === null || at < next)) next = at
  }
  return next
}

interface Ranked {
  readonly pod: Pod
  readonly keys: readonly number[]
  readonly readySince: EpochMillis
  readonly restarts: number
  readonly sidecarRestarts: number
  readonly created: EpochMillis
}

const phaseRank = new Map([['Pending', 0], ['Unknown', 1], ['Running', 2]])

/**
 * The pods in the order in which they are given up, least missed first (controller.ActivePodsWithRanks). `neighbours` are the pods that
 * share their purpose: a pod on a node with many of them goes before one that is alone on its node.
 */
export function leastMissedFirst(pods: readonly Pod[], neighbours: readonly Pod[], now: EpochMillis): readonly Pod[] {
  const onNode = new Map<string, number>()
  for (const pod of neighbours) {
    if (isActive(pod)) onNode.set(pod.spec.nodeName ?? '', (onNode.get(pod.spec.nodeName ?? '') ?? 0) + 1)
  }
  const ranked = pods.map((pod): Ranked => {
    const ready = readyCondition(pod.status)
    const isRunning = ready?.status === 'True'
    const keys = [pod.spec.nodeName ? 1 : 0, phaseRank.get(pod.status.phase) ?? 0, isRunning ? 1 : 0, deletionCost(pod), -(onNode.get(pod.spec.nodeName ?? '') ?? 0)]
    const readySince = isRunning ? epochOf(ready?.lastTransitionTime) : 0
    return { pod, keys, readySince, restarts: mostRestarts(pod), sidecarRestarts: mostSidecarRestarts(pod), created: epochOf(pod.metadata.creationTimestamp) }
  })
  return ranked.sort((a, b) => compareRanked(a, b, now)).map(({ pod }) => pod)
}

function compareRanked(a: Ranked, b: Ranked, now: EpochMillis): number {
  for (let at = 0; at < a.keys.length; at += 1) {
    const difference = a.keys[at]! - b.keys[at]!
    if (difference !== 0) return difference
  }
  if (a.readySince !== b.readySince) return compareAges(a.readySince, b.readySince, now) || compareUids(a, b)
  if (a.restarts !== b.restarts) return b.restarts - a.restarts
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts
  return compareAges(a.created, b.created, now) || compareUids(a, b)
}

/** Ages count by powers of two of nanoseconds, so that not always the youngest pod is the victim (LogarithmicScaleDown). */
function compareAges(a: EpochMillis, b: EpochMillis, now: EpochMillis): number {
  return ageBucket(now - a) - ageBucket(now - b)
}

function ageBucket(age: number): number {
  if (age <= 0) return -1
  let bucket = 0
  for (let rest = age * 1_000_000; rest >= 2; rest /= 2) bucket += 1
  return bucket
}

function compareUids(a: Ranked, b: Ranked): number {
  return a.pod.metadata.uid < b.pod.metadata.uid ? -1 : a.pod.metadata.uid > b.pod.metadata.uid ? 1 : 0
}

/** What the annotation says about how much a pod would be missed; anything but a plain int32 counts as 0. */
export function deletionCost(pod: Pod): number {
  return readDeletionCost(pod.metadata.annotations?.[deletionCostAnnotation] ?? '') ?? 0
}

function mostRestarts(pod: Pod): number {
  let most = 0
  for (const status of pod.status.containerStatuses ?? []) most = Math.max(most, status.restartCount)
  return most
}

function mostSidecarRestarts(pod: Pod): number {
  let most = 0
  for (const status of pod.status.initContainerStatuses ?? []) {
    const isSidecar = pod.spec.initContainers?.some((container) => container.name === status.name && container.restartPolicy === 'Always')
    if (isSidecar) most = Math.max(most, status.restartCount)
  }
  return most
}

function epochOf(text: string | undefined): EpochMillis {
  return text === undefined ? 0 : (parseTime(text) ?? 0)
}
