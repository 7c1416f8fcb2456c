/** Counts by name that know the least of them at any time: preemption asks after every pod it takes away or gives back (upstream: criticalPaths). */
export class LeastCount {
  /** How many names have a count. */
  private readonly having = new Map<number, number>()
  private lowest = Number.MAX_SAFE_INTEGER

  constructor(private readonly counts: Map<string, number>) {
    for (const count of counts.values()) this.count(count, 1)
  }

  get size(): number {
    return this.counts.size
  }

  /** The largest number there is when nothing is counted. */
  get least(): number {
    return this.lowest
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0
  }

  add(name: string, by: number): void {
    const before = this.counts.get(name)
    const after = (before ?? 0) + by
    this.counts.set(name, after)
    this.count(after, 1)
    if (before !== undefined) this.count(before, -1)
  }

  private count(value: number, by: 1 | -1): void {
    const names = (this.having.get(value) ?? 0) + by
    if (names > 0) this.having.set(value, names)
    else this.having.delete(value)
    if (value < this.lowest) this.lowest = value
    if (names > 0 || value !== this.lowest) return
    this.lowest = Number.MAX_SAFE_INTEGER
    for (const other of this.having.keys()) if (other < this.lowest) this.lowest = other
  }
}
