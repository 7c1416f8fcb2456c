import type { Pod } from '../api/generated/types.ts'
import { nodeSelectorTermMatches, type MatchableNode } from '../api/node-affinity.ts'

export function hasRequiredNodeAffinity({ spec }: Pod): boolean {
  return Object.keys(spec.nodeSelector ?? {}).length > 0 || spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined
}

/** True when the node satisfies nodeSelector and required node affinity; asked for every pod and node, so it makes nothing. */
export function requiredNodeAffinityMatches({ spec }: Pod, node: MatchableNode): boolean {
  if (spec.nodeSelector) {
    for (const [key, value] of Object.entries(spec.nodeSelector)) if (!Object.hasOwn(node.labels, key) || node.labels[key] !== value) return false
  }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || required.nodeSelectorTerms.some((term) => nodeSelectorTermMatches(term, node))
}
