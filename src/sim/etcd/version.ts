import type { Place } from './directory.ts'
import type { KeyValue, LeaseId, Revision } from './store.ts'

/** What an old value had that the one which replaced it has not: with the two, the old value can be made again. */
export abstract class Difference<V> {
  /** What replaced it. */
  next: Version<V> | null = null

  abstract restore(newer: V, revision: Revision): V
}

/** One version of a key as the store keeps it. When it is replaced by one that is nearly the same, it keeps only the difference. */
export class Version<V> implements KeyValue<V> {
  private kept: V | Difference<V> | undefined

  constructor(
    readonly place: Place<V>,
    value: V | undefined,
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

  get createRevision(): Revision {
    return this.place.createRevision
  }

  get value(): V | undefined {
    const { kept } = this
    if (!(kept instanceof Difference)) return kept
    // What differs is always of the same kind, so the first whole value will do.
    let at = kept
    for (;;) {
      const newer: V | Difference<V> | undefined = at.next?.kept
      if (!(newer instanceof Difference)) return newer && kept.restore(newer, this.modRevision)
      at = newer
    }
  }

  /** Lets go of the value: it differs from the next one by no more than this. */
  differsFrom(next: Version<V>, difference: Difference<V>): void {
    difference.next = next
    this.kept = difference
  }
}
