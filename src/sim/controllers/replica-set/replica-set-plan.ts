import type { EpochMillis } from '../../api/time.ts'
import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../api/generated/types.ts'
import type { KubernetesObject } from '../../api/objects.ts'
import { isAvailable, isReady, leastMissedFirst } from '../active-pods.ts'
import { carries } from './pod-tally.ts'

/** Upstream: pkg/controller/replicaset BurstReplicas; no pass makes or deletes more. */
export const burstReplicas = 500

/** What of a ReplicaSet its controller works by: a ReplicationController says the same in its own words. */
export type Replicating = KubernetesObject & Pick<ReplicaSet, 'spec' | 'status'>

/** What one pass does about the number of pods. */
export interface ReplicaPlan {
  readonly creates: number
  readonly deletes: readonly Pod[]
}

/** Pure: what to do about the difference. The page shows this same value when asked "why?". */
export function planReplicas(replicaSet: Replicating, active: readonly Pod[], neighbours: () => readonly Pod[], now: EpochMillis): ReplicaPlan {
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

/** The pods of a set in numbers. */
export interface StatusCounts {
  readonly active: number
  readonly fullyLabeled: number
  readonly ready: number
  readonly available: number
  readonly terminating: number
}

/** Pure: counts the pods that a set holds. */
export function countPods({ spec: { template, minReadySeconds = 0 } }: Replicating, active: readonly Pod[], terminating: number, now: EpochMillis): StatusCounts {
  const counts = { active: active.length, fullyLabeled: 0, ready: 0, available: 0, terminating }
  for (const pod of active) {
    if (carries(pod.metadata.labels, template.metadata.labels)) counts.fullyLabeled += 1
    if (!isReady(pod)) continue
    counts.ready += 1
    if (isAvailable(pod, minReadySeconds, now)) counts.available += 1
  }
  return counts
}

/** Pure: the status that these counts amount to (replicaset.calculateStatus). */
export function replicaSetStatus(replicaSet: Replicating, counts: StatusCounts, failure: ManageFailure | null, time: string): ReplicaSetStatus {
  const conditions = failureConditions(replicaSet, counts.active, failure, time)
  return {
    replicas: counts.active,
    ...(counts.fullyLabeled > 0 && { fullyLabeledReplicas: counts.fullyLabeled }),
    ...(counts.ready > 0 && { readyReplicas: counts.ready }),
    ...(counts.available > 0 && { availableReplicas: counts.available }),
    terminatingReplicas: counts.terminating,
    ...(replicaSet.metadata.generation !== undefined && { observedGeneration: replicaSet.metadata.generation }),
    ...(conditions.length > 0 && { conditions }),
  }
}

/** The ReplicaFailure condition comes with the first failure, keeps its first message, and goes when a pass succeeds. */
function failureConditions(replicaSet: Replicating, active: number, failure: ManageFailure | null, time: string): readonly ReplicaSetCondition[] {
  const before = replicaSet.status.conditions ?? []
  const stands = before.some(({ type }) => type === 'ReplicaFailure')
  if (!failure) return stands ? before.filter(({ type }) => type !== 'ReplicaFailure') : before
  if (stands || active === replicaSet.spec.replicas) return before
  const reason = active < replicaSet.spec.replicas ? 'FailedCreate' : 'FailedDelete'
  return [...before, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: time, reason, message: failure.message }]
}
