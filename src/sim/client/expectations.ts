import type { Millis } from '../kernel/agenda.ts'
import type { ObjectKey } from '../api/objects.ts'

/** Upstream: pkg/controller ExpectationsTimeout. */
export const expectationsTimeout: Millis = 5 * 60_000

interface Expected {
  creates: number
  readonly deletes: Set<ObjectKey>
  readonly since: Millis
}

/**
 * What a controller has done and not seen yet, by the key of the owner: until it sees it, its cache would make it do the same again.
 * Upstream: pkg/controller/controller_utils.go UIDTrackingControllerExpectations (v1.36).
 */
export class Expectations {
  private readonly expected = new Map<ObjectKey, Expected>()
  private readonly clock: { readonly now: Millis }

  constructor(clock: { readonly now: Millis }) {
    this.clock = clock
  }

  expect(owner: ObjectKey, { creates = 0, deletes = [] }: { creates?: number; deletes?: readonly ObjectKey[] }): void {
    this.expected.set(owner, { creates, deletes: new Set(deletes), since: this.clock.now })
  }

  observeCreate(owner: ObjectKey): void {
    this.lowerCreates(owner, 1)
  }

  observeDelete(owner: ObjectKey, pod: ObjectKey): void {
    this.expected.get(owner)?.deletes.delete(pod)
  }

  /** Creates that were refused will never be seen: waiting for them would stall the retry for five minutes. */
  lowerCreates(owner: ObjectKey, by: number): void {
    const expected = this.expected.get(owner)
    if (expected) expected.creates = Math.max(0, expected.creates - by)
  }

  /** True when all was seen, or it took so long that the controller looks again anyway. */
  satisfied(owner: ObjectKey): boolean {
    const expected = this.expected.get(owner)
    if (!expected) return true
    return (expected.creates <= 0 && expected.deletes.size === 0) || this.clock.now - expected.since > expectationsTimeout
  }

  forget(owner: ObjectKey): void {
    this.expected.delete(owner)
  }
}
