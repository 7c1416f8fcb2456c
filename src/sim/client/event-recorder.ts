// Upstream: k8s.io/client-go/tools/record and tools/events (v0.36). Left out: ends of event series.
import type { Agenda, Millis } from '../kernel/agenda.ts'
import type { Random } from '../kernel/random.ts'
import { objectKey } from '../api/objects.ts'
import type { Result } from '../api/status.ts'
import type { WallClock } from '../api/time.ts'
import type { Client, Draft, EventOptions, EventRecorder, ObjectReferenceSource } from './component.ts'
import { EventCorrelator, type Correlation, type InvolvedObject, type Occurrence } from './event-correlator.ts'

export interface EventRecorderOptions {
  readonly agenda: Agenda
  readonly client: Client
  readonly wall: WallClock
  readonly random: Random
  readonly component: string
  /** The node, for what runs on one. */
  readonly host?: string
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

type EventDraft = Draft<'events'> & { readonly metadata: { readonly name: string; readonly namespace: string } }

interface Series {
  readonly name: string
  count: number
  last: Millis
}

class Recorder implements EventRecorder {
  private readonly correlator = new EventCorrelator()
  private readonly series = new Map<string, Series>()
  /** How many there may be before the ended ones are looked for. */
  private mostSeries = mostQueued
  /** What waits because the server did not answer; the first of them is tried again. */
  private waiting: (() => Result<unknown>)[] = []
  private tries = 0
  private readonly options: EventRecorderOptions

  constructor(options: EventRecorderOptions) {
    this.options = options
  }

  event(about: ObjectReferenceSource, type: 'Normal' | 'Warning', reason: string, message: string, options: EventOptions = {}): void {
    if (options.action !== undefined) return this.recordInSeries(about, type, reason, message, options, options.action)
    const { component, host, agenda } = this.options
    const source = { component, ...(host && { host }) }
    const occurrence = { involvedObject: referenceTo(about, options.fieldPath), source, type, reason, message }
    const correlation = this.correlator.correlate(occurrence, agenda.now)
    if (correlation.action === 'drop') return
    const draft = this.draft(occurrence, occurrence.involvedObject.namespace ?? 'default')
    const time = this.options.wall.time()
    this.send(() => this.record(correlation, draft, time))
  }

  private record(correlation: Exclude<Correlation, { action: 'drop' }>, draft: EventDraft, time: string): Result<unknown> {
    const { client } = this.options
    const { message } = correlation
    const { namespace } = draft.metadata
    if (correlation.action === 'patch' && correlation.name !== '') {
      const { count } = correlation
      const patched = client.patch('events', objectKey(namespace, correlation.name), 'strategic', { count, lastTimestamp: time, message })
      // The event may have ended in the meantime: then it is made again.
      if (patched.ok || patched.status.reason !== 'NotFound') return patched
    }
    const created = client.create('events', { ...draft, message, count: correlation.action === 'patch' ? correlation.count : 1, firstTimestamp: time, lastTimestamp: time })
    if (created.ok) this.correlator.stored(correlation, created.value.metadata.name)
    return created
  }

  /** events.k8s.io/v1: an event that comes again becomes a series; its later occurrences are only counted. */
  private recordInSeries(about: ObjectReferenceSource, type: string, reason: string, message: string, options: EventOptions, action: string): void {
    const { agenda, client, component, host = '' } = this.options
    const involvedObject = referenceTo(about, options.fieldPath)
    const related = options.related && referenceTo(options.related, undefined)
    const key = [type, action, reason, involvedObject.kind, involvedObject.namespace, involvedObject.name, involvedObject.uid, related?.kind, related?.name].join('\n')
    const namespace = involvedObject.namespace ?? 'default'
    const known = this.series.get(key)
    if (known && agenda.now - known.last <= seriesWindow) {
      known.last = agenda.now
      known.count += 1
      if (known.count > 2) return
      const series = { count: 2, lastObservedTime: this.options.wall.microTime() }
      this.send(() => client.patch('events', objectKey(namespace, known.name), 'strategic', { series }))
      return
    }
    const draft = { ...this.draft({ involvedObject, source: {}, type, reason, message }, namespace), eventTime: this.options.wall.microTime(), action, reportingComponent: component, reportingInstance: `${component}-${host}`, ...(related && { related }) }
    const series: Series = { name: draft.metadata.name, count: 1, last: agenda.now }
    this.series.set(key, series)
    if (this.series.size > this.mostSeries) this.forgetEnded()
    this.send(() => client.create('events', draft))
  }

  private forgetEnded(): void {
    for (const [key, { last }] of [...this.series]) if (this.options.agenda.now - last > seriesWindow) this.series.delete(key)
    // Twice what is left: looking through all of them stays rare, however many there are.
    this.mostSeries = Math.max(mostQueued, 2 * this.series.size)
  }

  private draft({ involvedObject, source, type, reason, message }: Occurrence, namespace: string): EventDraft {
    return {
      apiVersion: 'v1', kind: 'Event',
      metadata: { name: `${involvedObject.name ?? ''}.${this.uniqueSuffix()}`, namespace },
      involvedObject, reason, message, type, source, reportingComponent: source.component ?? '', reportingInstance: source.host ?? '',
    }
  }

  /** The nanosecond of the event in hexadecimal. Below a millisecond our clock does not tell; there a draw makes it unique. */
  private uniqueSuffix(): string {
    const { wall, random } = this.options
    return (BigInt(wall.epochMillis) * 1_000_000n + BigInt(random.below(1_000_000))).toString(16)
  }

  private send(write: () => Result<unknown>): void {
    if (this.waiting.length > 0) {
      if (this.waiting.length < mostQueued) this.waiting.push(write)
      return
    }
    const result = write()
    if (result.ok || result.status.reason !== 'Unreachable') return
    this.waiting.push(write)
    this.tries = 1
    this.planRetry()
  }

  private planRetry(): void {
    this.options.agenda.after(retryAfter, `${this.options.component}: events again`, () => this.retry())
  }

  private retry(): void {
    while (this.waiting.length > 0) {
      const result = this.waiting[0]!()
      if (!result.ok && result.status.reason === 'Unreachable') {
        this.tries += 1
        if (this.tries < mostTries) return this.planRetry()
      }
      this.waiting.shift()
      this.tries = 0
    }
  }
}

function referenceTo(about: ObjectReferenceSource, fieldPath: string | undefined): InvolvedObject {
  const { name, namespace, uid, resourceVersion } = about.metadata
  return { kind: about.kind, ...(namespace !== undefined && { namespace }), name, uid, apiVersion: about.apiVersion, resourceVersion, ...(fieldPath && { fieldPath }) }
}
