import type { Agenda, Millis } from '../../kernel/agenda.ts'

/** Upstream: cmd/kube-controller-manager, flowcontrol.NewBackOff(1 s, 15 min). */
export const firstPause: Millis = 1_000
export const longestPause: Millis = 15 * 60_000
/** Upstream: BackoffGCInterval. */
export const collectionInterval: Millis = 60_000

/** Keeps a set and a kubelet that refuses its pods from running in circles: each failed pod on a node is deleted later than the one before. */
export class FailedPodBackOff {
  private readonly entries = new Map<string, { pause: Millis; since: Millis }>()
  private readonly agenda: Agenda
  private willCollect = false

  constructor(agenda: Agenda) {
    this.agenda = agenda
  }

  /** How long the next failed pod has to wait for its deletion; null when it may go now, which starts the next, longer pause. */
  pauseOrStart(key: string): Millis | null {
    const { now } = this.agenda
    const entry = this.entries.get(key)
    if (!entry || isForgotten(entry, now)) {
      this.entries.set(key, { pause: firstPause, since: now })
      this.planCollection()
      return null
    }
    if (now - entry.since < entry.pause) return entry.pause
    this.entries.set(key, { pause: Math.min(2 * entry.pause, longestPause), since: now })
    return null
  }

  private planCollection(): void {
    if (this.willCollect) return
    this.willCollect = true
    this.agenda.because(0, () => this.agenda.after(collectionInterval, 'daemon-set: forgets failed pods', () => this.collect()))
  }

  private collect(): void {
    this.willCollect = false
    for (const [key, entry] of this.entries) if (isForgotten(entry, this.agenda.now)) this.entries.delete(key)
    if (this.entries.size > 0) this.planCollection()
  }

  /** Forgets what nobody will ask for again. */
  forget(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key)
  }
}

/** Twice the longest pause without a failure. */
function isForgotten({ since }: { readonly since: Millis }, now: Millis): boolean {
  return now - since > 2 * longestPause
}
