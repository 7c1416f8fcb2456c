import type { Millis } from '../../kernel/agenda.ts'

/** Upstream: cmd/kube-controller-manager, flowcontrol.NewBackOff(1 s, 15 min). */
export const firstPause: Millis = 1_000
export const longestPause: Millis = 15 * 60_000

/** Keeps a set and a kubelet that refuses its pods from running in circles: each failed pod on a node is deleted later than the one before. */
export class FailedPodBackOff {
  private readonly entries = new Map<string, { pause: Millis; since: Millis }>()
  private readonly clock: { readonly now: Millis }

  constructor(clock: { readonly now: Millis }) {
    this.clock = clock
  }

  /** How long the next failed pod has to wait for its deletion; null when it may go now, which starts the next, longer pause. */
  pauseOrStart(key: string): Millis | null {
    const { now } = this.clock
    const entry = this.entries.get(key)
    // Twice the longest pause without a failure: all is forgotten.
    if (!entry || now - entry.since > 2 * longestPause) {
      this.entries.set(key, { pause: firstPause, since: now })
      return null
    }
    if (now - entry.since < entry.pause) return entry.pause
    this.entries.set(key, { pause: Math.min(2 * entry.pause, longestPause), since: now })
    return null
  }

  /** Forgets what nobody will ask for again. */
  forget(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key)
  }
}
