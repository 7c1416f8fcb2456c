import type { Agenda, CauseId, EntryId, Millis } from '../kernel/agenda.ts'
import { StatusError } from '../api/status.ts'
import { TokenBucket } from './rate-limiter.ts'
import { nextSteps, type Steps } from './steps.ts'

/** When a key comes back: when something about it changes, or after a while at the latest. */
export type Requeue = 'whenChanged' | { readonly after: Millis }

export interface WorkQueueOptions {
  /** How many keys are worked on at once; upstream's --concurrent-…-syncs. */
  readonly workers?: number
  /** How long one reconcile takes when it writes nothing. */
  readonly cost?: Millis
  /** The client whose rate limit and latency keep a worker busy. */
  readonly client?: { readonly busyUntil: Millis }
  readonly baseDelay?: Millis
  readonly maxDelay?: Millis
  /** After so many failures in a row a key waits for its next change; without it, it is retried for ever. */
  readonly maxRetries?: number
}

/** BucketRateLimiter of DefaultTypedControllerRateLimiter. */
const retryQps = 10
const retryBurst = 100

/**
 * client-go's rate-limited work queue with its workers: a key is worked on by one worker at a time, added meanwhile it comes once more,
 * and a reconcile that fails with a Status is retried after 5 ms, doubling up to 1000 s; whatever the key, not more than 100 at once and then
 * ten a second (DefaultTypedControllerRateLimiter). What it
 * does is done because of what made the key dirty first. The key of a long reconcile stays with its worker until the last step is done.
 */
export class WorkQueue {
  private readonly queue: string[] = []
  /** What was to be done, and what made it so first. */
  private readonly dirty = new Map<string, CauseId>()
  private readonly processing = new Set<string>()
  private readonly failures = new Map<string, number>()
  private readonly waiting = new Map<string, { due: Millis; entry: EntryId }>()
  /** How fast keys are retried over all; null: none was yet. */
  private retries: TokenBucket | null = null
  private idleWorkers: number
  private started = true

  constructor(
    private readonly agenda: Agenda,
    private readonly name: string,
    private readonly reconcile: (key: string) => Requeue | Steps<Requeue>,
    private readonly options: WorkQueueOptions = {},
  ) {
    this.idleWorkers = options.workers ?? 1
  }

  /** Keys that wait or are worked on. */
  get length(): number {
    return this.dirty.size + this.processing.size
  }

  /** Holds the workers back until `resume`: a controller does not reconcile before its caches have synced. */
  pause(): void {
    this.started = false
  }

  resume(): void {
    this.started = true
    this.wakeWorkers()
  }

  add(key: string): void {
    if (this.dirty.has(key)) return
    this.dirty.set(key, this.agenda.cause)
    if (this.processing.has(key)) return
    this.queue.push(key)
    this.wakeWorkers()
  }

  addAfter(key: string, delay: Millis): void {
    if (delay <= 0) return this.add(key)
    const due = this.agenda.now + delay
    const waiting = this.waiting.get(key)
    if (waiting && waiting.due <= due) return
    if (waiting) this.agenda.cancel(waiting.entry)
    const entry = this.agenda.at(due, `${this.name}: ${key} is due`, () => {
      this.waiting.delete(key)
      this.add(key)
    })
    this.waiting.set(key, { due, entry })
  }

  addRateLimited(key: string): void {
    const failures = this.failures.get(key) ?? 0
    this.failures.set(key, failures + 1)
    this.retries ??= new TokenBucket(retryQps, retryBurst)
    this.addAfter(key, Math.max(this.backOff(failures), this.retries.reserve(this.agenda.now)))
  }

  forget(key: string): void {
    this.failures.delete(key)
  }

  private retry(key: string): void {
    if ((this.failures.get(key) ?? 0) < (this.options.maxRetries ?? Infinity)) this.addRateLimited(key)
    else this.forget(key)
  }

  private backOff(failures: number): Millis {
    const maxDelay = this.options.maxDelay ?? 1_000_000
    let delay = this.options.baseDelay ?? 5
    for (let doubled = 0; doubled < failures && delay < maxDelay; doubled += 1) delay *= 2
    return Math.min(delay, maxDelay)
  }

  private wakeWorkers(): void {
    while (this.started && this.idleWorkers > 0 && this.queue.length > 0) {
      this.idleWorkers -= 1
      const key = this.queue.shift()!
      const cause = this.dirty.get(key) ?? this.agenda.cause
      this.dirty.delete(key)
      this.processing.add(key)
      // Not because of who has made a worker free.
      this.agenda.because(cause, () => this.agenda.after(0, `${this.name}: ${key}`, () => this.work(key)))
    }
  }

  private work(key: string, begun?: Steps<Requeue>): void {
    const requeue = this.attempt(key, begun)
    if (areSteps(requeue)) {
      this.agenda.after(0, `${this.name}: goes on with ${key}`, () => this.work(key, requeue))
      return
    }
    const free = this.agenda.now + (this.options.cost ?? 1)
    const done = Math.max(free, this.options.client?.busyUntil ?? free)
    this.agenda.at(done, `${this.name}: done with ${key}`, () => {
      this.processing.delete(key)
      this.idleWorkers += 1
      if (requeue === 'failed') this.retry(key)
      else if (requeue !== 'whenChanged') this.addAfter(key, requeue.after)
      if (this.dirty.has(key)) this.queue.push(key)
      this.wakeWorkers()
    })
  }

  /** The one place where a StatusError is caught. Steps: there is more to do. */
  private attempt(key: string, begun?: Steps<Requeue>): Requeue | Steps<Requeue> | 'failed' {
    try {
      const requeue = begun ?? this.reconcile(key)
      const steps = areSteps(requeue) ? nextSteps(requeue) : { done: true as const, value: requeue }
      if (!steps.done) return requeue
      this.forget(key)
      return steps.value
    } catch (error) {
      if (error instanceof StatusError) return 'failed'
      throw error
    }
  }
}

function areSteps(requeue: Requeue | Steps<Requeue> | 'failed'): requeue is Steps<Requeue> {
  return typeof requeue === 'object' && 'next' in requeue
}
