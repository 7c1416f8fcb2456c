import type { Labels } from '../api/objects.ts'
import type { NodeState } from './node-state.ts'
import type { PodState } from './pod-state.ts'
import { nowhere, type TopologyColumn } from './topology-columns.ts'

/** What a count is of: the pods of one namespace that a selector matches. */
export interface CountedSelector {
  /** Equal texts mean equal selectors. */
  readonly text: string
  matches(labels: Labels): boolean
}

interface Count {
  readonly namespace: string
  readonly selector: CountedSelector
  bySlot: Uint16Array
  /** The same added up for the domains of some topologies, by their key. */
  readonly sums: Map<string, Sums>
}

interface Sums {
  readonly topology: TopologyColumn
  readonly byDomain: Int32Array
}

/** Pods with the same labels: those of a ReplicaSet share one object. */
interface Alike {
  pods: number
  /** Whose selectors match them. */
  readonly counts: Set<Count>
}

interface OfNamespace {
  readonly byText: Map<string, Count>
  readonly byLabels: Map<Labels, Alike>
}

/** Selectors in use at once; what a workload no longer asks for makes room. */
const limit = 1_000

/**
 * How many living pods of a namespace a selector matches, per node, kept up to date with every pod that comes or goes:
 * spreading would otherwise look at every pod of the cluster for every pod it places.
 */
export class SelectorCounts {
  private readonly namespaces = new Map<string, OfNamespace>()
  /** The oldest first. */
  private readonly counts = new Set<Count>()
  /** What was asked for last, which is asked for several times for one pod. */
  private latest: { readonly selector: CountedSelector; readonly count: Count } | null = null

  /** The column of counts by the slot of the node. Valid until the cache changes. */
  of(namespace: string, selector: CountedSelector, nodes: readonly (NodeState | undefined)[]): Uint16Array {
    return grown(this.countOf(namespace, selector, nodes), nodes.length)
  }

  /** The counts of all nodes of each domain together. Valid until the cache changes. */
  sumsOf(namespace: string, selector: CountedSelector, key: string, topology: TopologyColumn, nodes: readonly (NodeState | undefined)[]): Int32Array {
    const count = this.countOf(namespace, selector, nodes)
    const known = count.sums.get(key)
    if (known?.topology === topology) return known.byDomain
    const sums = { topology, byDomain: new Int32Array(topology.size) }
    for (let slot = 0; slot < count.bySlot.length; slot += 1) if (count.bySlot[slot] !== 0) addTo(sums, slot, count.bySlot[slot]!)
    count.sums.set(key, sums)
    return sums.byDomain
  }

  podAdded(pod: PodState, slot: number): void {
    const { byText, byLabels } = this.ofNamespace(pod.namespace)
    let alike = byLabels.get(pod.labels)
    if (!alike) byLabels.set(pod.labels, (alike = { pods: 0, counts: new Set([...byText.values()].filter(({ selector }) => selector.matches(pod.labels))) }))
    alike.pods += 1
    change(alike, pod, slot, 1)
  }

  podRemoved(pod: PodState, slot: number): void {
    const { byLabels } = this.ofNamespace(pod.namespace)
    const alike = byLabels.get(pod.labels)
    if (!alike) return
    alike.pods -= 1
    if (alike.pods === 0) byLabels.delete(pod.labels)
    change(alike, pod, slot, -1)
  }

  private ofNamespace(namespace: string): OfNamespace {
    let found = this.namespaces.get(namespace)
    if (!found) this.namespaces.set(namespace, (found = { byText: new Map(), byLabels: new Map() }))
    return found
  }

  private countOf(namespace: string, selector: CountedSelector, nodes: readonly (NodeState | undefined)[]): Count {
    if (this.latest?.selector === selector && this.latest.count.namespace === namespace) return this.latest.count
    const count = this.ofNamespace(namespace).byText.get(selector.text) ?? this.newCount(namespace, selector, nodes)
    this.latest = { selector, count }
    return count
  }

  private newCount(namespace: string, selector: CountedSelector, nodes: readonly (NodeState | undefined)[]): Count {
    const { byText, byLabels } = this.ofNamespace(namespace)
    if (this.counts.size >= limit) this.forgetOldest()
    const count: Count = { namespace, selector, bySlot: new Uint16Array(nodes.length + 16), sums: new Map() }
    this.counts.add(count)
    byText.set(selector.text, count)
    const matching = new Set<Labels>()
    for (const [labels, { counts }] of byLabels) {
      if (!selector.matches(labels)) continue
      counts.add(count)
      matching.add(labels)
    }
    // A new ReplicaSet has no pods yet: nobody is looked at then.
    if (matching.size > 0) for (const node of nodes) if (node) countOn(node, count, matching)
    return count
  }

  private forgetOldest(): void {
    const count = this.counts.values().next().value!
    this.counts.delete(count)
    const { byText, byLabels } = this.ofNamespace(count.namespace)
    byText.delete(count.selector.text)
    for (const { counts } of byLabels.values()) counts.delete(count)
  }
}

function countOn({ pods, slot }: NodeState, count: Count, matching: ReadonlySet<Labels>): void {
  for (const pod of pods) if (pod.namespace === count.namespace && !pod.isTerminating && matching.has(pod.labels)) count.bySlot[slot]! += 1
}

function change({ counts }: Alike, pod: PodState, slot: number, by: number): void {
  if (pod.isTerminating) return
  for (const count of counts) {
    grown(count, slot + 1)[slot]! += by
    for (const sums of count.sums.values()) addTo(sums, slot, by)
  }
}

function addTo({ topology: { domainOf }, byDomain }: Sums, slot: number, by: number): void {
  const domain = slot < domainOf.length ? domainOf[slot]! : nowhere
  if (domain !== nowhere) byDomain[domain]! += by
}

function grown(count: Count, length: number): Uint16Array {
  if (count.bySlot.length < length) {
    const larger = new Uint16Array(length + (length >> 2) + 16)
    larger.set(count.bySlot)
    count.bySlot = larger
  }
  return count.bySlot
}
