import type { EpochMillis } from '../../api/time.ts'
import type { Labels } from '../../api/objects.ts'
import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../api/generated/types.ts'
import { isAvailable, isReady, leastMissedFirst } from '../active-pods.ts'

/** Upstream: pkg/controller/replicaset BurstReplicas; no pass makes or deletes more. */
export const burstReplicas = 500

/** What one pass does about the number of pods. */
export interface ReplicaPlan {
  readonly creates: number
  readonly deletes: readonly Pod[]
}

/** Pure: what to do about the difference. The page shows this same value when asked "why?". */
export function planReplicas(replicaSet: ReplicaSet, active: readonly Pod[], neighbours: () => readonly Pod[], now: EpochMillis): ReplicaPlan {
  const missing = replicaSet.spec.replicas - active.length
  if (missing >= 0) return { creates: Math.min(missing, burstReplicas), deletes: [] }
  const surplus = Math.min(-missing, burstReplicas)
  // Where all go, or all but the burst's rest are alike, the order does not matter: nothing is sorted.
  return { creates: 0, deletes: surplus < active.length ? leastMissedFirst(active, neighbours(), now).slice(0, surplus) : active }
}

/** What went wrong while the number of pods was put right. */
export interface ManageFailure {
  readonly message: string
}

/** Pure: the status that these pods amount to (replicaset.calculateStatus). */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  terminating: number,
  failure: ManageFailure | null,
  now: EpochMillis,
  time: string,
): ReplicaSetStatus {
  const { template, minReadySeconds = 0 } = replicaSet.spec
  const wanted = Object.entries(template.metadata.labels ?? {})
  let fullyLabeled = 0
  let ready = 0
  let available = 0
  for (const pod of active) {
    if (carries(pod.metadata.labels, wanted)) fullyLabeled += 1
    if (!isReady(pod)) continue
    ready += 1
    if (isAvailable(pod, minReadySeconds, now)) available += 1
  }
  const conditions = failureConditions(replicaSet, active.length, failure, time)
  return {
    replicas: active.length,
    ...(fullyLabeled > 0 && { fullyLabeledReplicas: fullyLabeled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    terminatingReplicas: terminating,
    ...(replicaSet.metadata.generation !== undefined && { observedGeneration: replicaSet.metadata.generation }),
    ...(conditions.length > 0 && { conditions }),
  }
}

function carries(labels: Labels | undefined, wanted: readonly (readonly [string, string])[]): boolean {
  for (const [key, value] of wanted) {
    if (labels?.[key] !== value) return false
  }
  return true
}

/** The ReplicaFailure condition comes with the first failure, keeps its first message, and goes when a pass succeeds. */
function failureConditions(replicaSet: ReplicaSet, active: number, failure: ManageFailure | null, time: string): readonly ReplicaSetCondition[] {
  const before = replicaSet.status.conditions ?? []
  const stands = before.some(({ type }) => type === 'ReplicaFailure')
  if (!failure) return stands ? before.filter(({ type }) => type !== 'ReplicaFailure') : before
  if (stands || active === replicaSet.spec.replicas) return before
  const reason = active < replicaSet.spec.replicas ? 'FailedCreate' : 'FailedDelete'
  return [...before, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: time, reason, message: failure.message }]
}
