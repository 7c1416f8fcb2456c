import type { Labels } from '../api/objects.ts'
import type { Cache } from './cache.ts'
import type { ClusterEvent, EventRegistration } from './cluster-event.ts'
import type { NamespaceLabels } from './affinity-terms.ts'
import type { FeasibleNodes } from './feasible-nodes.ts'
import type { CountedSelector } from './selector-counts.ts'
import type { NodeState } from './node-state.ts'
import type { PodState } from './pod-state.ts'

/** Why a plugin refuses a node. `Unschedulable` may be helped by preemption, `UnschedulableAndUnresolvable` may not. */
export interface Refusal {
  readonly plugin: string
  readonly code: 'Unschedulable' | 'UnschedulableAndUnresolvable'
  readonly reasons: readonly string[]
}

/** What plugins may look at besides the pod: the snapshot of this cycle. */
export interface View {
  readonly cache: Cache
  readonly namespaceLabels: NamespaceLabels
  /** What the Services and the controller that own this pod select together; null when nothing does. */
  defaultSelector(pod: PodState): CountedSelector | null
}

/** A filter that has worked out what it needs about one pod. Null: the node will do. */
export interface PreparedFilter {
  filter(node: NodeState): Refusal | null
  /** What stands for all that it asks of the pod when it looks at nothing else but the node: until that changes, pods with the same get the same answer. */
  readonly asks?: object
  /** For trying what would be if a pod were (not) on a node; `filter` afterwards answers for that world. Each undoes the other. */
  addPod?(pod: PodState, node: NodeState): void
  removePod?(pod: PodState, node: NodeState): void
}

/** `skip`: nothing to filter for this pod. `refused`: no node can do. `nodes`: only these can. */
export type PreFilterResult =
  | { readonly kind: 'skip' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'filter'; readonly filter: PreparedFilter; readonly nodes?: ReadonlySet<string> }

export const skip: PreFilterResult = { kind: 'skip' }

export interface PreEnqueuePlugin extends Plugin {
  /** Why the pod may not enter the active queue; null: it may. */
  preEnqueue(pod: PodState): Refusal | null
}

export interface Plugin {
  readonly name: string
  /** What may make a pod schedulable that this plugin refused. */
  readonly events: readonly EventRegistration[]
}

export interface FilterPlugin extends Plugin {
  preFilter(pod: PodState, view: View): PreFilterResult
}

/** A score that has worked out what it needs about one pod and the nodes that fit. */
export interface PreparedScore {
  /** Writes the raw score of each node: a loop of its own in every plugin, for it runs for every pod and node. */
  score(nodes: FeasibleNodes, raw: Int32Array): void
  /** Brings raw scores to 0 … 100 by nothing but themselves; absent when they are there already. */
  readonly normalise?: Normalise
  /** The same when it takes more than the raw scores. */
  readonly normaliseHere?: Normalise
}

/** A score that puts nodes in groups which score alike. */
export interface GroupedScore {
  /** What stands for all that decides, with the node itself, which group it is in: until the node changes, it is in the same for all pods with the same. */
  readonly asks: readonly object[]
  /** The number that a node shares with those of its group. */
  keyOf(node: NodeState): number
  /** The raw score of the group with this number; absent: it is the number. */
  rawOf?(key: number): number
  /** As of other scores, however many nodes have each. */
  readonly normalise?: Normalise
}

export type Normalise = (raw: Int32Array, normalised: Int32Array) => void

export interface ScorePlugin {
  readonly name: string
  readonly weight: number
  /** It looks at what runs on a node, too. */
  readonly isAboutRoom?: boolean
  /** Null: skipped, it says nothing about this pod. */
  preScore(pod: PodState, view: View, feasible: FeasibleNodes): PreparedScore | GroupedScore | null
}

export const maxScore = 100

/** Upstream: plugins/helper DefaultNormalizeScore: the highest becomes 100, by integer division; reversed, the lowest does. */
export function normaliseToHighest(raw: Int32Array, normalised: Int32Array, reverse: boolean): void {
  let highest = 0
  for (let at = 0; at < raw.length; at += 1) if (raw[at]! > highest) highest = raw[at]!
  if (highest === 0) return void normalised.fill(reverse ? maxScore : 0)
  for (let at = 0; at < raw.length; at += 1) {
    const share = Math.floor((maxScore * raw[at]!) / highest)
    normalised[at] = reverse ? maxScore - share : share
  }
}

/** The hint of a plugin that did not say more: whatever happened is worth a try. */
export function always(_pod: PodState, _event: ClusterEvent): boolean {
  return true
}

/** A node's label. What an object inherits is never text, so keys like "constructor" are safe, and no own-property test is needed on the hot path. */
export function labelOf(labels: Labels, key: string): string | undefined {
  const value: unknown = labels[key]
  return typeof value === 'string' ? value : undefined
}
