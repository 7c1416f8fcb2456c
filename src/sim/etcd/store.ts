// Upstream: etcd 3.6, the parts that Kubernetes uses. Left out: members and quorum, authentication, snapshots, watch progress requests.
import { assert } from '../kernel/assert.ts'
import type { Agenda, EntryId, Millis, ProcessAgenda } from '../kernel/agenda.ts'
import { Directories } from './directories.ts'
import { byKey, type Directory, type Place } from './directory.ts'
import { Version, type Difference } from './version.ts'
import { Watchers } from './watchers.ts'

export type Revision = number
export type LeaseId = number

/** Where a key lies: what all its versions have in common. */
export interface KeyPlace {
  readonly key: string
  /** What of the key comes after its last slash, and where that is. */
  readonly name: string
  readonly directory: { readonly prefix: string }
}

/** One version of one key: what a write left behind, and at the same time the event that watchers see. */
export interface KeyValue<V> {
  readonly key: string
  readonly place: KeyPlace
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

interface Lease<V> {
  readonly ttl: Millis
  expiry: EntryId
  /** What was ever attached to it. A key that hangs on another lease by now, or is gone, says so itself. */
  readonly places: Place<V>[]
}

/** Where and how values that replace one another are nearly the same. */
export interface Differences<V> {
  readonly prefix: string
  /** Undefined: more than that differs. */
  readonly between: (older: V, newer: V) => Difference<V> | undefined
}

/** The data was compacted away: `mvcc: required revision has been compacted`. */
export const compacted = 'compacted'

/**
 * The keys and their history: etcd's data directory. It outlives the process that serves it, as a disk does;
 * `serve` is the start of that process, and the end of the process' agenda is its end.
 */
export class Store<V> {
  private readonly directories = new Directories<V>()
  /** All versions after the compacted revision, in order. Dropped from the front in steps: `first` is where the kept part begins. */
  private log: Version<V>[] = []
  private first = 0
  private head: Revision = 1
  private compactedTo: Revision = 0
  private readonly watchers = new Watchers<V>()
  private readonly leases = new Map<LeaseId, Lease<V>>()
  private lastLease: LeaseId = 0
  private process: ProcessAgenda | null = null
  private reachable = true

  get revision(): Revision {
    return this.head
  }

  get compactedRevision(): Revision {
    return this.compactedTo
  }

  get size(): number {
    return this.directories.size
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
    this.directories.keepDifferences(differences)
  }

  /** The etcd process has started: leases run again, each with its whole time to live, as after an election. */
  serve(agenda: ProcessAgenda): void {
    this.process = agenda
    for (const [id, lease] of this.leases) lease.expiry = this.planExpiry(agenda, id, lease.ttl)
  }

  get(key: string): KeyValue<V> | undefined {
    const end = key.lastIndexOf('/') + 1
    return this.directory(key.slice(0, end))?.get(key.slice(end))
  }

  /** The keys that start so and have no slash after it; undefined: there has never been one. */
  directory(prefix: string): Directory<V> | undefined {
    return this.directories.get(prefix)
  }

  /** The place of a key, whether or not it is there. */
  placeOf(key: string): Place<V> {
    const end = key.lastIndexOf('/') + 1
    const prefix = key.slice(0, end)
    return (this.directories.get(prefix) ?? this.directories.add(prefix)).placeOf(key.slice(end))
  }

  /** The keys under a prefix, in order. */
  range(prefix: string, { from = prefix, limit = Infinity, revision = this.head }: RangeOptions = {}): KeyValue<V>[] | typeof compacted {
    if (revision < this.compactedTo) return compacted
    if (revision < this.head) return this.pastRange(prefix, from, limit, revision)
    const found: KeyValue<V>[] = []
    this.directories.visit(prefix, from, (place) => {
      if (found.length >= limit) return false
      found.push(place.newest!)
      return true
    })
    return found
  }

  /** How many keys under a prefix came at or after `from`, at a revision that is not compacted. */
  count(prefix: string, from: string, revision: Revision): number {
    let count = 0
    this.directories.visit(prefix, from, () => (count += 1) > 0)
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
  put(at: string | Place<V>, expected: Revision, valueAt: (revision: Revision) => V, lease: LeaseId = 0): Swap<V> {
    const place = typeof at === 'string' ? this.placeOf(at) : at
    const before = place.newest
    if ((before?.modRevision ?? 0) !== expected) return { ok: false, current: before }
    const revision = this.head + 1
    const kv = new Version(place, valueAt(revision), revision, (before?.version ?? 0) + 1, lease, before)
    this.head = revision
    place.newest = kv
    if (!before) {
      place.createRevision = revision
      place.directory.add(place)
    }
    if (lease !== 0 && before?.lease !== lease) this.leases.get(lease)?.places.push(place)
    this.commit(kv)
    this.keepDifference(before, kv)
    return { ok: true, kv }
  }

  /** Deletes a key if its mod revision is still `expected`. */
  delete(at: string | Place<V>, expected: Revision): Swap<V> {
    const before = (typeof at === 'string' ? this.placeOf(at) : at).newest
    if (!before || before.modRevision !== expected) return { ok: false, current: before }
    this.head += 1
    return { ok: true, kv: this.remove(before) }
  }

  /** Calls `event` for every write under a prefix after `after`: first those that were, then those that come, each at its commit. */
  watch(prefix: string, after: Revision, event: (kv: KeyValue<V>) => void): (() => void) | typeof compacted {
    assert(prefix !== '', 'a watch of everything')
    if (after < this.compactedTo) return compacted
    for (const kv of this.writesAfter(after)) if (kv.key.startsWith(prefix)) event(kv)
    return this.watchers.add(prefix, event)
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
    this.leases.set(id, { ttl, expiry: this.planExpiry(this.process, id, ttl), places: [] })
    return id
  }

  private planExpiry(agenda: Agenda, id: LeaseId, ttl: Millis): EntryId {
    return agenda.after(ttl, `etcd: lease ${id} expires`, () => this.revoke(id))
  }

  private revoke(id: LeaseId): void {
    const lease = this.leases.get(id)
    this.leases.delete(id)
    const places = new Set(lease?.places.filter(({ newest }) => newest?.lease === id))
    if (places.size === 0) return
    this.head += 1
    for (const { newest } of [...places].sort(byKey)) this.remove(newest!)
  }

  private remove(before: Version<V>): KeyValue<V> {
    const { place } = before
    const kv = new Version<V>(place, undefined, this.head, 0, 0, before)
    place.newest = undefined
    place.directory.remove(place)
    this.commit(kv)
    return kv
  }

  private commit(kv: Version<V>): void {
    this.log.push(kv)
    // Who comes while this is told has read it from the log.
    this.watchers.tell(kv, kv.place.directory)
  }

  /** Of values that are replaced by nearly the same again and again, history keeps what differs. */
  private keepDifference(before: Version<V> | undefined, kv: Version<V>): void {
    const difference = before && kv.place.directory.differences?.between(before.value!, kv.value!)
    if (difference) before.differsFrom(kv, difference)
  }

  /** The present with all later writes undone. */
  private pastRange(prefix: string, from: string, limit: number, revision: Revision): KeyValue<V>[] {
    const undone = new Map<string, KeyValue<V> | undefined>()
    // Of several writes of one key the first tells what was there before them all.
    for (const kv of this.writesAfter(revision)) if (!undone.has(kv.key) && kv.key.startsWith(prefix) && kv.key >= from) undone.set(kv.key, kv.previous)
    const found: KeyValue<V>[] = []
    this.directories.visit(prefix, from, ({ key, newest }) => {
      if (!undone.has(key)) found.push(newest!)
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
