import type { Millis } from '../../kernel/agenda.ts'

/** The lost nodes of one zone, waiting for their NoExecute taint: one at a time, as fast as the zone's rate allows (a bucket of one token). */
export class TaintQueue {
  private readonly waiting = new Set<string>()
  /** Also those already tainted: they are not taken up again before `remove`. */
  private readonly members = new Set<string>()
  private tokenAt: Millis = Number.NEGATIVE_INFINITY
  private rate: number

  constructor(rate: number) {
    this.rate = rate
  }

  add(node: string): void {
    if (this.members.has(node)) return
    this.members.add(node)
    this.waiting.add(node)
  }

  /** Takes a node up that has not got its taint, or lost it again; if it waits already it keeps its turn. */
  readmit(node: string): void {
    this.members.add(node)
    this.waiting.add(node)
  }

  remove(node: string): void {
    this.members.delete(node)
    this.waiting.delete(node)
  }

  /** When the next node may be tainted; null while nobody waits or nobody may be. */
  nextAt(now: Millis): Millis | null {
    return this.waiting.size > 0 && this.rate > 0 ? Math.max(now, this.tokenAt) : null
  }

  /** Tries `taint` on as many as the rate allows; who could not be tainted waits on, at the end. Every try takes a token. */
  attempt(now: Millis, taint: (node: string) => boolean): void {
    for (const node of this.waiting) {
      if (!this.takeToken(now)) return
      this.waiting.delete(node)
      if (!taint(node)) this.waiting.add(node)
    }
  }

  /** A fresh bucket is full, unless the old one was empty: a change of rate is no reason to taint one more. */
  setRate(now: Millis, rate: number): void {
    if (rate === this.rate) return
    const wasEmpty = this.rate <= 0 || now < this.tokenAt
    this.rate = rate
    if (rate > 0) this.tokenAt = wasEmpty ? now + this.period : now
  }

  private takeToken(now: Millis): boolean {
    if (this.rate <= 0 || now < this.tokenAt) return false
    this.tokenAt = now + this.period
    return true
  }

  private get period(): Millis {
    return Math.ceil(1_000 / this.rate - 1e-6)
  }
}
