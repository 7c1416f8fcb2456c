import type { NodeSelectorTerm } from '../../api/generated/types.ts'
import { nodeSelectorTermMatches, type MatchableNode } from '../../api/node-affinity.ts'
import { normaliseToHighest, skip, type FilterPlugin, type Refusal, type ScorePlugin } from '../framework.ts'
import { hasRequiredNodeAffinity, requiredNodeAffinityMatches } from '../required-node-affinity.ts'
import type { PodState } from '../pod-state.ts'

const refusal: Refusal = {
  plugin: 'NodeAffinity',
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match Pod's node affinity/selector"],
}
const conflict: Refusal = { plugin: 'NodeAffinity', code: 'UnschedulableAndUnresolvable', reasons: ['pod affinity terms conflict'] }

/** Keeps a pod to the nodes that its nodeSelector and required node affinity pick, and draws it to those it prefers. */
export const nodeAffinity: FilterPlugin & ScorePlugin = {
  name: 'NodeAffinity',
  weight: 2,
  events: [
    {
      resource: 'Node',
      actions: ['Add', 'UpdateNodeLabel'],
      hint(pod, event) {
        if (event.resource !== 'Node' || !event.new) return false
        return requiredNodeAffinityMatches(pod.pod, matchable(event.new)) && !(event.old && requiredNodeAffinityMatches(pod.pod, matchable(event.old)))
      },
    },
  ],

  preFilter(pod) {
    if (!hasRequiredNodeAffinity(pod.pod)) return skip
    const names = nodesNamed(pod)
    if (names?.size === 0) return { kind: 'refused', refusal: conflict }
    const filter = { asks: pod.pod.spec, filter: (node: MatchableNode) => (requiredNodeAffinityMatches(pod.pod, node) ? null : refusal) }
    return names ? { kind: 'filter', filter, nodes: names } : { kind: 'filter', filter }
  },

  preScore(pod) {
    const preferred = pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    if (preferred.length === 0) return null
    return {
      asks: [preferred],
      keyOf: (node) => preferred.reduce((sum, { preference, weight }) => sum + (nodeSelectorTermMatches(preference, node) ? weight : 0), 0),
      normalise,
    }
  },
}

function normalise(raw: Int32Array, normalised: Int32Array): void {
  normaliseToHighest(raw, normalised, false)
}

function matchable(node: { readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> } }): MatchableNode {
  return { name: node.metadata.name, labels: node.metadata.labels ?? {} }
}

/** The nodes that every alternative names by metadata.name; null when some alternative leaves the name open. */
function nodesNamed(pod: PodState): ReadonlySet<string> | null {
  const terms = pod.pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  if (!terms || terms.length === 0) return null
  const union = new Set<string>()
  for (const term of terms) {
    const names = namesOfTerm(term)
    if (!names) return null
    for (const name of names) union.add(name)
  }
  return union
}

function namesOfTerm(term: NodeSelectorTerm): ReadonlySet<string> | null {
  const lists = (term.matchFields ?? []).filter(({ key, operator }) => key === 'metadata.name' && operator === 'In').map(({ values = [] }) => values)
  const [first, ...others] = lists
  return first ? new Set(first.filter((name) => others.every((list) => list.includes(name)))) : null
}
