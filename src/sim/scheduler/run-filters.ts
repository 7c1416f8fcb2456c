import type { PreparedFilter, Refusal } from './framework.ts'
import type { NodeState } from './node-state.ts'
import type { PodState } from './pod-state.ts'

/** The first refusal, in the order of the profile. */
export function runFilters(node: NodeState, filters: readonly PreparedFilter[]): Refusal | null {
  for (let at = 0; at < filters.length; at += 1) {
    const refusal = filters[at]!.filter(node)
    if (refusal) return refusal
  }
  return null
}

/** The first refusal in a world where these pods are on the node too. */
export function runFiltersWith(pods: readonly PodState[], node: NodeState, filters: readonly PreparedFilter[]): Refusal | null {
  const copy = node.clone()
  for (const pod of pods) addTo(copy, pod, filters)
  const refusal = runFilters(copy, filters)
  for (const pod of pods) removeFrom(copy, pod, filters)
  return refusal
}

/** Has node and filters count the pod, until it is removed again: filters are prepared for one pod only and cost too much to copy for every node. */
export function addTo(node: NodeState, pod: PodState, filters: readonly PreparedFilter[]): void {
  node.addPod(pod)
  for (const filter of filters) filter.addPod?.(pod, node)
}

/** The opposite. */
export function removeFrom(node: NodeState, pod: PodState, filters: readonly PreparedFilter[]): void {
  node.removePod(pod)
  for (const filter of filters) filter.removePod?.(pod, node)
}
