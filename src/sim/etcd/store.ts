// Upstream: etcd 3.6, the parts that Kubernetes uses. Left out: members and quorum, authentication, snapshots, watch progress requests.
import { assert } from '../kernel/assert.ts'
import { flatText } from '../kernel/flat-text.ts'
import type { Agenda, EntryId, Millis, ProcessAgenda } from '../kernel/agenda.ts'
import { OrderedKeys } from './ordered-keys.ts'
import { Version, type Difference } from './version.ts'

export type Revision = number
export type LeaseId = number

/** One version of one key: what a write left behind, and at the same time the event that watchers see. */
export interface KeyValue<V> {
  readonly key: string
  /** Absent: this version is a deletion. */
  readonly value: V | undefined
  readonly createRevision: Revision
  readonly modRevision: Revision
  /** Writes since the key was created; 0 for a deletion. */
  readonly version: number
  /** 0: none. */
  readonly lease: LeaseId
  /** What it replaced, as far as history is kept. */
  readonly previous: KeyValue<V> | undefined
}

/** What a compare-and-swap answers: the new version, or the one that was there instead of the expected. */
export type Swap<V> = { readonly ok: true; readonly kv: KeyValue<V> } | { readonly ok: false; readonly current: KeyValue<V> | undefined }

export interface RangeOptions {
  /** Keys before this one are left out. */
  readonly from?: string
  readonly limit?: number
  /** A past revision; default the newest. */
  readonly revision?: Revision
}

interface Lease {
  readonly ttl: Millis
  expiry: EntryId
  /** What was ever attached to it. A key that hangs on another lease by now, or is gone, says so itself. */
  readonly keys: string[]
}

/** Where and how values that replace one another are nearly the same. */
export interface Differences<V> {
  readonly prefix: string
  /** Undefined: more than that differs. */
  readonly between: (older: V, newer: V) => Difference<V> | undefined
}

interface Watcher<V> {
  readonly prefix: string
  /** Where the prefix ends, and its last letter: one look tells most keys apart. */
  readonly end: number
  readonly ending: number
  readonly event: (kv: KeyValue<V>) => void
}

/** The data was compacted away: `mvcc: required revision has been compacted`. */
export const compacted = 'compacted'

/**
 * The keys and their history: etcd's data directory. It outlives the process that serves it, as a disk does;
 * `serve` is the start of that process, and the end of the process' agenda is its end.
 */
export class Store<V> {
  private readonly current = new Map<string, Version<V>>()
  private readonly keys = new OrderedKeys()
  /** All versions after the compacted revision, in order. Dropped from the front in steps: `first` is where the kept part begins. */
  private log: Version<V>[] = []
  private first = 0
  private head: Revision = 1
  private compactedTo: Revision = 0
  /** Replaced, never changed: who is being told of a write may come and go meanwhile. */
  private watchers: readonly Watcher<V>[] = []
  private readonly leases = new Map<LeaseId, Lease>()
  private lastLease: LeaseId = 0
  private process: ProcessAgenda | null = null
  private differences: Differences<V> | null = null
  private reachable = true

  get revision(): Revision {
    return this.head
  }

  get compactedRevision(): Revision {
    return this.compactedTo
  }

  get size(): number {
    return this.keys.size
  }

  /** Whether a process answers for it. Whoever asks while none does gets no answer; that is the caller's to check. */
  get serving(): boolean {
    return this.reachable && this.process !== null && !this.process.disposed
  }

  /** Cut off from those who ask it, though it runs; or reached again. */
  setReachable(reachable: boolean): void {
    this.reachable = reachable
  }

  /** From now on replaced values under a prefix are kept as what differs. Whoever reads them sees no difference. */
  keepDifferences(differences: Differences<V>): void {
    this.differences = differences
  }

  /** The etcd process has started: leases run again, each with its whole time to live, as after an election. */
  serve(agenda: ProcessAgenda): void {
    this.process = agenda
    for (const [id, lease] of this.leases) lease.expiry = this.planExpiry(agenda, id, lease.ttl)
  }

  get(key: string): KeyValue<V> | undefined {
    return this.current.get(key)
  }

  /** The keys under a prefix, in order. */
  range(prefix: string, { from = prefix, limit = Infinity, revision = this.head }: RangeOptions = {}): KeyValue<V>[] | typeof compacted {
    if (revision < this.compactedTo) return compacted
    if (revision < this.head) return this.pastRange(prefix, from, limit, revision)
    const found: KeyValue<V>[] = []
    this.keys.visit(prefix, from, (key) => {
      if (found.length >= limit) return false
      found.push(this.current.get(key)!)
      return true
    })
    return found
  }

  /** How many keys under a prefix came at or after `from`, at a revision that is not compacted. */
  count(prefix: string, from: string, revision: Revision): number {
    let count = 0
    this.keys.visit(prefix, from, () => (count += 1) > 0)
    for (const kv of this.writesAfter(revision)) {
      if (!kv.key.startsWith(prefix) || kv.key < from) continue
      if (kv.value === undefined) count += 1
      else if (kv.version === 1) count -= 1
    }
    return count
  }

  /**
   * Writes a key if its mod revision is still `expected` (0: if it is not there). `valueAt` makes the value, told the revision
   * it will have, because an object carries its own version.
   */
  put(key: string, expected: Revision, valueAt: (revision: Revision) => V, lease: LeaseId = 0): Swap<V> {
    const before = this.current.get(key)
    if ((before?.modRevision ?? 0) !== expected) return { ok: false, current: before }
    const revision = this.head + 1
    // All versions share one text.
    const kv = new Version(before?.key ?? flatText(key), valueAt(revision), before?.createRevision ?? revision, revision, (before?.version ?? 0) + 1, lease, before)
    this.head = revision
    this.current.set(kv.key, kv)
    if (!before) this.keys.add(kv.key)
    if (lease !== 0 && before?.lease !== lease) this.leases.get(lease)?.keys.push(kv.key)
    this.commit(kv)
    this.keepDifference(before, kv)
    return { ok: true, kv }
  }

  /** Deletes a key if its mod revision is still `expected`. */
  delete(key: string, expected: Revision): Swap<V> {
    const before = this.current.get(key)
    if (!before || before.modRevision !== expected) return { ok: false, current: before }
    this.head += 1
    return { ok: true, kv: this.remove(before) }
  }

  /** Calls `event` for every write under a prefix after `after`: first those that were, then those that come, each at its commit. */
  watch(prefix: string, after: Revision, event: (kv: KeyValue<V>) => void): (() => void) | typeof compacted {
    assert(prefix !== '', 'a watch of everything')
    if (after < this.compactedTo) return compacted
    for (const kv of this.writesAfter(after)) if (kv.key.startsWith(prefix)) event(kv)
    const end = prefix.length - 1
    const watcher = { prefix, end, ending: prefix.charCodeAt(end), event }
    this.watchers = [...this.watchers, watcher]
    return () => {
      this.watchers = this.watchers.filter((other) => other !== watcher)
    }
  }

  /** Forgets what was before `revision`: older reads and watches are refused from now on. */
  compact(revision: Revision): void {
    const target = Math.min(revision, this.head)
    if (target <= this.compactedTo) return
    this.compactedTo = target
    for (; this.first < this.log.length && this.log[this.first]!.modRevision <= target; this.first += 1) this.log[this.first]!.previous = undefined
    if (this.first * 2 > this.log.length) {
      this.log = this.log.slice(this.first)
      this.first = 0
    }
  }

  /** A lease: the keys attached to it are deleted together, in one revision, when it has lived for `ttl`. */
  grant(ttl: Millis): LeaseId {
    assert(this.process, 'a lease was granted by an etcd that does not run')
    const id = (this.lastLease += 1)
    this.leases.set(id, { ttl, expiry: this.planExpiry(this.process, id, ttl), keys: [] })
    return id
  }

  private planExpiry(agenda: Agenda, id: LeaseId, ttl: Millis): EntryId {
    return agenda.after(ttl, `etcd: lease ${id} expires`, () => this.revoke(id))
  }

  private revoke(id: LeaseId): void {
    const lease = this.leases.get(id)
    this.leases.delete(id)
    const keys = new Set(lease?.keys.filter((key) => this.current.get(key)?.lease === id))
    if (keys.size === 0) return
    this.head += 1
    for (const key of [...keys].sort()) this.remove(this.current.get(key)!)
  }

  private remove(before: Version<V>): KeyValue<V> {
    const kv = new Version<V>(before.key, undefined, before.createRevision, this.head, 0, 0, before)
    this.current.delete(before.key)
    this.keys.remove(before.key)
    this.commit(kv)
    return kv
  }

  private commit(kv: Version<V>): void {
    this.log.push(kv)
    // Who comes while this is told has read it from the log.
    const { key } = kv
    for (const watcher of this.watchers) if (key.charCodeAt(watcher.end) === watcher.ending && key.startsWith(watcher.prefix)) watcher.event(kv)
  }

  /** Of values that are replaced by nearly the same again and again, history keeps what differs. */
  private keepDifference(before: Version<V> | undefined, kv: Version<V>): void {
    const { differences } = this
    if (!before || !differences || !kv.key.startsWith(differences.prefix)) return
    const difference = differences.between(before.value!, kv.value!)
    if (difference) before.differsFrom(kv, difference)
  }

  /** The present with all later writes undone. */
  private pastRange(prefix: string, from: string, limit: number, revision: Revision): KeyValue<V>[] {
    const undone = new Map<string, KeyValue<V> | undefined>()
    // Of several writes of one key the first tells what was there before them all.
    for (const kv of this.writesAfter(revision)) if (!undone.has(kv.key) && kv.key.startsWith(prefix) && kv.key >= from) undone.set(kv.key, kv.previous)
    const found: KeyValue<V>[] = []
    this.keys.visit(prefix, from, (key) => {
      if (!undone.has(key)) found.push(this.current.get(key)!)
      return true
    })
    for (const kv of undone.values()) if (kv?.value !== undefined) found.push(kv)
    found.sort((a, b) => (a.key < b.key ? -1 : 1))
    return found.length > limit ? found.slice(0, limit) : found
  }

  private writesAfter(revision: Revision): readonly KeyValue<V>[] {
    let low = this.first
    let high = this.log.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.log[middle]!.modRevision <= revision) low = middle + 1
      else high = middle
    }
    return low === this.log.length ? [] : this.log.slice(low)
  }
}
