// Upstream: k8s.io/client-go/util/flowcontrol/backoff.go (v1.36). Left out: jitter.
import type { Millis } from '../kernel/agenda.ts'
import { emptyMap, withEntry, withoutEntry, type SparseMap } from './sparse-map.ts'

interface Entry {
  readonly backOff: Millis
  readonly lastUpdate: Millis
}

/** Back-off by key: doubles with each failure up to a most, and starts anew after twice the most without one. */
export class BackOff {
  private entries: SparseMap<Entry> = emptyMap
  private readonly initial: Millis
  private readonly most: Millis
  private readonly expiry: Millis

  constructor(initial: Millis, most: Millis, expiry: Millis = 2 * most) {
    this.initial = initial
    this.most = most
    this.expiry = expiry
  }

  /** The delay that holds for a key; 0 when there is none. */
  of(key: string): Millis {
    return this.entries.get(key)?.backOff ?? 0
  }

  /** Counts a failure that happened at `eventTime`. */
  next(key: string, eventTime: Millis, now: Millis): void {
    const entry = this.entries.get(key)
    const expired = !entry || eventTime - entry.lastUpdate > this.expiry
    this.entries = withEntry(this.entries, key, { backOff: expired ? this.initial : Math.min(entry.backOff * 2, this.most), lastUpdate: now })
  }

  /** When the back-off that began with an event at `eventTime` is over; null: it is not in back-off. */
  until(key: string, eventTime: Millis, now: Millis): Millis | null {
    const entry = this.entries.get(key)
    if (!entry || eventTime - entry.lastUpdate > this.expiry) return null
    return now - eventTime < entry.backOff ? eventTime + entry.backOff : null
  }

  /** As `until`, counted from the last failure itself. */
  untilSinceUpdate(key: string, now: Millis): Millis | null {
    const entry = this.entries.get(key)
    if (!entry || now - entry.lastUpdate > this.expiry) return null
    return now - entry.lastUpdate < entry.backOff ? entry.lastUpdate + entry.backOff : null
  }

  /** Drops what has expired, so that names of pods long gone do not pile up. */
  collect(now: Millis): void {
    for (const [key, entry] of this.entries) if (now - entry.lastUpdate > this.expiry) this.entries = withoutEntry(this.entries, key)
  }
}
