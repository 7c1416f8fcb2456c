import type { Millis, Timeline } from '../kernel/agenda.ts'
import type { EndpointSlice, Service } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { Revision, Store } from '../etcd/store.ts'
import type { RuleTable, ServiceSight } from '../network/kube-proxy.ts'
import { proxyConfiguration } from '../network/proxy-configuration.ts'

const servicePrefix = '/registry/services/specs/'
const slicePrefix = '/registry/endpointslices/'
/** From a write until it is in the rules of a proxy that was idle. */
const syncDelay: Millis = 10

/**
 * The Service rules in the kernels of all nodes. Proxies that are connected see the same writes and write their rules at the same times, so
 * they share one sight; a node keeps one of its own from when its proxy lost its connection or died. Power off, and its rules are gone.
 */
export class ServiceRules {
  private readonly frozen = new Map<string, ServiceSight>()
  /** Nodes whose proxy is behind, and since when something waits for it there. */
  private readonly lagging = new Map<string, Millis | null>()
  private readonly following = new Map<string, Revision>()
  private readonly changes: { readonly at: Millis; readonly revision: Revision }[] = []
  private synced: Revision = 0
  private latest: Revision = 0
  private lastSync: Millis = Number.NEGATIVE_INFINITY
  private memory: { readonly revision: Revision; readonly sight: ServiceSight } | null = null

  constructor(
    private readonly timeline: Timeline,
    private readonly store: Store<KubernetesObject>,
  ) {
    for (const prefix of [servicePrefix, slicePrefix]) store.watch(prefix, 0, ({ modRevision }) => this.changed(modRevision))
  }

  /** The table that a node's proxy writes. */
  tableOf(node: string): RuleTable {
    return {
      follow: () => {
        this.frozen.delete(node)
        this.lagging.delete(node)
        this.following.set(node, this.store.revision)
      },
      freeze: () => this.freeze(node),
      lag: () => {
        this.freeze(node)
        this.lagging.set(node, null)
      },
    }
  }

  /** Since when the proxy of a node has a change in hand that is not in its rules; null: it keeps up, or does not know. */
  waitingSince(node: string): Millis | null {
    return this.lagging.get(node) ?? null
  }

  /** The machine has lost its power. */
  forget(node: string): void {
    this.frozen.delete(node)
    this.lagging.delete(node)
    this.following.delete(node)
  }

  /** What the rules of a node were made from; null: it has none. */
  sightOf(node: string): ServiceSight | null {
    const since = this.following.get(node)
    if (since === undefined) return this.frozen.get(node) ?? null
    this.settle()
    return this.changes.length === 0 ? this.newest() : this.sightAt(Math.max(since, this.synced))
  }

  /** All that is written by now: what a DNS server knows that hears everything. */
  newest(): ServiceSight {
    return this.sightAt(this.latest)
  }

  private freeze(node: string): void {
    const sight = this.sightOf(node)
    if (sight) this.frozen.set(node, sight)
    this.following.delete(node)
    this.lagging.delete(node)
  }

  private changed(revision: Revision): void {
    this.settle()
    for (const [node, since] of this.lagging) this.lagging.set(node, since ?? this.timeline.now)
    this.latest = revision
    this.changes.push({ at: this.timeline.now, revision })
  }

  /** Rules are written a moment after a change, and at most once in a while. */
  private settle(): void {
    for (let first = this.changes[0]; first; first = this.changes[0]) {
      const due = Math.max(first.at + syncDelay, this.lastSync + proxyConfiguration.iptables.minSyncPeriod)
      if (due > this.timeline.now) return
      this.lastSync = due
      while (this.changes[0] && this.changes[0].at + syncDelay <= due) this.synced = this.changes.shift()!.revision
    }
  }

  private sightAt(revision: Revision): ServiceSight {
    if (this.memory?.revision === revision) return this.memory.sight
    const valuesOf = <T>(prefix: string): T[] => {
      const found = revision === this.latest ? 'compacted' : this.store.range(prefix, { revision })
      const rows = typeof found === 'string' ? this.store.range(prefix) : found
      return typeof rows === 'string' ? [] : rows.map(({ value }) => value as T)
    }
    const sight = { services: valuesOf<Service>(servicePrefix), slices: valuesOf<EndpointSlice>(slicePrefix) }
    this.memory = { revision, sight }
    return sight
  }
}
