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

/** The node and the filters in a world where these pods are there too. */
export function withPods(pods: readonly PodState[], node: NodeState, filters: readonly PreparedFilter[]): [NodeState, readonly PreparedFilter[]] {
  const copy = node.clone()
  const copies = filters.map((filter) => filter.clone?.() ?? filter)
  for (const pod of pods) {
    copy.addPod(pod)
    for (const filter of copies) filter.addPod?.(pod, copy)
  }
  return [copy, copies]
}
