import { flatText } from '../kernel/flat-text.ts'
import { OrderedKeys } from './ordered-keys.ts'
import type { Differences, KeyValue, Revision } from './store.ts'
import type { Version } from './version.ts'

/** Who is told of what is written in a directory: of all of it, or of the names that start so. */
export interface Listener<V> {
  readonly start: string
  readonly event: (kv: KeyValue<V>) => void
}

/**
 * The keys that are alike up to their last slash. What lies there is found by the rest of its key, its name: to find one among a hundred thousand,
 * nobody has to put a key together, and no key is kept.
 */
export class Directory<V> {
  readonly places = new Map<string, Place<V>>()
  readonly names = new OrderedKeys()
  /** As of `heardAt`, and made anew when watchers have come or gone (`Watchers`). */
  listeners: readonly Listener<V>[] = []
  heardAt = -1
  /** Who writes has mostly just read, or seen that nothing was there. */
  private lastName = ''
  private last: Place<V> | undefined = undefined

  constructor(
    /** With its slash. */
    readonly prefix: string,
    /** How replaced values are kept as what differs; null: they are kept whole. */
    public differences: Differences<V> | null,
  ) {}

  get(name: string): KeyValue<V> | undefined {
    return this.find(name)?.newest
  }

  /** The place of a key, whether or not it is there. */
  placeOf(name: string): Place<V> {
    return this.find(name) ?? new Place(this, flatText(name))
  }

  /** A key that was not there. */
  add(place: Place<V>): void {
    this.places.set(place.name, place)
    this.names.add(place.name)
    this.lastName = place.name
    this.last = place
  }

  remove({ name }: Place<V>): void {
    this.places.delete(name)
    this.names.remove(name)
    this.lastName = name
    this.last = undefined
  }

  private find(name: string): Place<V> | undefined {
    if (this.lastName === name) return this.last
    this.lastName = name
    return (this.last = this.places.get(name))
  }
}

/** Where all versions of a key lie, from its creation to its deletion. */
export class Place<V> {
  /** Undefined: the key is not there. */
  newest: Version<V> | undefined = undefined
  createRevision: Revision = 0

  constructor(
    readonly directory: Directory<V>,
    readonly name: string,
  ) {}

  get key(): string {
    return this.directory.prefix + this.name
  }
}

/** The order of keys. */
export function byKey<V>(one: Place<V>, other: Place<V>): number {
  return one.key < other.key ? -1 : 1
}
