import type { Labels } from '../api/objects.ts'
import type { NodeState } from './node-state.ts'
import type { PodState } from './pod-state.ts'

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
}

/** Selectors in use at once; what a workload no longer asks for makes room. */
const limit = 1_000

/**
 * How many living pods of a namespace a selector matches, per node, kept up to date with every pod that comes or goes:
 * spreading would otherwise look at every pod of the cluster for every pod it places.
 */
export class SelectorCounts {
  private readonly byText = new Map<string, Count>()
  private readonly byNamespace = new Map<string, Set<Count>>()
  /** How many pods have the same labels: those of a ReplicaSet share one object. */
  private readonly labels = new Map<Labels, number>()

  /** The column of counts by the slot of the node. Valid until the cache changes. */
  of(namespace: string, selector: CountedSelector, nodes: readonly (NodeState | undefined)[]): Uint16Array {
    const text = `${namespace}\n${selector.text}`
    const known = this.byText.get(text)
    if (known) return grown(known, nodes.length)
    if (this.byText.size >= limit) this.forgetOldest()
    const count: Count = { namespace, selector, bySlot: new Uint16Array(nodes.length + 16) }
    const matching = new Set<Labels>()
    for (const labels of this.labels.keys()) if (selector.matches(labels)) matching.add(labels)
    // A new ReplicaSet has no pods yet: nobody is looked at then.
    if (matching.size > 0) for (const node of nodes) if (node) countOn(node, count, matching)
    this.byText.set(text, count)
    const siblings = this.byNamespace.get(namespace)
    if (siblings) siblings.add(count)
    else this.byNamespace.set(namespace, new Set([count]))
    return count.bySlot
  }

  podAdded(pod: PodState, slot: number): void {
    this.labels.set(pod.labels, (this.labels.get(pod.labels) ?? 0) + 1)
    this.change(pod, slot, 1)
  }

  podRemoved(pod: PodState, slot: number): void {
    const others = (this.labels.get(pod.labels) ?? 0) - 1
    if (others > 0) this.labels.set(pod.labels, others)
    else this.labels.delete(pod.labels)
    this.change(pod, slot, -1)
  }

  private change(pod: PodState, slot: number, by: number): void {
    const concerned = this.byNamespace.get(pod.namespace)
    if (!concerned) return
    for (const count of concerned) {
      if (!counts(count, pod)) continue
      const column = grown(count, slot + 1)
      column[slot]! += by
    }
  }

  private forgetOldest(): void {
    const [text, count] = this.byText.entries().next().value!
    this.byText.delete(text)
    this.byNamespace.get(count.namespace)?.delete(count)
  }
}

function countOn({ pods, slot }: NodeState, count: Count, matching: ReadonlySet<Labels>): void {
  for (const pod of pods) if (pod.namespace === count.namespace && !pod.isTerminating && matching.has(pod.labels)) count.bySlot[slot]! += 1
}

function counts(count: Count, pod: PodState): boolean {
  return pod.namespace === count.namespace && !pod.isTerminating && count.selector.matches(pod.labels)
}

function grown(count: Count, length: number): Uint16Array {
  if (count.bySlot.length < length) {
    const larger = new Uint16Array(length + (length >> 2) + 16)
    larger.set(count.bySlot)
    count.bySlot = larger
  }
  return count.bySlot
}
