import type { Node, TopologySpreadConstraint } from '../api/generated/types.ts'
import { selectorOf } from '../api/labels.ts'
import type { Labels } from '../api/objects.ts'
import { labelOf } from './framework.ts'
import { untolerated } from './plugins/taint-toleration.ts'
import type { NodeState } from './node-state.ts'
import type { PodState } from './pod-state.ts'
import { requiredNodeAffinityMatches } from './required-node-affinity.ts'
import type { CountedSelector } from './selector-counts.ts'

/** One spread constraint of a pod, ready to be asked. */
export interface SpreadConstraint {
  readonly topologyKey: string
  readonly maxSkew: number
  readonly minDomains: number
  readonly selector: CountedSelector
  readonly honoursAffinity: boolean
  readonly honoursTaints: boolean
}

const nothing: CountedSelector = { text: '', matches: () => false }

/** The pod's own constraints of one sort. */
export function spreadConstraintsOf(pod: PodState, whenUnsatisfiable: TopologySpreadConstraint['whenUnsatisfiable']): readonly SpreadConstraint[] {
  const own = pod.pod.spec.topologySpreadConstraints
  if (!own || own.length === 0) return []
  return own.filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable).map((constraint) => spreadConstraint(constraint, pod.labels))
}

function spreadConstraint(constraint: TopologySpreadConstraint, podLabels: Labels): SpreadConstraint {
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    selector: countedSelector(constraint, podLabels),
    honoursAffinity: (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor',
    honoursTaints: constraint.nodeTaintsPolicy === 'Honor',
  }
}

function countedSelector({ labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint, podLabels: Labels): CountedSelector {
  if (!labelSelector) return nothing
  const own = matchLabelKeys.filter((key) => Object.hasOwn(podLabels, key)).map((key) => ({ key, operator: 'In' as const, values: [podLabels[key]!] }))
  const full = own.length === 0 ? labelSelector : { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...own] }
  const selector = selectorOf(full)
  // An empty selector matches the pod itself but is not counted anywhere (upstream: countPodsMatchSelector).
  return { text: selector.toString(), matches: (labels) => selector.matches(labels) }
}

/** True when the node carries every constraint's topology key. */
export function hasAllKeys(labels: Labels, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.every(({ topologyKey }) => labelOf(labels, topologyKey) !== undefined)
}

/** True when the node's pods count for the constraint (nodeAffinityPolicy, nodeTaintsPolicy). */
export function includesNode(constraint: SpreadConstraint, pod: PodState, node: NodeState): boolean {
  if (constraint.honoursAffinity && !requiredNodeAffinityMatches(pod.pod, node)) return false
  return !constraint.honoursTaints || node.hardTaints.length === 0 || untolerated(node.hardTaints, pod.pod.spec.tolerations ?? []) === 0
}

export function labelsOfNode(node: Node): Labels {
  return node.metadata.labels ?? {}
}
