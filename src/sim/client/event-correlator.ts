// Upstream: k8s.io/client-go/tools/record events_cache.go (v0.36).
import type { Millis } from '../kernel/agenda.ts'
import { TokenBucket } from './rate-limiter.ts'

/** An occurrence as a component reports it. */
export interface Occurrence {
  readonly involvedObject: InvolvedObject
  readonly source: { readonly component?: string; readonly host?: string }
  readonly type: string
  readonly reason: string
  readonly message: string
}

/** core/v1 ObjectReference of what an event is about. */
export interface InvolvedObject {
  readonly kind?: string
  readonly namespace?: string
  readonly name?: string
  readonly uid?: string
  readonly apiVersion?: string
  readonly resourceVersion?: string
  readonly fieldPath?: string
}

/** What becomes of an occurrence: a new event, a higher count of one that is there, or nothing. */
export type Correlation =
  | { readonly action: 'create'; readonly message: string; readonly key: string }
  | { readonly action: 'patch'; readonly message: string; readonly key: string; readonly name: string; readonly count: number; readonly first: Millis }
  | { readonly action: 'drop' }

/** More than this many different messages of one kind of event within the interval come out combined. */
export const mostSimilar = 10
export const similarInterval: Millis = 600_000
/** Events of one source about one object: this many at once, then one in five minutes. */
export const spamBurst = 25
export const spamQps = 1 / 300
export const cacheSize = 4096

interface Similar {
  /** Most events have one message: a set of it would weigh more than all the rest. */
  readonly messages: Set<string> | string
  readonly last: Millis
}

interface Observation {
  count: number
  first: Millis
  name: string
}

/** Keeps a component that repeats itself from flooding the API server with events. */
export class EventCorrelator {
  private readonly similar = new RecentMap<Similar>()
  private readonly observed = new RecentMap<Observation>()
  private readonly spam = new RecentMap<TokenBucket>()

  correlate(occurrence: Occurrence, now: Millis): Correlation {
    const about = aboutKey(occurrence)
    const { message, key } = this.aggregate(about, occurrence, now)
    const known = this.observed.get(key)
    const observation = { count: (known?.count ?? 0) + 1, first: known ? known.first : now, name: known?.name ?? '' }
    this.observed.set(key, observation)
    if (!this.passesSpamFilter(about, occurrence.type, now)) return { action: 'drop' }
    if (!known) return { action: 'create', message, key }
    return { action: 'patch', message, key, name: observation.name, count: observation.count, first: observation.first }
  }

  /** The server has the event under this name: later occurrences are counted there. */
  stored({ key }: { readonly key: string }, name: string): void {
    const observation = this.observed.get(key)
    if (observation) observation.name = name
  }

  private aggregate(about: string, occurrence: Occurrence, now: Millis): { readonly message: string; readonly key: string } {
    const { type, reason, message, involvedObject } = occurrence
    const key = [about, type, reason].join('\n')
    const known = this.similar.get(key)
    const messages = known && now - known.last <= similarInterval ? withMessage(known.messages, message) : message
    this.similar.set(key, { messages, last: now })
    if (typeof messages === 'string' || messages.size < mostSimilar) return { message, key: [key, involvedObject.fieldPath ?? '', message].join('\n') }
    // Upstream forgets any of them; here it is the oldest, so that a run can be repeated.
    for (const oldest of messages) {
      messages.delete(oldest)
      break
    }
    return { message: `(combined from similar events): ${message}`, key }
  }

  private passesSpamFilter(about: string, type: string, now: Millis): boolean {
    const key = [about, type].join('\n')
    let bucket = this.spam.get(key)
    if (!bucket) this.spam.set(key, (bucket = new TokenBucket(spamQps, spamBurst)))
    return bucket.tryTake(now)
  }
}

function withMessage(messages: Set<string> | string, message: string): Set<string> | string {
  if (messages === message) return messages
  return typeof messages === 'string' ? new Set([messages, message]) : messages.add(message)
}

/** Joined, because a text that is joined is in one piece: these are kept for long. */
function aboutKey({ source, involvedObject }: Occurrence): string {
  const { kind = '', namespace = '', name = '', uid = '', apiVersion = '' } = involvedObject
  return [source.component ?? '', source.host ?? '', kind, namespace, name, uid, apiVersion].join('\n')
}

/** A map that forgets what was not used for longest (an LRU cache). */
class RecentMap<V> {
  private readonly entries = new Map<string, V>()

  get(key: string): V | undefined {
    const value = this.entries.get(key)
    if (value === undefined) return undefined
    this.entries.delete(key)
    this.entries.set(key, value)
    return value
  }

  set(key: string, value: V): void {
    this.entries.delete(key)
    this.entries.set(key, value)
    if (this.entries.size <= cacheSize) return
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest)
      break
    }
  }
}
