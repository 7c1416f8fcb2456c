import { longAgo, type Millis } from '../kernel/agenda.ts'

/** A call in a quarter of an hour: rates come from strangers' flags, and no wait may be longer than the clock can count. */
const slowest = 0.001

/** client-go's token bucket: `burst` calls at once, then `qps` a second. It knows no clock; each call says when it is. */
export class TokenBucket {
  private tokens: number
  private last: Millis = longAgo
  private readonly qps: number

  constructor(
    qps: number,
    private readonly burst: number,
  ) {
    this.tokens = burst
    this.qps = Math.max(qps, slowest)
  }

  /** Takes a token, on credit if there is none: how long the caller has to wait for it. */
  reserve(now: Millis): Millis {
    this.refill(now)
    this.tokens -= 1
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens * 1000) / this.qps)
  }

  /** Takes a token only if there is one. */
  tryTake(now: Millis): boolean {
    this.refill(now)
    if (this.tokens < 1) return false
    this.tokens -= 1
    return true
  }

  private refill(now: Millis): void {
    this.tokens = tokensAt(now, this.tokens, this.last, this.qps, this.burst)
    this.last = now
  }
}

/** How many tokens a bucket holds that held so many at an earlier time. */
export function tokensAt(now: Millis, tokens: number, since: Millis, qps: number, burst: number): number {
  return Math.min(burst, tokens + ((now - since) * qps) / 1000)
}
