import type { Labels } from '../api/objects.ts'
import { labelOf } from './framework.ts'

/** Numbers by domain, that is by the key and value of a node label (upstream: topologyToMatchedTermCount). */
export class PairCounts {
  private readonly byKey = new Map<string, Map<string, number>>()

  get isEmpty(): boolean {
    return this.byKey.size === 0
  }

  count(key: string, value: string | undefined): number {
    return value === undefined ? 0 : (this.byKey.get(key)?.get(value) ?? 0)
  }

  /** Adds for the domain that a node with these labels is in, if it is in one. What falls to zero is gone. */
  add(key: string, labels: Labels, by: number): void {
    const value = labelOf(labels, key)
    if (value === undefined) return
    let counts = this.byKey.get(key)
    if (!counts) this.byKey.set(key, (counts = new Map()))
    const count = (counts.get(value) ?? 0) + by
    if (count !== 0) counts.set(value, count)
    else if (counts.delete(value) && counts.size === 0) this.byKey.delete(key)
  }

  /** Like `add`, but a sum of zero is still a sum: scores of opposite signs say something together. */
  addScore(key: string, labels: Labels, by: number): void {
    const value = labelOf(labels, key)
    if (value === undefined) return
    const counts = this.byKey.get(key)
    if (counts) counts.set(value, (counts.get(value) ?? 0) + by)
    else this.byKey.set(key, new Map([[value, by]]))
  }

  /** True when some domain of the node counts something. */
  someFor(labels: Labels): boolean {
    for (const [key, counts] of this.byKey) if ((counts.get(labelOf(labels, key) ?? '') ?? 0) > 0 && Object.hasOwn(labels, key)) return true
    return false
  }

  sumFor(labels: Labels): number {
    let sum = 0
    for (const [key, counts] of this.byKey) {
      const value = labelOf(labels, key)
      if (value !== undefined) sum += counts.get(value) ?? 0
    }
    return sum
  }
}
