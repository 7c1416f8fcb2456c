import type { EntryId, Millis } from './agenda.ts'
import { RollingHash } from './hash.ts'

/** One thing that happened: a write, a decision, a fault, a person's command. */
export interface TraceEntry {
  readonly at: Millis
  /** The agenda entry during which it happened, and what that one was for. */
  readonly entry: EntryId
  readonly kind: 'write' | 'decision' | 'fault' | 'command' | 'process'
  /** Who: "kube-scheduler", "kubelet/worker-1", "user". */
  readonly author: string
  /** What, in one line: "create pods default/web-1". */
  readonly what: string
  /** The thing it is about, `resource/namespace/name`, where there is one. */
  readonly about?: string
  readonly revision?: number
  /** What was decided and from what: the plan behind a write, the scheduler's table. Never part of the hash. */
  readonly detail?: unknown
}

/** The story of a run, bounded in length, and its rolling hash over all of it. */
export class Trace {
  private readonly hash = new RollingHash()
  private entries: TraceEntry[] = []
  private dropped = 0
  private readonly limit: number

  constructor(limit = 8_000) {
    this.limit = limit
  }

  /** Adds to the hash what is too frequent and too dull to be kept: a lease was renewed. */
  count(entry: TraceEntry): void {
    this.hash.addNumber(entry.at)
    this.hash.addText(entry.author)
    this.hash.addText(entry.what)
    if (entry.revision !== undefined) this.hash.addNumber(entry.revision)
  }

  add(entry: TraceEntry): void {
    this.count(entry)
    this.entries.push(entry)
    if (this.entries.length >= 1.25 * this.limit) {
      this.dropped += this.entries.length - this.limit
      this.entries = this.entries.slice(-this.limit)
    }
  }

  /** Position after the newest entry; pass it to `since` later. */
  get end(): number {
    return this.dropped + this.entries.length
  }

  /** What was added since a position (as far as it is kept). */
  since(position: number): readonly TraceEntry[] {
    return this.entries.slice(Math.max(0, position - this.dropped))
  }

  get digest(): string {
    return this.hash.digest
  }
}
