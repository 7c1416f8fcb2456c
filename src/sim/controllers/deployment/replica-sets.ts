import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../api/generated/types.ts'
import { semanticEqual } from '../../api/semantic.ts'

/** Tells the pods of one template from those of another. */
export const hashLabel = 'pod-template-hash'

/** The sets of a deployment: the one of the current template, if it is there, and all others by age. */
export interface ReplicaSetsOf {
  readonly current: ReplicaSet | null
  readonly old: readonly ReplicaSet[]
}

/** Pure: the oldest set whose template is the deployment's is the current one (FindNewReplicaSet, FindOldReplicaSets). */
export function sortOut(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSetsOf {
  const byAge = [...replicaSets].sort(olderFirst)
  const current = byAge.find((replicaSet) => sameTemplate(replicaSet.spec.template, deployment.spec.template)) ?? null
  return { current, old: byAge.filter((replicaSet) => replicaSet !== current) }
}

/** All sets, the current one last, as upstream lists them. */
export function allOf({ current, old }: ReplicaSetsOf): readonly ReplicaSet[] {
  return current ? [...old, current] : old
}

/** Those that ask for pods. */
export function activeOf(replicaSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return replicaSets.filter((replicaSet) => replicaSet.spec.replicas > 0)
}

/** Total order by age, then by name (ReplicaSetsByCreationTimestamp). */
export function olderFirst(a: ReplicaSet, b: ReplicaSet): number {
  const [createdA, createdB] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (createdA !== createdB) return createdA < createdB ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0
}

/** Whether two templates make the same pods; the hash label is none of the user's (EqualIgnoreHash). */
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return semanticEqual(a.spec, b.spec) && semanticEqual(withoutHash(a), withoutHash(b))
}

function withoutHash({ metadata }: PodTemplateSpec): unknown {
  const { labels, annotations, finalizers } = metadata
  return { labels: labelsWithoutHash(labels), annotations: orNothing(annotations), finalizers }
}

/** The labels that the user wrote. */
export function labelsWithoutHash(labels: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  if (!labels) return undefined
  return orNothing(Object.fromEntries(Object.entries(labels).filter(([key]) => key !== hashLabel)))
}

function orNothing<T extends object>(map: T | undefined): T | undefined {
  return map && Object.keys(map).length > 0 ? map : undefined
}

/** Sum of spec.replicas: the pods asked for. */
export function askedFor(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, { spec }) => sum + spec.replicas, 0)
}

/** Sum of status.availableReplicas. */
export function availableIn(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, { status }) => sum + (status.availableReplicas ?? 0), 0)
}

/** Sum of status.replicas: the pods that are there. */
export function presentIn(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, { status }) => sum + status.replicas, 0)
}
