import type { CauseId, Millis } from './agenda.ts'
import { RollingHash } from './hash.ts'

/** One thing that happened: a write, a decision, a fault, a person's command. */
export interface TraceEntry {
  /** Its place in the story, from 1 on. */
  readonly id: CauseId
  readonly at: Millis
  /** The entry that led to it; 0: none did, it lies in the start of the run or in a person. */
  readonly cause: CauseId
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

/** What is told of an entry; when and why it happened the trace knows. */
export type Told = Omit<TraceEntry, 'id' | 'at' | 'cause'>

/** Where the trace learns when and because of what something happens: the timeline. */
export interface Moment {
  readonly now: Millis
  readonly cause: CauseId
  readonly occasion: CauseId
  decided(decision: CauseId): void
}

/** The story of a run, bounded in length, and its rolling hash over all of it. */
export class Trace {
  private readonly hash = new RollingHash()
  private entries: TraceEntry[] = []
  private dropped = 0
  private readonly moment: Moment
  private readonly limit: number

  constructor(moment: Moment, limit = 8_000) {
    this.moment = moment
    this.limit = limit
  }

  /** Adds to the hash what is too frequent and too dull to be kept: a lease was renewed. */
  count({ author, what, revision }: Told): void {
    this.hash.addNumber(this.moment.now)
    this.hash.addText(author)
    this.hash.addText(what)
    if (revision !== undefined) this.hash.addNumber(revision)
  }

  /** Answers the id of the entry. What follows a decision in the same turn has it as its cause. */
  add(told: Told): CauseId {
    this.count(told)
    const id = this.end + 1
    const { now, cause, occasion } = this.moment
    const isDecision = told.kind === 'decision'
    this.entries.push({ id, at: now, cause: isDecision ? occasion : cause, ...told })
    if (isDecision) this.moment.decided(id)
    if (this.entries.length >= 1.25 * this.limit) {
      this.dropped += this.entries.length - this.limit
      this.entries = this.entries.slice(-this.limit)
    }
    return id
  }

  /** Undefined when it is not kept any more. */
  entry(id: CauseId): TraceEntry | undefined {
    return this.entries[id - 1 - this.dropped]
  }

  /** The entry of the write that had this revision; 0 when it is not kept any more, or never was. */
  writeAt(revision: number): CauseId {
    const entry = this.entries.findLast((each) => each.revision !== undefined && each.revision <= revision)
    return entry?.revision === revision ? entry.id : 0
  }

  /** The id of the newest entry; pass it to `since` later. */
  get end(): CauseId {
    return this.dropped + this.entries.length
  }

  /** What was added after an entry (as far as it is kept). */
  since(id: CauseId): readonly TraceEntry[] {
    return this.entries.slice(Math.max(0, id - this.dropped))
  }

  get digest(): string {
    return this.hash.digest
  }
}
