import type { Deployment, Pod, ReplicaSet } from '../../api/generated/types.ts'
import { desiredReplicasOf, maxReplicasOf } from './annotations.ts'
import { maxSurge, maxUnavailable } from './fenceposts.ts'
import { activeOf, allOf, askedFor, availableIn, olderFirst, presentIn, type ReplicaSetsOf } from './replica-sets.ts'

/** One write of a set's size. A set may appear twice in one plan. `to` may equal `from`: then only its annotations are brought up to date. */
export interface ScaleStep {
  readonly replicaSet: ReplicaSet
  readonly from: number
  readonly to: number
}

/** Pure: how large the set of the current template may be now, the others being what they are (NewRSNewReplicas). */
export function newSetReplicas(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  const { replicas, strategy } = deployment.spec
  if (strategy.type === 'Recreate') return replicas
  const room = replicas + maxSurge(deployment) - askedFor(all)
  return room <= 0 ? current : current + Math.min(room, replicas - current)
}

/** Pure: one pass of a rolling update. Either the new set changes, or old ones shrink, never both (rolloutRolling). */
export function planRollingUpdate(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): readonly ScaleStep[] {
  const to = newSetSize(deployment, current, old)
  if (to !== current.spec.replicas) return [{ replicaSet: current, from: current.spec.replicas, to }]
  return planOldSets(deployment, current, activeOf(old))
}

function newSetSize(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): number {
  const { replicas } = deployment.spec
  if (current.spec.replicas >= replicas) return replicas
  return newSetReplicas(deployment, [...old, current], current.spec.replicas)
}

/** What old sets may lose: first what does not work anyway, then as much as leaves enough available pods (reconcileOldReplicaSets). */
function planOldSets(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): readonly ScaleStep[] {
  const minAvailable = deployment.spec.replicas - maxUnavailable(deployment)
  const newUnavailable = current.spec.replicas - (current.status.availableReplicas ?? 0)
  const maxScaledDown = askedFor(old) + current.spec.replicas - minAvailable - newUnavailable
  if (askedFor(old) === 0 || maxScaledDown <= 0) return []
  const byAge = [...old].sort(olderFirst)
  const sizes = new Map(byAge.map((replicaSet) => [replicaSet, replicaSet.spec.replicas]))
  const steps: ScaleStep[] = []
  const shrink = (replicaSet: ReplicaSet, by: number): number => {
    const from = sizes.get(replicaSet)!
    if (by > 0) steps.push({ replicaSet, from, to: from - by })
    sizes.set(replicaSet, from - by)
    return by
  }
  let unhealthy = maxScaledDown
  for (const replicaSet of byAge) {
    if (unhealthy <= 0) break
    const broken = replicaSet.spec.replicas - (replicaSet.status.availableReplicas ?? 0)
    // More available than asked for: the status is older than the last scaling, and counting on it could take too many.
    if (broken < 0) return steps
    unhealthy -= shrink(replicaSet, Math.min(unhealthy, broken))
  }
  let spare = availableIn(byAge) + (current.status.availableReplicas ?? 0) - minAvailable
  for (const replicaSet of byAge) {
    if (spare > 0) spare -= shrink(replicaSet, Math.min(sizes.get(replicaSet)!, spare))
  }
  return steps
}

/** What a pass of Recreate does next: empty the old sets, wait for their pods, or bring up the new one. */
export type RecreatePlan = { readonly kind: 'shrink'; readonly steps: readonly ScaleStep[] } | { readonly kind: 'wait' } | { readonly kind: 'grow' }

/** Pure: nothing new before all that is old is gone (rolloutRecreate). `podsOfOthers` are the pods of all sets but the current one. */
export function planRecreate(old: readonly ReplicaSet[], podsOfOthers: readonly Pod[]): RecreatePlan {
  const active = activeOf(old)
  if (active.length > 0) return { kind: 'shrink', steps: active.map((replicaSet) => ({ replicaSet, from: replicaSet.spec.replicas, to: 0 })) }
  const running = presentIn(old) > 0 || podsOfOthers.some(({ status }) => status.phase !== 'Failed' && status.phase !== 'Succeeded')
  return running ? { kind: 'wait' } : { kind: 'grow' }
}

/** Whether spec.replicas was changed since the sets were last scaled (isScalingEvent). */
export function isScaling(deployment: Deployment, sets: ReplicaSetsOf): boolean {
  return activeOf(allOf(sets)).some((replicaSet) => {
    const desired = desiredReplicasOf(replicaSet)
    return desired !== null && desired !== deployment.spec.replicas
  })
}

/** Pure: how a changed spec.replicas is dealt to the sets; in the middle of a rollout, by their shares (DeploymentController.scale). */
export function planScaling(deployment: Deployment, { current, old }: ReplicaSetsOf): readonly ScaleStep[] {
  const { replicas } = deployment.spec
  const newestFirst = [...old].sort((a, b) => olderFirst(b, a))
  const active = activeOf(current ? [...newestFirst, current] : newestFirst)
  const only = active.length === 0 ? (current ?? newestFirst[0]) : active.length === 1 ? active[0] : undefined
  if (active.length <= 1) return only && only.spec.replicas !== replicas ? [{ replicaSet: only, from: only.spec.replicas, to: replicas }] : []
  if (current && isSaturated(deployment, current)) {
    return activeOf(newestFirst).map((replicaSet) => ({ replicaSet, from: replicaSet.spec.replicas, to: 0 }))
  }
  return deployment.spec.strategy.type === 'RollingUpdate' ? planProportionally(deployment, active) : []
}

function isSaturated({ spec }: Deployment, current: ReplicaSet): boolean {
  return current.spec.replicas === spec.replicas && desiredReplicasOf(current) === spec.replicas && current.status.availableReplicas === spec.replicas
}

function planProportionally(deployment: Deployment, active: readonly ReplicaSet[]): readonly ScaleStep[] {
  const allowed = deployment.spec.replicas > 0 ? deployment.spec.replicas + maxSurge(deployment) : 0
  const toAdd = allowed - askedFor(active)
  const ordered = [...active].sort((a, b) => b.spec.replicas - a.spec.replicas || (toAdd > 0 ? olderFirst(b, a) : toAdd < 0 ? olderFirst(a, b) : 0))
  let added = 0
  const sizes = ordered.map((replicaSet) => {
    const share = toAdd === added ? 0 : proportion(deployment, replicaSet, toAdd - added)
    added += share
    return replicaSet.spec.replicas + share
  })
  // What rounding left over goes to the largest.
  if (sizes.length > 0) sizes[0] = Math.max(0, sizes[0]! + toAdd - added)
  return ordered.map((replicaSet, at) => ({ replicaSet, from: replicaSet.spec.replicas, to: sizes[at]! }))
}

/** The share of a set in a change, as large as the set was in the deployment before it (GetReplicaSetProportion). */
function proportion(deployment: Deployment, replicaSet: ReplicaSet, left: number): number {
  const { replicas } = replicaSet.spec
  if (deployment.spec.replicas === 0) return left > 0 ? Math.min(-replicas, left) : Math.max(-replicas, left)
  const before = maxReplicasOf(replicaSet) || (deployment.status.replicas ?? 0)
  if (before === 0) return 0
  const exact = (replicas * (deployment.spec.replicas + maxSurge(deployment))) / before
  const fraction = Math.floor(exact + 0.5) - replicas
  return left > 0 ? Math.min(fraction, left) : Math.max(fraction, left)
}

/** Pure: the old sets that are too many to keep, lowest revision first (cleanupDeployment). */
export function planHistoryCleanup({ spec }: Deployment, old: readonly ReplicaSet[], revisionOf: (replicaSet: ReplicaSet) => bigint | null): readonly ReplicaSet[] {
  if (spec.revisionHistoryLimit >= 2_147_483_647) return []
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const surplus = Math.max(0, alive.length - spec.revisionHistoryLimit)
  const byRevision = alive.sort((a, b) => {
    const [first, second] = [revisionOf(a), revisionOf(b)]
    return first === null || second === null || first === second ? olderFirst(a, b) : first < second ? -1 : 1
  })
  return byRevision.slice(0, surplus).filter(({ metadata, spec: { replicas }, status }) => {
    return replicas === 0 && status.replicas === 0 && (metadata.generation ?? 0) <= (status.observedGeneration ?? 0)
  })
}
