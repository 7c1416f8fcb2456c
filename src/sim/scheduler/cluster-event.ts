import type { Node, Pod } from '../api/generated/types.ts'
import type { PodState } from './pod-state.ts'

/** Upstream: framework.ActionType, by the name in kube-scheduler's own text. */
export type Action =
  | 'Add' | 'Delete' | 'UpdateNodeAllocatable' | 'UpdateNodeLabel' | 'UpdateNodeTaint'
  | 'UpdatePodLabel' | 'UpdatePodScaleDown' | 'UpdatePodToleration' | 'UpdatePodSchedulingGatesEliminated'

/** Something that happened in the cluster and might make a waiting pod schedulable. `Pod`/`Add`: a scheduled pod appeared. */
export type ClusterEvent =
  | { readonly resource: 'Node'; readonly action: Action; readonly old?: Node; readonly new?: Node }
  | { readonly resource: 'Pod'; readonly action: Action; readonly old?: Pod; readonly new?: Pod }

/** What a plugin wants to hear of, and whether it is worth a new try for a pod that it refused. */
export interface EventRegistration {
  readonly resource: ClusterEvent['resource']
  readonly actions: readonly Action[]
  hint(pod: PodState, event: ClusterEvent): boolean
}

/** What changed about a node as far as scheduling goes (upstream: nodeSchedulingPropertiesChange). */
export function nodeEvents(before: Node, after: Node): readonly ClusterEvent[] {
  const events: ClusterEvent[] = []
  const add = (action: Action): void => void events.push({ resource: 'Node', action, old: before, new: after })
  if (!sameText(before.status?.allocatable, after.status?.allocatable)) add('UpdateNodeAllocatable')
  if (!sameText(before.metadata.labels, after.metadata.labels)) add('UpdateNodeLabel')
  if (!sameTaints(before, after) || (before.spec?.unschedulable ?? false) !== (after.spec?.unschedulable ?? false)) add('UpdateNodeTaint')
  return events
}

/** True when the scheduler's numbers about a node could differ: cheap, because unchanged parts of an object keep their identity. */
export function nodeMatters(before: Node, after: Node): boolean {
  return (
    before.spec !== after.spec ||
    before.metadata.labels !== after.metadata.labels ||
    before.status?.allocatable !== after.status?.allocatable ||
    before.status?.images !== after.status?.images
  )
}

/** What changed about a pod as far as scheduling goes (upstream: podSchedulingPropertiesChange). `scaledDown`: some request fell. */
export function podEvents(before: Pod, after: Pod, scaledDown: boolean): readonly ClusterEvent[] {
  const events: ClusterEvent[] = []
  const add = (action: Action): void => void events.push({ resource: 'Pod', action, old: before, new: after })
  if (!sameText(before.metadata.labels, after.metadata.labels)) add('UpdatePodLabel')
  if (scaledDown) add('UpdatePodScaleDown')
  if ((before.spec.schedulingGates?.length ?? 0) > 0 && (after.spec.schedulingGates?.length ?? 0) === 0) add('UpdatePodSchedulingGatesEliminated')
  if ((before.spec.tolerations?.length ?? 0) !== (after.spec.tolerations?.length ?? 0)) add('UpdatePodToleration')
  return events
}

/** Equality of two flat maps of text. */
export function sameText(a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>> | undefined): boolean {
  if (a === b) return true
  const left = Object.entries(a ?? {})
  const right = b ?? {}
  return left.length === Object.keys(right).length && left.every(([key, value]) => Object.hasOwn(right, key) && right[key] === value)
}

/** Equality of the taints of two nodes, order included. */
export function sameTaints(a: Node, b: Node): boolean {
  const left = a.spec?.taints ?? []
  const right = b.spec?.taints ?? []
  if (left === right) return true
  return left.length === right.length && left.every((taint, at) => {
    const other = right[at]!
    return taint.key === other.key && taint.value === other.value && taint.effect === other.effect
  })
}
