// Upstream: k8s.io/client-go/tools/cache, reflector and shared informer (v0.36). Left out: resync, streaming lists, transformers.
import type { Millis, ProcessAgenda } from '../kernel/agenda.ts'
import type { Random } from '../kernel/random.ts'
import { keyOf, type KubernetesObject } from '../api/objects.ts'
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

/** So many arrivals are handed out in one entry of the agenda: when a thousand machines report in one instant, others get their turn in between. */
const mostAtOnce = 100

type Arrival<T> = { readonly due: Millis; readonly event: WatchEvent } | { readonly due: Millis; readonly listed: readonly T[] }

/** Keeps a cache of one resource by list and watch, as late as its lag says. */
export class Reflector<T extends KubernetesObject> implements Informer<T> {
  synced = false
  readonly lister = new ObjectCache<T>()
  private readonly handlers: ((change: Change<T>) => void)[] = []
  /** What the connection has brought and the cache does not show yet. */
  private arrivals: Arrival<T>[] = []
  private delivering = false
  private lastArrival: Millis = -1
  private lastDue: Millis = Number.NEGATIVE_INFINITY
  private revision = '0'
  private backOff: Millis = firstBackOff
  private lastFailure: Millis = Number.NEGATIVE_INFINITY
  private handle: WatchHandle | null = null
  private readonly options: InformerOptions

  constructor(options: InformerOptions) {
    this.options = options
  }

  onChange(handler: (change: Change<T>) => void): void {
    this.handlers.push(handler)
    if (!this.synced) return
    // Who comes late is told of what is there, in its own turn.
    this.options.agenda.after(0, `${this.options.name}: ${this.options.resource} for a new handler`, () => {
      for (const object of this.lister.list()) handler({ new: object })
    })
  }

  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    this.lister.addIndex(name, valuesOf)
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
    this.arrive({ due: this.due(), listed: items as unknown as readonly T[] })
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
    if (event.type !== 'BOOKMARK') this.arrive({ due: this.due(), event })
  }

  /** All that comes in one instant is equally late, and nothing overtakes what came before. */
  private due(): Millis {
    const { agenda, random, lag } = this.options
    if (agenda.now === this.lastArrival) return this.lastDue
    this.lastArrival = agenda.now
    const late = lag.jitter > 0 ? lag.base + random.below(lag.jitter + 1) : lag.base
    return (this.lastDue = Math.max(this.lastDue, agenda.now + late))
  }

  private arrive(arrival: Arrival<T>): void {
    this.arrivals.push(arrival)
    if (!this.delivering) this.planDelivery(arrival.due)
  }

  private planDelivery(due: Millis): void {
    this.delivering = true
    this.options.agenda.at(due, `${this.options.name}: sees ${this.options.resource}`, () => this.deliver())
  }

  private deliver(): void {
    const { now } = this.options.agenda
    let at = 0
    for (; at < mostAtOnce && at < this.arrivals.length && this.arrivals[at]!.due <= now; at += 1) {
      const arrival = this.arrivals[at]!
      if ('listed' in arrival) this.replace(arrival.listed)
      else this.apply(arrival.event)
    }
    this.arrivals = at === this.arrivals.length ? [] : this.arrivals.slice(at)
    this.delivering = false
    const next = this.arrivals[0]
    if (next) this.planDelivery(Math.max(next.due, now))
  }

  private apply(event: WatchEvent): void {
    const object = event.object as T
    const key = keyOf(object)
    if (event.type === 'DELETED') {
      this.lister.remove(key)
      this.tell({ old: object })
      return
    }
    const old = this.lister.put(key, object)
    this.tell(old ? { old, new: object } : { new: object })
  }

  private replace(listed: readonly T[]): void {
    const gone = new Set(this.lister.keys())
    for (const object of listed) {
      const key = keyOf(object)
      gone.delete(key)
      const old = this.lister.put(key, object)
      this.tell(old ? { old, new: object } : { new: object })
    }
    for (const key of [...gone].sort()) {
      const old = this.lister.remove(key)
      if (old) this.tell({ old })
    }
    if (this.synced) return
    this.synced = true
    this.options.onSynced()
  }

  private tell(change: Change<T>): void {
    for (const handler of this.handlers) handler(change)
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
