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
  bySlot: Int32Array
}

/** Selectors in use at once; what a workload no longer asks for makes room. */
const limit = 256

/**
 * How many living pods of a namespace a selector matches, per node, kept up to date with every pod that comes or goes:
 * spreading would otherwise look at every pod of the cluster for every pod it places.
 */
export class SelectorCounts {
  private readonly byText = new Map<string, Count>()
  private readonly byNamespace = new Map<string, Set<Count>>()

  /** The column of counts by the slot of the node. Valid until the cache changes. */
  of(namespace: string, selector: CountedSelector, nodes: readonly (NodeState | undefined)[]): Int32Array {
    const text = `${namespace}\n${selector.text}`
    const known = this.byText.get(text)
    if (known) return grown(known, nodes.length)
    if (this.byText.size >= limit) this.forgetOldest()
    const count: Count = { namespace, selector, bySlot: new Int32Array(Math.max(16, nodes.length * 2)) }
    for (const node of nodes) {
      if (!node) continue
      for (const pod of node.pods) if (counts(count, pod)) count.bySlot[node.slot]! += 1
    }
    this.byText.set(text, count)
    const siblings = this.byNamespace.get(namespace)
    if (siblings) siblings.add(count)
    else this.byNamespace.set(namespace, new Set([count]))
    return count.bySlot
  }

  podAdded(pod: PodState, slot: number): void {
    this.change(pod, slot, 1)
  }

  podRemoved(pod: PodState, slot: number): void {
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

function counts(count: Count, pod: PodState): boolean {
  return pod.namespace === count.namespace && !pod.isTerminating && count.selector.matches(pod.labels)
}

function grown(count: Count, length: number): Int32Array {
  if (count.bySlot.length < length) {
    const larger = new Int32Array(length * 2)
    larger.set(count.bySlot)
    count.bySlot = larger
  }
  return count.bySlot
}
