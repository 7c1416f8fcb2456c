import type { CauseId, EntryId, Millis, Planned, ProcessAgenda, Timeline } from './agenda.ts'

/** One process' slice of the timeline. */
export class Fork implements ProcessAgenda {
  disposed = false
  private frozen = false
  /** What fell due while it was frozen, in that order; null, as most processes never are. */
  private held: Map<EntryId, Planned> | null = null
  /** Entries that were held back and planned again, by the id their owner knows. */
  private again: Map<EntryId, EntryId> | null = null
  private readonly parent: Timeline
  readonly name: string

  constructor(parent: Timeline, name: string) {
    this.parent = parent
    this.name = name
  }

  get now(): Millis {
    return this.parent.now
  }

  get cause(): CauseId {
    return this.parent.cause
  }

  because<T>(cause: CauseId, run: () => T): T {
    return this.parent.because(cause, run)
  }

  at(due: Millis, label: string, run: () => void): EntryId {
    return this.disposed ? 0 : this.parent.plan(due, label, run, this)
  }

  after(delay: Millis, label: string, run: () => void): EntryId {
    return this.at(this.parent.now + delay, label, run)
  }

  cancel(entry: EntryId): void {
    let newest = entry
    for (let next = this.again?.get(newest); next !== undefined; next = this.again?.get(newest)) {
      this.again?.delete(newest)
      newest = next
    }
    this.parent.cancel(newest)
    this.held?.delete(newest)
  }

  fork(name: string): ProcessAgenda {
    return this.parent.fork(name)
  }

  dispose(): void {
    this.disposed = true
    this.held = null
    this.again = null
  }

  freeze(): void {
    this.frozen = true
  }

  thaw(): void {
    this.frozen = false
    const { held } = this
    if (!held) return
    this.held = null
    const again = (this.again ??= new Map())
    for (const [entry, { label, run, cause }] of held) {
      this.because(cause, () => again.set(entry, this.after(0, label, () => {
        again.delete(entry)
        run()
      })))
    }
  }

  /** True when the process cannot run this now: it is dead, or frozen and keeps it for later. */
  holdsBack(entry: EntryId, planned: Planned): boolean {
    if (!this.disposed && !this.frozen) return false
    if (!this.disposed) (this.held ??= new Map()).set(entry, planned)
    return true
  }
}
