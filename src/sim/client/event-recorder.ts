// Upstream: k8s.io/client-go/tools/record and tools/events (v0.36). Left out: ends of event series.
import type { Agenda, Millis } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'
import { RollingHash } from '../kernel/hash.ts'
import { hexOfWords } from '../kernel/hex.ts'
import type { Random } from '../kernel/random.ts'
import type { Event } from '../api/generated/types.ts'
import { objectKey } from '../api/objects.ts'
import { Composed } from '../api/request.ts'
import { structOf } from '../api/schema/go-type.ts'
import type { Result } from '../api/status.ts'
import { formatTime, type EpochMillis, type WallClock } from '../api/time.ts'
import type { Client, EventOptions, EventRecorder, ObjectReferenceSource } from './component.ts'
import { drawLimit, EventCorrelator, similarInterval, type Correlation, type InvolvedObject, type Occurrence } from './event-correlator.ts'
import { TokenBucket } from './rate-limiter.ts'
import { RecentTable } from './recent-table.ts'

export interface EventRecorderOptions {
  readonly agenda: Agenda
  readonly client: Client
  readonly wall: WallClock
  readonly random: Random
  readonly component: string
  /** The node, for what runs on one. */
  readonly host?: string
  /** Of its client: so many requests a second in the long run, and so many at once; absent: no limit. */
  readonly limit?: EventLimit
}

/** The kubelet's eventRecordQPS and eventBurst; no limit when `qps` is 0. */
export interface EventLimit {
  readonly qps: number
  readonly burst: number
}

/** recordEvent's sleepDuration and maxTriesPerEvent. */
export const retryAfter: Millis = 10_000
export const mostTries = 12
/** maxQueuedEvents. */
const mostQueued = 1000
/** tools/events finishTime: an event that comes again within this time is the same event. */
const seriesWindow: Millis = 6 * 60_000

/** Records what happened to an object as Event objects. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options)
}

const noSource = Object.freeze({})

type Emitted = Exclude<Correlation, { readonly action: 'drop' }>

/** What is known of an event series, by column. */
const [last, count, first, draw] = [0, 1, 2, 3]

class Recorder implements EventRecorder {
  private readonly correlator = new EventCorrelator()
  private readonly series = new RecentTable(4, Infinity)
  private willForget = false
  /** What waits, in its order: the first of them because the client's limit is used up, or because the server did not answer. */
  private waiting: Sending[] = []
  private tries = 0
  private readonly bucket: TokenBucket | null
  /** One for all events: the server keeps what is frozen as it is. */
  private readonly source: Occurrence['source']
  /** Who reports events of series. */
  private readonly instance: string
  /** What was last spoken of, and how events refer to it. */
  private spokenOf: { readonly metadata: unknown; readonly reference: InvolvedObject } = { metadata: null, reference: {} }
  private readonly options: EventRecorderOptions

  constructor(options: EventRecorderOptions) {
    this.options = options
    const { component, host = '', limit } = options
    this.bucket = limit && limit.qps > 0 ? new TokenBucket(limit.qps, limit.burst) : null
    this.source = Object.freeze(host ? { component, host } : { component })
    this.instance = flatText(`${component}-${host}`)
  }

  event(about: ObjectReferenceSource, type: 'Normal' | 'Warning', reason: string, message: string, options: EventOptions = {}): void {
    this.planForgetting()
    if (options.action !== undefined) return this.recordInSeries(about, type, reason, message, options, options.action)
    const { wall, random } = this.options
    const occurrence = { involvedObject: this.referenceTo(about, options.fieldPath), source: this.source, type, reason, message }
    const correlation = this.correlator.correlate(occurrence, wall.epochMillis, random.below(drawLimit))
    if (correlation.action === 'drop') return
    const time = wall.time()
    this.send(() => this.record(correlation, occurrence, time))
  }

  private record(correlation: Emitted, { involvedObject, source, type, reason }: Occurrence, time: string): Result<unknown> {
    const { client } = this.options
    const { message } = correlation
    const metadata = placeOf(involvedObject, correlation.first, correlation.draw)
    if (correlation.action === 'patch') {
      const patched = client.patch('events', objectKey(metadata.namespace, metadata.name), 'strategic', { count: correlation.count, lastTimestamp: time, message })
      // The event may have ended in the meantime: then it is made again.
      if (patched.ok || patched.status.reason !== 'NotFound') return patched
    }
    const event = blankEvent(metadata, involvedObject, reason, message, source)
    event.firstTimestamp = formatTime(correlation.first)
    event.lastTimestamp = time
    event.count = correlation.count
    event.type = type
    event.eventTime = null
    event.reportingComponent = source.component ?? ''
    event.reportingInstance = source.host ?? ''
    return client.create('events', new Composed(event as Event))
  }

  /** events.k8s.io/v1: an event that comes again becomes a series; its later occurrences are only counted. */
  private recordInSeries(about: ObjectReferenceSource, type: string, reason: string, message: string, options: EventOptions, action: string): void {
    const { client, component, wall, random } = this.options
    const involvedObject = this.referenceTo(about, options.fieldPath)
    const related = options.related && referenceTo(options.related, undefined)
    const key = seriesKey(type, action, reason, involvedObject, related)
    const now = wall.epochMillis
    const known = this.series.find(key)
    if (known >= 0 && now - this.series.get(known, last) <= seriesWindow) return this.countInSeries(known, now, involvedObject)
    const metadata = this.addSeries(known >= 0 ? known : this.series.add(key), now, random.below(drawLimit), involvedObject)
    const eventTime = wall.microTime()
    this.send(() => {
      const event = blankEvent(metadata, involvedObject, reason, message, noSource)
      event.firstTimestamp = null
      event.lastTimestamp = null
      event.type = type
      event.eventTime = eventTime
      event.action = action
      if (related) event.related = related
      event.reportingComponent = component
      event.reportingInstance = this.instance
      return client.create('events', new Composed(event as Event))
    })
  }

  /** Events about one object often come together: they share what they say of it. */
  private referenceTo(about: ObjectReferenceSource, fieldPath: string | undefined): InvolvedObject {
    const { metadata, reference } = this.spokenOf
    if (metadata === about.metadata && reference.fieldPath === fieldPath) return reference
    this.spokenOf = { metadata: about.metadata, reference: referenceTo(about, fieldPath) }
    return this.spokenOf.reference
  }

  private addSeries(row: number, now: EpochMillis, drawn: number, involvedObject: InvolvedObject): Place {
    this.series.set(row, last, now)
    this.series.set(row, count, 1)
    this.series.set(row, first, now)
    this.series.set(row, draw, drawn)
    return placeOf(involvedObject, now, drawn)
  }

  private countInSeries(row: number, now: EpochMillis, involvedObject: InvolvedObject): void {
    const counted = this.series.get(row, count) + 1
    this.series.set(row, last, now)
    this.series.set(row, count, counted)
    if (counted > 2) return
    const { namespace, name } = placeOf(involvedObject, this.series.get(row, first), this.series.get(row, draw))
    const series = { count: 2, lastObservedTime: this.options.wall.microTime() }
    this.send(() => this.options.client.patch('events', objectKey(namespace, name), 'strategic', { series }))
  }

  /** What was said is remembered for as long as it matters to what is said next. */
  private planForgetting(): void {
    if (this.willForget) return
    this.willForget = true
    const { agenda, component } = this.options
    agenda.because(0, () => agenda.after(similarInterval + 1, `${component}: forgets what it told`, () => this.forget()))
  }

  private forget(): void {
    this.willForget = false
    const now = this.options.wall.epochMillis
    this.correlator.forgetExpired(now)
    this.series.forget((row) => now - this.series.get(row, last) > seriesWindow)
    if (this.correlator.expires || this.series.size > 0) this.planForgetting()
  }

  private send(write: Sending): void {
    if (this.waiting.length > 0) {
      if (this.waiting.length < mostQueued) this.waiting.push(write)
      return
    }
    const wait = this.bucket?.reserve(this.options.agenda.now) ?? 0
    if (wait === 0 && this.isAnswered(write)) return
    this.waiting.push(write)
    this.tries = wait === 0 ? 1 : 0
    this.plan(wait === 0 ? retryAfter : wait)
  }

  private isAnswered(write: Sending): boolean {
    const result = write()
    return result.ok || result.status.reason !== 'Unreachable'
  }

  private plan(wait: Millis): void {
    this.options.agenda.after(wait, `${this.options.component}: events again`, () => this.goOn())
  }

  /** The first that waits has a place within the limit; each one after it takes its own. */
  private goOn(): void {
    while (this.waiting.length > 0) {
      if (!this.isAnswered(this.waiting[0]!)) {
        this.tries += 1
        if (this.tries < mostTries) return this.plan(retryAfter)
      }
      this.waiting.shift()
      this.tries = 0
      const wait = this.waiting.length === 0 ? 0 : (this.bucket?.reserve(this.options.agenda.now) ?? 0)
      if (wait > 0) return this.plan(wait)
    }
  }
}

/** One write of an event. */
type Sending = () => Result<unknown>

/** In Go's order, without what is empty. */
function referenceTo({ apiVersion, kind, metadata }: ObjectReferenceSource, fieldPath: string | undefined): InvolvedObject {
  const { name, namespace, uid, resourceVersion } = metadata
  // Not spread together: frozen, each of these would have a shape of its own.
  if (namespace && name && uid && resourceVersion) return Object.freeze(fieldPath ? { kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath } : { kind, namespace, name, uid, apiVersion, resourceVersion })
  const given = Object.entries({ kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath }).filter(([, value]) => value)
  return Object.freeze(Object.fromEntries(given))
}

/** An event that is being made. Times that are not there Go prints as null. */
type Draft = { -readonly [K in keyof Event]?: Event[K] | null }

/** What all events have, in Go's order and on a blank: what comes of it is stored as it is. */
function blankEvent(metadata: Place, involvedObject: InvolvedObject, reason: string, message: string | undefined, source: Occurrence['source']): Draft {
  const event = structOf('Event').blank() as Draft
  event.apiVersion = 'v1'
  event.kind = 'Event'
  event.metadata = metadata as Event['metadata']
  event.involvedObject = involvedObject
  event.reason = reason
  if (message) event.message = flatText(message)
  event.source = source
  return event
}

interface Place {
  readonly name: string
  readonly namespace: string
}

/** An event is called after its object and the nanosecond of its first occurrence. Below a millisecond our clock does not tell; there a draw makes it unique. */
function placeOf({ name = '', namespace = 'default' }: InvolvedObject, occurred: EpochMillis, drawn: number): Place {
  return { name: eventName(name, occurred, drawn), namespace }
}

/** What an event about an object is called: the object's name and when it was, in nanoseconds (GenerateEventName). */
export function eventName(about: string, millis: EpochMillis, nanoseconds: number): string {
  return `${about}.${hexNanoseconds(millis, nanoseconds)}`
}

/** In hexadecimal; in parts, because nanoseconds since 1970 are too many for a number: the lowest 16 bits, and what is above them. */
function hexNanoseconds(millis: EpochMillis, nanoseconds: number): string {
  const lower = (millis % 0x10000) * 1_000_000 + nanoseconds
  const upper = Math.floor(millis / 0x10000) * 1_000_000 + Math.floor(lower / 0x10000)
  return hexOfWords(Math.floor(upper / 0x10000), (upper % 0x10000) * 0x10000 + (lower % 0x10000))
}

function seriesKey(type: string, action: string, reason: string, about: InvolvedObject, related: InvolvedObject | undefined): number {
  const hash = new RollingHash()
  hash.addText(type)
  hash.addText(action)
  hash.addText(reason)
  hash.addText(about.kind ?? '')
  hash.addText(about.namespace ?? '')
  hash.addText(about.name ?? '')
  hash.addText(about.uid ?? '')
  hash.addText(related?.kind ?? '')
  hash.addText(related?.name ?? '')
  return hash.number
}
