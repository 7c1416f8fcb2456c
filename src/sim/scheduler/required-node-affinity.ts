import type { NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../api/generated/types.ts'
import type { Labels } from '../api/objects.ts'

/** What node affinity looks at of a node. */
export interface MatchableNode {
  readonly name: string
  readonly labels: Labels
}

export function hasRequiredNodeAffinity({ spec }: Pod): boolean {
  return Object.keys(spec.nodeSelector ?? {}).length > 0 || spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined
}

/** True when the node satisfies both nodeSelector and required node affinity (component-helpers GetRequiredNodeAffinity). */
export function requiredNodeAffinityMatches({ spec }: Pod, node: MatchableNode): boolean {
  if (spec.nodeSelector) {
    for (const [key, value] of Object.entries(spec.nodeSelector)) if (!Object.hasOwn(node.labels, key) || node.labels[key] !== value) return false
  }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || required.nodeSelectorTerms.some((term) => nodeSelectorTermMatches(term, node))
}

/** One alternative of a node selector; one without conditions matches nothing. */
export function nodeSelectorTermMatches({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: MatchableNode): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false
  if (!matchExpressions.every((requirement) => satisfies(requirement, Object.hasOwn(node.labels, requirement.key) ? node.labels[requirement.key] : undefined))) return false
  return matchFields.every((requirement) => requirement.key === 'metadata.name' && satisfies(requirement, node.name))
}

function satisfies({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) > BigInt(values[0])
    case 'Lt':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) < BigInt(values[0])
  }
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^[+-]?\d+$/.test(text) && !text.startsWith('+')
}
