// Upstream: k8s.io/client-go/tools/cache, reflector and shared informer (v0.36). Left out: resync, streaming lists, transformers.
import { longAgo, type CauseId, type Millis, type ProcessAgenda } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'
import type { Random } from '../kernel/random.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { RequestOptions, WatchEvent, WatchHandle } from '../api/request.ts'
import type { Resource } from '../api/resources.ts'
import type { Change, Client, Informer } from './component.ts'
import { ObjectCache } from './object-cache.ts'

/** How late an informer sees what was written: at least `base`, up to `base + jitter`. Order is always kept. */
export interface Lag {
  readonly base: Millis
  readonly jitter: Millis
}

export interface InformerOptions {
  readonly name: string
  readonly agenda: ProcessAgenda
  readonly client: Client
  readonly random: Random
  readonly lag: Lag
  readonly resource: Resource
  readonly selectors: Pick<RequestOptions, 'fieldSelector' | 'labelSelector'>
  readonly onSynced: () => void
}

/** reflector.go: NewExponentialBackoffManager(800ms, 30s, 2min, 2.0, 1.0). */
const firstBackOff = 800
const longestBackOff = 30_000
const backOffReset = 120_000

/** So many changes are handed out in one entry of the agenda: when a thousand machines report in one instant, others get their turn in between. */
const mostAtOnce = 100

interface Arrival<T> {
  readonly due: Millis
  /** What was written, or why it was listed: what follows from seeing it follows from that. */
  readonly cause: CauseId
  readonly news: WatchEvent | readonly T[]
  next: Arrival<T> | null
}

type Handler<T> = (change: Change<T>) => void

/** Keeps a cache of one resource by list and watch, as late as its lag says. */
export class Reflector<T extends KubernetesObject> implements Informer<T> {
  synced = false
  readonly lister = new ObjectCache<T>()
  private readonly handlers: Handler<T>[] = []
  /** What the connection has brought and the cache does not show yet, each knowing the next: mostly there is one. */
  private first: Arrival<T> | null = null
  private last: Arrival<T> | null = null
  private delivering = false
  /** What is being applied. There are many of these in a run, so nothing is made for each but what it brings. */
  private news: WatchEvent | null = null
  private readonly applyNews = (): void => this.apply(this.news!)
  private readonly deliverDue = (): void => this.deliver()
  /** A list that is being handed out. */
  private replacing: { readonly cause: CauseId; readonly pieces: Generator<void, void, void> } | null = null
  private lastArrival: Millis = -1
  private lastDue: Millis = longAgo
  private revision = '0'
  private backOff: Millis = firstBackOff
  private lastFailure: Millis = longAgo
  private handle: WatchHandle | null = null
  private readonly options: InformerOptions
  /** Of the entries that bring news; there are too many of them to put it together each time. */
  private readonly label: string

  constructor(options: InformerOptions) {
    this.options = options
    this.label = flatText(`${options.name}: sees ${options.resource}`)
  }

  onChange(handler: Handler<T>): void {
    this.handlers.push(this.synced || this.replacing ? this.latecomer(handler) : handler)
  }

  /** Who comes late is told of what is there, in its own turn, and only then of what has happened since. */
  private latecomer(handler: Handler<T>): Handler<T> {
    const { agenda, name, resource } = this.options
    const untold = this.lister.list().map((object) => ({ cause: agenda.cause, change: { new: object } as Change<T> }))
    let at = 0
    const tell = (): void => {
      for (const end = Math.min(at + mostAtOnce, untold.length); at < end; at += 1) {
        const { cause, change } = untold[at]!
        agenda.because(cause, () => handler(change))
      }
      if (at < untold.length) plan()
    }
    const plan = (): void => void agenda.after(0, `${name}: ${resource} for a new handler`, tell)
    plan()
    return (change) => {
      if (at < untold.length) untold.push({ cause: agenda.cause, change })
      else handler(change)
    }
  }

  addIndex(name: string, valuesOf: (object: T) => readonly string[], keepsValues?: (old: T, object: T) => boolean): void {
    this.lister.addIndex(name, valuesOf, keepsValues)
  }

  /** List, then watch from there. */
  listAndWatch(): void {
    const { client, resource, selectors } = this.options
    const listed = client.list(resource, undefined, { ...selectors, resourceVersion: this.revision })
    if (!listed.ok) {
      // The server may have lost what it had when we last listed: any state will do then.
      if (listed.status.reason === 'Expired' || listed.status.reason === 'Timeout') this.revision = ''
      return this.retry(() => this.listAndWatch())
    }
    const { items, metadata } = listed.value
    this.revision = metadata.resourceVersion
    this.arrive(items as unknown as readonly T[])
    this.watch()
  }

  private watch(): void {
    const { client, resource, selectors } = this.options
    let over = false
    const started = client.watch(resource, undefined, { ...selectors, resourceVersion: this.revision, allowWatchBookmarks: true }, {
      event: (event) => {
        if (over) return
        // The process has ended; nobody told the server.
        if (this.options.agenda.disposed) this.handle?.stop()
        else if (event.type === 'ERROR') {
          over = true
          this.retry(() => this.listAndWatch())
        } else this.received(event)
      },
      closed: () => {
        if (over) return
        over = true
        this.options.agenda.after(0, `${this.options.name}: watch ${resource} again`, () => this.watch())
      },
    })
    if (started.ok) this.handle = started.value
    else if (started.status.reason === 'Unreachable' || started.status.reason === 'TooManyRequests') this.retry(() => this.watch())
    else this.retry(() => this.listAndWatch())
  }

  private received(event: WatchEvent): void {
    this.revision = event.object.metadata.resourceVersion
    if (event.type !== 'BOOKMARK') this.arrive(event)
  }

  /** All that comes in one instant is equally late, and nothing overtakes what came before. */
  private due(): Millis {
    const { agenda, random, lag } = this.options
    if (agenda.now === this.lastArrival) return this.lastDue
    this.lastArrival = agenda.now
    const late = lag.jitter > 0 ? lag.base + random.below(lag.jitter + 1) : lag.base
    return (this.lastDue = Math.max(this.lastDue, agenda.now + late))
  }

  private arrive(news: Arrival<T>['news']): void {
    const due = this.due()
    const arrival: Arrival<T> = { due, cause: this.options.agenda.cause, news, next: null }
    if (this.last) this.last.next = arrival
    else this.first = arrival
    this.last = arrival
    if (!this.delivering) this.planDelivery(due)
  }

  private planDelivery(due: Millis): void {
    this.delivering = true
    this.options.agenda.at(due, this.label, this.deliverDue)
  }

  private deliver(): void {
    const { agenda } = this.options
    this.replacePiece()
    for (let told = 0; !this.replacing && told < mostAtOnce && this.first && this.first.due <= agenda.now; told += 1) {
      const { cause, news, next } = this.first
      this.first = next
      if (!next) this.last = null
      if ('type' in news) {
        this.news = news
        agenda.because(cause, this.applyNews)
      } else {
        this.replacing = { cause, pieces: this.synced ? this.replace(news) : this.fill(news) }
        this.replacePiece()
      }
    }
    this.delivering = false
    if (this.replacing) this.planDelivery(agenda.now)
    else if (this.first) this.planDelivery(Math.max(this.first.due, agenda.now))
  }

  private apply(event: WatchEvent): void {
    const object = event.object as T
    if (event.type === 'DELETED') {
      this.lister.remove(object)
      this.tell({ old: object })
      return
    }
    const old = this.lister.put(object)
    this.tell(old ? { old, new: object } : { new: object })
  }

  private replacePiece(): void {
    const { replacing } = this
    if (replacing && this.options.agenda.because(replacing.cause, () => replacing.pieces.next()).done) this.replacing = null
  }

  /** The first list: nobody relies on the cache before all of it is there. */
  private *fill(listed: readonly T[]): Generator<void, void, void> {
    for (const [at, object] of listed.entries()) {
      if (at > 0 && at % mostAtOnce === 0) yield
      this.lister.put(object)
      this.tell({ new: object })
    }
    this.synced = true
    this.options.onSynced()
  }

  /** Another list: the cache is at once what was listed; the handlers are told piece by piece. */
  private *replace(listed: readonly T[]): Generator<void, void, void> {
    const before = this.lister.list()
    const stays = new Set<T>()
    const changes: Change<T>[] = []
    for (const object of listed) {
      const old = this.lister.put(object)
      if (old) stays.add(old)
      changes.push(old ? { old, new: object } : { new: object })
    }
    for (const old of before) {
      if (stays.has(old)) continue
      this.lister.remove(old)
      changes.push({ old })
    }
    for (const [at, change] of changes.entries()) {
      if (at > 0 && at % mostAtOnce === 0) yield
      this.tell(change)
    }
  }

  private tell(change: Change<T>): void {
    const { handlers } = this
    for (let at = 0; at < handlers.length; at += 1) handlers[at]!(change)
  }

  private retry(again: () => void): void {
    const { agenda, random, name, resource } = this.options
    if (agenda.now - this.lastFailure > backOffReset) this.backOff = firstBackOff
    this.lastFailure = agenda.now
    const delay = this.backOff + random.below(this.backOff + 1)
    this.backOff = Math.min(this.backOff * 2, longestBackOff)
    agenda.after(delay, `${name}: list and watch ${resource} again`, again)
  }
}
