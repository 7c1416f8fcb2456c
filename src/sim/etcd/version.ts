import type { Place } from './directory.ts'
import type { KeyValue, LeaseId, Revision } from './store.ts'

/** What an old value had that the one which replaced it has not: with the two, the old value can be made again. */
export interface Difference<V> {
  restore(newer: V, revision: Revision): V
}

/** One version of a key as the store keeps it. When it is replaced by one that is nearly the same, it keeps only the difference. */
export class Version<V> implements KeyValue<V> {
  private kept: V | Replaced<V> | undefined

  constructor(
    readonly place: Place<V>,
    value: V | undefined,
    readonly createRevision: Revision,
    readonly modRevision: Revision,
    readonly version: number,
    readonly lease: LeaseId,
    public previous: Version<V> | undefined,
  ) {
    this.kept = value
  }

  get key(): string {
    return this.place.key
  }

  get value(): V | undefined {
    return this.kept instanceof Replaced ? this.kept.restore(this.modRevision) : this.kept
  }

  /** Lets go of the value: it differs from the next one by no more than this. */
  differsFrom(next: Version<V>, difference: Difference<V>): void {
    this.kept = new Replaced(next, difference)
  }

  /** The value of the first version from this one on that is kept whole. */
  static wholeFrom<V>(start: Version<V>): V | undefined {
    let at = start
    while (at.kept instanceof Replaced) at = at.kept.next
    return at.kept
  }
}

class Replaced<V> {
  constructor(
    readonly next: Version<V>,
    private readonly difference: Difference<V>,
  ) {}

  /** What differs is always of the same kind, so the first whole value will do. */
  restore(revision: Revision): V | undefined {
    const whole = Version.wholeFrom(this.next)
    return whole && this.difference.restore(whole, revision)
  }
}
