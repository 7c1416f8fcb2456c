import type { Node, Pod } from '../../api/generated/types.ts'
import type { Labels } from '../../api/objects.ts'
import type { AffinityTerm, NamespaceLabels } from '../affinity-terms.ts'
import type { ClusterEvent } from '../cluster-event.ts'
import { labelOf, maxScore, skip, type FilterPlugin, type PreparedFilter, type Refusal, type ScorePlugin, type View } from '../framework.ts'
import type { NodeState } from '../node-state.ts'
import { PodState } from '../pod-state.ts'
import { PairCounts } from '../topology-pairs.ts'

const name = 'InterPodAffinity'
const affinityRefusal: Refusal = { plugin: name, code: 'UnschedulableAndUnresolvable', reasons: ["node(s) didn't match pod affinity rules"] }
const antiAffinityRefusal: Refusal = { plugin: name, code: 'Unschedulable', reasons: ["node(s) didn't match pod anti-affinity rules"] }
const existingRefusal: Refusal = { plugin: name, code: 'Unschedulable', reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"] }
const noNamespaceLabels: NamespaceLabels = () => undefined

/** Places pods near to or far from other pods. `hardWeight`: what an existing pod's required affinity is worth as a score. */
export function interPodAffinity(hardWeight: number): FilterPlugin & ScorePlugin {
  return {
    name,
    weight: 2,
    events: [
      { resource: 'Pod', actions: ['Add', 'UpdatePodLabel', 'Delete'], hint: (pod, event) => event.resource === 'Pod' && podHint(pod, event.old, event.new) },
      { resource: 'Node', actions: ['Add', 'UpdateNodeLabel'], hint: nodeHint },
    ],

    preFilter(pod, view) {
      const wantsAll = pod.affinity.required.length > 0 || pod.affinity.requiredAnti.length > 0
      if (!wantsAll && !someAvoid(view.cache.nodesWithAffinity)) return skip
      const filter = new AffinityFilter(pod, view.namespaceLabels)
      for (const node of wantsAll ? view.cache.nodes : view.cache.nodesWithAffinity) {
        if (!wantsAll && node.podsWithRequiredAntiAffinity === 0) continue
        for (const existing of node.pods) filter.addPod(existing, node)
      }
      return filter.isIdle ? skip : { kind: 'filter', filter }
    },

    preScore(pod, view) {
      const scores = scorePairs(pod, view, hardWeight)
      if (!scores || scores.isEmpty) return null
      return {
        score({ nodes }, raw) {
          nodes.forEach((node, at) => (raw[at] = scores.sumFor(node.labels)))
        },
        normalise,
      }
    },
  }
}

/** True when some pod on these nodes will not have others near. */
function someAvoid(nodes: ReadonlySet<NodeState>): boolean {
  for (const node of nodes) if (node.podsWithRequiredAntiAffinity > 0) return true
  return false
}

/** What the terms of one pod say of another. */
interface Verdict {
  readonly namespace: string
  readonly isWanted: boolean
  readonly avoids: readonly AffinityTerm[]
}

class AffinityFilter implements PreparedFilter {
  /** Domains where a pod of mine is wanted, where one is not, and where others do not want me. */
  private readonly wanted = new PairCounts()
  private readonly avoided = new PairCounts()
  private readonly forbidden = new PairCounts()
  /** What my terms say of pods by their labels: those of a ReplicaSet share one object. */
  private readonly verdicts = new Map<Labels, Verdict>()

  constructor(
    private readonly pod: PodState,
    private readonly namespaces: NamespaceLabels,
  ) {}

  get isIdle(): boolean {
    return this.forbidden.isEmpty && this.pod.affinity.required.length === 0 && this.pod.affinity.requiredAnti.length === 0
  }

  filter(node: NodeState): Refusal | null {
    if (!this.satisfiesAffinity(node)) return affinityRefusal
    for (const { topologyKey } of this.pod.affinity.requiredAnti) {
      if (this.avoided.count(topologyKey, labelOf(node.labels, topologyKey)) > 0) return antiAffinityRefusal
    }
    return this.forbidden.someFor(node.labels) ? existingRefusal : null
  }

  addPod(pod: PodState, node: NodeState): void {
    this.change(pod, node, 1)
  }

  removePod(pod: PodState, node: NodeState): void {
    this.change(pod, node, -1)
  }

  private change(other: PodState, node: NodeState, by: number): void {
    const { required, requiredAnti } = this.pod.affinity
    for (const term of other.affinity.requiredAnti) if (term.matches(this.pod, this.namespaces)) this.forbidden.add(term.topologyKey, node.labels, by)
    if (required.length === 0 && requiredAnti.length === 0) return
    const { isWanted, avoids } = this.verdictOn(other)
    if (isWanted) for (const { topologyKey } of required) this.wanted.add(topologyKey, node.labels, by)
    for (const { topologyKey } of avoids) this.avoided.add(topologyKey, node.labels, by)
  }

  private verdictOn(other: PodState): Verdict {
    const { labels, namespace } = other
    const known = this.verdicts.get(labels)
    if (known?.namespace === namespace) return known
    const { required, requiredAnti } = this.pod.affinity
    const verdict = { namespace, isWanted: matchesAll(required, other, this.namespaces), avoids: requiredAnti.filter((term) => term.matches(other, this.namespaces)) }
    this.verdicts.set(labels, verdict)
    return verdict
  }

  private satisfiesAffinity(node: NodeState): boolean {
    const terms = this.pod.affinity.required
    let podsExist = true
    for (const { topologyKey } of terms) {
      const domain = labelOf(node.labels, topologyKey)
      if (domain === undefined) return false
      if (this.wanted.count(topologyKey, domain) <= 0) podsExist = false
    }
    // The first pod of a group that wants to be together has nobody to be near yet.
    return podsExist || (this.wanted.isEmpty && matchesAll(terms, this.pod, this.namespaces))
  }
}

function matchesAll(terms: readonly AffinityTerm[], pod: PodState, namespaces: NamespaceLabels): boolean {
  return terms.length > 0 && terms.every((term) => term.matches(pod, namespaces))
}

function scorePairs(pod: PodState, { cache, namespaceLabels }: View, hardWeight: number): PairCounts | null {
  const { affinity } = pod
  const prefers = affinity.preferred.length > 0 || affinity.preferredAnti.length > 0
  if (!prefers && cache.nodesWithAffinity.size === 0) return null
  const scores = new PairCounts()
  const apply = (terms: readonly AffinityTerm[], subject: PodState, { labels }: NodeState, sign: 1 | -1, fixed?: number): void => {
    for (const term of terms) if (term.matches(subject, namespaceLabels)) scores.addScore(term.topologyKey, labels, sign * (fixed ?? term.weight))
  }
  for (const node of prefers ? cache.nodes : cache.nodesWithAffinity) {
    // Few pods say something of others: when no more of them can come, the rest is not looked at.
    let left = node.podsWithAffinity
    for (const existing of node.pods) {
      if (prefers) {
        apply(affinity.preferred, existing, node, 1)
        apply(affinity.preferredAnti, existing, node, -1)
      } else if (left === 0) break
      if (existing.affinity.isEmpty) continue
      left -= 1
      if (hardWeight > 0) apply(existing.affinity.required, pod, node, 1, hardWeight)
      apply(existing.affinity.preferred, pod, node, 1)
      apply(existing.affinity.preferredAnti, pod, node, -1)
    }
  }
  return scores
}

function normalise(raw: Int32Array, normalised: Int32Array): void {
  let least = raw[0] ?? 0
  let most = least
  for (const score of raw) {
    if (score < least) least = score
    if (score > most) most = score
  }
  for (let at = 0; at < raw.length; at += 1) normalised[at] = most > least ? Math.floor(maxScore * ((raw[at]! - least) / (most - least))) : 0
}

/** Labels of namespaces are not looked up for hints: a term's namespaceSelector is resolved when the pod is tried. */
function podHint(pod: PodState, old: Pod | undefined, changed: Pod | undefined): boolean {
  if ((changed && !changed.spec.nodeName) || (old && !old.spec.nodeName)) return false
  const { required, requiredAnti } = pod.affinity
  const before = old && new PodState(old)
  const after = changed && new PodState(changed)
  if (before && after) {
    if (!matchesAll(required, before, noNamespaceLabels) && matchesAll(required, after, noNamespaceLabels)) return true
    return matchesAll(requiredAnti, before, noNamespaceLabels) && !matchesAll(requiredAnti, after, noNamespaceLabels)
  }
  if (after) return matchesAll(required, after, noNamespaceLabels)
  if (!before) return false
  return matchesAll(requiredAnti, before, noNamespaceLabels) || before.affinity.requiredAnti.some((term) => term.matches(pod, noNamespaceLabels))
}

function nodeHint(pod: PodState, event: ClusterEvent): boolean {
  if (event.resource !== 'Node' || !event.new) return false
  const value = (node: Node | undefined, key: string): string | undefined => node && labelOf(node.metadata.labels ?? {}, key)
  const { old, new: changed } = event
  const moved = pod.affinity.required.some(({ topologyKey }) => value(changed, topologyKey) !== undefined && value(changed, topologyKey) !== value(old, topologyKey))
  if (moved) return true
  if (!old) return pod.affinity.requiredAnti.length > 0
  return pod.affinity.requiredAnti.some(({ topologyKey }) => value(changed, topologyKey) !== value(old, topologyKey))
}
