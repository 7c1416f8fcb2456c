import type { Deployment, ReplicaSet } from '../../api/generated/types.ts'
import { lastAppliedAnnotation } from '../../api/last-applied.ts'
import { maxSurge } from './fenceposts.ts'

/** Number of the template among all that a deployment has had; on the set and, for the current one, on the deployment. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision'
/** Earlier numbers of a set that was rolled back to. */
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history'
/** spec.replicas of the deployment when the set was last scaled: how a scaling is told from a rollout. */
const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas'
const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas'
/** Asks for a rollback; all that is left of extensions/v1beta1's rollbackTo. */
export const rollbackAnnotation = 'deprecated.deployment.rollback.to'

const neverCopied: ReadonlySet<string> = new Set([
  lastAppliedAnnotation, revisionAnnotation, revisionHistoryAnnotation, desiredReplicasAnnotation, maxReplicasAnnotation, rollbackAnnotation,
])

/** Upstream: maxRevHistoryLengthInChars. */
export const maxRevisionHistoryLength = 2000

type Annotations = Readonly<Record<string, string>>

/** The revision that a set or deployment carries; null when there is none that can be read. */
export function revisionOf(object: { readonly metadata: { readonly annotations?: Annotations } }): bigint | null {
  return parseRevision(object.metadata.annotations?.[revisionAnnotation])
}

/** The one after the highest revision among these sets; what cannot be read does not count. */
export function nextRevision(replicaSets: readonly ReplicaSet[]): bigint {
  const revisions = replicaSets.map((replicaSet) => revisionOf(replicaSet) ?? 0n)
  return BigInt.asIntN(64, revisions.reduce((max, revision) => (revision > max ? revision : max), 0n) + 1n)
}

/** The second highest revision: where a rollback to "the one before" goes. */
export function lastRevision(replicaSets: readonly ReplicaSet[]): bigint {
  let max = 0n
  let second = 0n
  for (const replicaSet of replicaSets) {
    const revision = revisionOf(replicaSet) ?? 0n
    if (revision >= max) [second, max] = [max, revision]
    else if (revision > second) second = revision
  }
  return second
}

/** spec.replicas of the deployment when this set was last scaled. */
export function desiredReplicasOf(replicaSet: ReplicaSet): number | null {
  return integer(replicaSet.metadata.annotations?.[desiredReplicasAnnotation])
}

/** Most pods that the deployment was allowed when this set was last scaled. */
export function maxReplicasOf(replicaSet: ReplicaSet): number | null {
  return integer(replicaSet.metadata.annotations?.[maxReplicasAnnotation])
}

/** The annotations of a set that is scaled for this deployment (SetReplicasAnnotations). */
export function withReplicas(annotations: Annotations | undefined, deployment: Deployment): Annotations {
  const { replicas } = deployment.spec
  return { ...annotations, [desiredReplicasAnnotation]: String(replicas), [maxReplicasAnnotation]: String(replicas + maxSurge(deployment)) }
}

/**
 * The annotations of the set of the current template: the deployment's own, and the highest revision of all, with the one it had before
 * kept as history (SetNewReplicaSetAnnotations).
 */
export function annotationsOfNewSet(deployment: Deployment, before: Annotations | undefined, newRevision: bigint): Annotations {
  const annotations: Record<string, string> = { ...before }
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!neverCopied.has(key)) annotations[key] = value
  }
  const oldText = before?.[revisionAnnotation]
  const oldRevision = oldText ? parseRevision(oldText) : 0n
  if (oldRevision === null || oldRevision >= newRevision) return annotations
  annotations[revisionAnnotation] = String(newRevision)
  if (oldText !== undefined) {
    const history = extendedHistory(before?.[revisionHistoryAnnotation] ?? '', oldText)
    if (history !== null) annotations[revisionHistoryAnnotation] = history
  }
  return annotations
}

/** Old numbers fall off at the front once the text gets too long; null when even the newest does not fit. */
function extendedHistory(history: string, revision: string): string | null {
  if (history === '' || history.startsWith(',')) return revision
  const revisions = history.split(',')
  let length = history.length + revision.length + 1
  let start = 0
  while (length > maxRevisionHistoryLength && start < revisions.length) {
    length -= revisions[start]!.length + 1
    start += 1
  }
  return length <= maxRevisionHistoryLength ? [...revisions.slice(start), revision].join(',') : null
}

/** The annotations of a deployment that is rolled back to a set: the set's, but for the bookkeeping (SetDeploymentAnnotationsTo). */
export function annotationsAfterRollback(deployment: Deployment, target: ReplicaSet): Annotations {
  const kept = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => neverCopied.has(key) && key !== rollbackAnnotation)
  const taken = Object.entries(target.metadata.annotations ?? {}).filter(([key]) => !neverCopied.has(key))
  return Object.fromEntries([...kept, ...taken])
}

/** A revision is a 64-bit number, greater than a `number` can hold exactly; null for what is none. */
export function parseRevision(text: string | undefined): bigint | null {
  if (text === undefined || !/^[+-]?\d{1,19}$/.test(text)) return null
  const revision = BigInt(text.replace('+', ''))
  return BigInt.asIntN(64, revision) === revision ? revision : null
}

function integer(text: string | undefined): number | null {
  return text !== undefined && /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null
}
