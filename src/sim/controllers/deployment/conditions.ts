import { parseTime, type EpochMillis } from '../../api/time.ts'
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../api/generated/types.ts'
import { maxUnavailable } from './fenceposts.ts'
import { allOf, askedFor, availableIn, presentIn, type ReplicaSetsOf } from './replica-sets.ts'

type Conditions = readonly DeploymentCondition[]
/** A condition before it is known whether it changes anything. */
export type NewCondition = Pick<DeploymentCondition, 'type' | 'status'> & { readonly reason: string; readonly message: string }

const noDeadline = 2_147_483_647

/** Whether the deployment is watched for progress at all. */
export function hasProgressDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== noDeadline
}

/** The condition of that type, if it is there. */
export function conditionOf(conditions: Conditions | undefined, type: string): DeploymentCondition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/** The conditions with a new one: nothing changes while status and reason stay, and the transition time only with the status. */
export function withCondition(conditions: Conditions | undefined, condition: NewCondition, time: string): Conditions {
  const before = conditionOf(conditions, condition.type)
  if (before && before.status === condition.status && before.reason === condition.reason) return conditions ?? []
  const lastTransitionTime = before?.status === condition.status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : time
  return [...withoutCondition(conditions, condition.type), { ...condition, lastUpdateTime: time, lastTransitionTime }]
}

function withoutCondition(conditions: Conditions | undefined, type: string): Conditions {
  return (conditions ?? []).filter((condition) => condition.type !== type)
}

/** Pure: what the sets amount to, with the Available condition; Progressing is decided apart (calculateStatus). */
export function deploymentStatus(deployment: Deployment, sets: ReplicaSetsOf, time: string): DeploymentStatus {
  const all = allOf(sets)
  const available = availableIn(all)
  const replicas = presentIn(all)
  const updated = sets.current ? presentIn([sets.current]) : 0
  const ready = all.reduce((sum, { status }) => sum + (status.readyReplicas ?? 0), 0)
  const unavailable = Math.max(0, askedFor(all) - available)
  const terminating = terminatingIn(all)
  const { collisionCount, conditions } = deployment.status
  return {
    ...(deployment.metadata.generation !== undefined && { observedGeneration: deployment.metadata.generation }),
    ...(replicas > 0 && { replicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(unavailable > 0 && { unavailableReplicas: unavailable }),
    ...(terminating !== null && { terminatingReplicas: terminating }),
    ...(collisionCount !== undefined && { collisionCount }),
    conditions: withCondition(conditions, availability(available >= deployment.spec.replicas - maxUnavailable(deployment)), time),
  }
}

/** Unknown as long as one set has not said it yet. */
function terminatingIn(all: readonly ReplicaSet[]): number | null {
  let sum = 0
  for (const { status } of all) {
    if (status.terminatingReplicas === undefined) return null
    sum += status.terminatingReplicas
  }
  return sum
}

function availability(isMet: boolean): NewCondition {
  return isMet
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }
}

/** Pure: the conditions of a status that was just counted, with what is known about the progress and the failures of the sets (syncRolloutStatus). */
export function rolloutConditions(deployment: Deployment, status: DeploymentStatus, sets: ReplicaSetsOf, now: EpochMillis, time: string): Conditions {
  const failure = replicaFailure(sets)
  const progress = progressConditions(deployment, status, sets.current?.metadata.name, now, time)
  return failure ? withCondition(progress, failure.condition, failure.since ?? time) : withoutCondition(progress, 'ReplicaFailure')
}

/** Pure: what the Progressing condition becomes. */
export function progressConditions(deployment: Deployment, status: DeploymentStatus, newSet: string | undefined, now: EpochMillis, time: string): Conditions {
  const { conditions } = status
  if (!hasProgressDeadline(deployment)) return withoutCondition(conditions, 'Progressing')
  const before = conditionOf(deployment.status.conditions, 'Progressing')
  // Nothing is being rolled out: a pod that is lost later is no lack of progress.
  if (count(status.replicas) === count(status.updatedReplicas) && before?.reason === 'NewReplicaSetAvailable') return conditions ?? []
  const subject = newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet}"`
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`
    return withCondition(conditions, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message }, time)
  }
  if (hasProgressed(deployment.status, status)) {
    const lastTransitionTime = before?.status === 'True' && before.lastTransitionTime !== undefined ? before.lastTransitionTime : time
    const progressing = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` }
    return [...withoutCondition(conditions, 'Progressing'), { ...progressing, lastUpdateTime: time, lastTransitionTime }]
  }
  if (!hasTimedOut(deployment, status, now)) return conditions ?? []
  const message = `${subject} has timed out progressing.`
  return withCondition(conditions, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message }, time)
}

/** All pods are of the new template, available, and none is left of the old ones (DeploymentComplete). */
export function isComplete({ spec, metadata }: Deployment, status: DeploymentStatus): boolean {
  const { replicas } = spec
  const counts = count(status.updatedReplicas) === replicas && count(status.replicas) === replicas && count(status.availableReplicas) === replicas
  return counts && (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const oldBefore = count(before.replicas) - count(before.updatedReplicas)
  const oldAfter = count(after.replicas) - count(after.updatedReplicas)
  return (
    count(after.updatedReplicas) > count(before.updatedReplicas) || oldAfter < oldBefore ||
    count(after.readyReplicas) > count(before.readyReplicas) || count(after.availableReplicas) > count(before.availableReplicas)
  )
}

function hasTimedOut(deployment: Deployment, status: DeploymentStatus, now: EpochMillis): boolean {
  const condition = conditionOf(status.conditions, 'Progressing')
  if (!condition || condition.reason === 'NewReplicaSetAvailable') return false
  if (condition.reason === 'ProgressDeadlineExceeded') return true
  return updatedAt(condition) + deployment.spec.progressDeadlineSeconds * 1000 < now
}

/** How long until the deadline of a rollout that stands still; null when none is running. Below a second: look again at once, with back-off. */
export function untilDeadline(deployment: Deployment, status: DeploymentStatus, now: EpochMillis): number | null {
  const condition = conditionOf(deployment.status.conditions, 'Progressing')
  if (!hasProgressDeadline(deployment) || !condition) return null
  if (isComplete(deployment, status) || condition.reason === 'ProgressDeadlineExceeded') return null
  return updatedAt(condition) + deployment.spec.progressDeadlineSeconds * 1000 - now
}

/** Pure: pausing stops the clock of the deadline, resuming starts it anew; null when neither happened (checkPausedConditions). */
export function pausedCondition(deployment: Deployment): NewCondition | null {
  const before = conditionOf(deployment.status.conditions, 'Progressing')
  if (!hasProgressDeadline(deployment) || before?.reason === 'ProgressDeadlineExceeded') return null
  const isPaused = deployment.spec.paused === true
  if (isPaused === (before?.reason === 'DeploymentPaused')) return null
  return isPaused
    ? { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' }
}

/** A set that cannot make its pods: the new one's word goes before that of old ones. */
export function replicaFailure(sets: ReplicaSetsOf): { readonly condition: NewCondition; readonly since: string | undefined } | null {
  for (const replicaSet of sets.current ? [sets.current, ...sets.old] : sets.old) {
    const failure = replicaSet.status.conditions?.find(({ type }) => type === 'ReplicaFailure')
    if (!failure) continue
    const { status, reason = '', message = '', lastTransitionTime: since } = failure
    return { condition: { type: 'ReplicaFailure', status, reason, message }, since }
  }
  return null
}

function updatedAt(condition: DeploymentCondition): EpochMillis {
  return condition.lastUpdateTime === undefined ? 0 : (parseTime(condition.lastUpdateTime) ?? 0)
}

function count(value: number | undefined): number {
  return value ?? 0
}
