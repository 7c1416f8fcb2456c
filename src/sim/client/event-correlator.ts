// Upstream: k8s.io/client-go/tools/record events_cache.go (v0.36).
import type { Millis } from '../kernel/agenda.ts'
import { RollingHash } from '../kernel/hash.ts'
import { tokensAt } from './rate-limiter.ts'
import { RecentTable } from './recent-table.ts'

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

/** What becomes of an occurrence: a new event, a higher count of one that is there, or nothing. `first` and `draw` are those of its first occurrence. */
export type Correlation =
  | { readonly action: 'create' | 'patch'; readonly message: string; readonly count: number; readonly first: Millis; readonly draw: number }
  | { readonly action: 'drop' }

/** More than this many different messages of one kind of event within the interval come out combined. */
export const mostSimilar = 10
export const similarInterval: Millis = 600_000
/** Events of one source about one object: this many at once, then one in five minutes. */
export const spamBurst = 25
export const spamQps = 1 / 300
export const cacheSize = 4096

/** Below which draws must be: they share a number with a count. */
export const drawLimit = 1_000_000

/** What the tables hold, by column. */
const [last, onlyMessage] = [0, 1]
const [first, countAndDraw] = [0, 1]
const [tokens, takenAt] = [0, 1]

/** Keeps a component that repeats itself from flooding the API server with events. It keeps numbers only: hashes stand for the keys and messages. */
export class EventCorrelator {
  private readonly similar = new RecentTable(2, cacheSize)
  /** The messages of the few kinds of events that have more than one. */
  private readonly several = new Map<number, Set<number>>()
  private readonly observed = new RecentTable(2, cacheSize)
  private readonly spam = new RecentTable(2, cacheSize)
  private subject: (Pick<Occurrence, 'involvedObject' | 'source'> & { readonly hash: RollingHash }) | null = null

  /** `draw` is the caller's, to name the event by if it is a new one. */
  correlate(occurrence: Occurrence, now: Millis, draw: number): Correlation {
    const { type, reason, message, involvedObject } = occurrence
    const key = this.subjectOf(occurrence)
    key.addText(type)
    const talker = key.number
    key.addText(reason)
    const kind = key.number
    const said = numberOf(message)
    const isOneOfMany = this.aggregate(kind, said, now)
    key.addText(involvedObject.fieldPath ?? '')
    key.addNumber(said)
    const { count, first: firstAt, draw: drawn } = this.observe(isOneOfMany ? kind : key.number, now, draw)
    if (!this.passesSpamFilter(talker, now)) return { action: 'drop' }
    return { action: count === 1 ? 'create' : 'patch', message: isOneOfMany ? `(combined from similar events): ${message}` : message, count, first: firstAt, draw: drawn }
  }

  /** Forgets what makes no difference any more: what is as if it had never been. */
  forgetExpired(now: Millis): void {
    this.similar.forget((row) => now - this.similar.get(row, last) > similarInterval)
    for (const key of this.several.keys()) if (!this.similar.has(key)) this.several.delete(key)
    this.spam.forget((row) => this.tokensIn(row, now) === spamBurst)
  }

  /** The hash of what is spoken of, for more to be added to. What comes together is often about one object. */
  private subjectOf(occurrence: Occurrence): RollingHash {
    const { involvedObject, source } = occurrence
    if (this.subject?.involvedObject !== involvedObject || this.subject.source !== source) {
      const hash = new RollingHash()
      addSubject(hash, occurrence)
      this.subject = { involvedObject, source, hash }
    }
    return this.subject.hash.copy()
  }

  /** Whether there is anything that will expire. */
  get expires(): boolean {
    return this.similar.size + this.spam.size > 0
  }

  /** Whether the message is one of so many of its kind that they come out combined. */
  private aggregate(kind: number, message: number, now: Millis): boolean {
    const known = this.similar.find(kind)
    const row = known < 0 ? this.similar.add(kind) : known
    const isFirst = known < 0 || now - this.similar.get(row, last) > similarInterval
    this.similar.set(row, last, now)
    if (isFirst) {
      this.similar.set(row, onlyMessage, message)
      this.several.delete(kind)
      return false
    }
    const messages = this.messagesOf(kind, this.similar.get(row, onlyMessage), message)
    if (!messages || messages.size < mostSimilar) return false
    // Upstream forgets any of them; here it is the oldest, so that a run can be repeated.
    for (const oldest of messages) {
      messages.delete(oldest)
      break
    }
    return true
  }

  private messagesOf(kind: number, only: number, message: number): Set<number> | undefined {
    const messages = this.several.get(kind)
    if (messages) return messages.add(message)
    if (message !== only) this.several.set(kind, new Set([only, message]))
    return undefined
  }

  private observe(key: number, now: Millis, draw: number): { readonly count: number; readonly first: Millis; readonly draw: number } {
    const known = this.observed.find(key)
    if (known < 0) {
      const row = this.observed.add(key)
      this.observed.set(row, first, now)
      this.observed.set(row, countAndDraw, drawLimit + draw)
      return { count: 1, first: now, draw }
    }
    const before = this.observed.get(known, countAndDraw)
    this.observed.set(known, countAndDraw, before + drawLimit)
    return { count: Math.floor(before / drawLimit) + 1, first: this.observed.get(known, first), draw: before % drawLimit }
  }

  private passesSpamFilter(talker: number, now: Millis): boolean {
    const known = this.spam.find(talker)
    const row = known < 0 ? this.spam.add(talker) : known
    const there = known < 0 ? spamBurst : this.tokensIn(row, now)
    this.spam.set(row, takenAt, now)
    this.spam.set(row, tokens, there < 1 ? there : there - 1)
    return there >= 1
  }

  private tokensIn(row: number, now: Millis): number {
    return tokensAt(now, this.spam.get(row, tokens), this.spam.get(row, takenAt), spamQps, spamBurst)
  }
}

function addSubject(hash: RollingHash, { source, involvedObject }: Occurrence): void {
  hash.addText(source.component ?? '')
  hash.addText(source.host ?? '')
  hash.addText(involvedObject.kind ?? '')
  hash.addText(involvedObject.namespace ?? '')
  hash.addText(involvedObject.name ?? '')
  hash.addText(involvedObject.uid ?? '')
  hash.addText(involvedObject.apiVersion ?? '')
}

function numberOf(text: string): number {
  const hash = new RollingHash()
  hash.addText(text)
  return hash.number
}
