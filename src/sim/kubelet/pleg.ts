// Upstream: pkg/kubelet/pleg/generic.go (v1.36). Left out: the evented PLEG.
import type { Agenda, CauseId, Millis } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'
import { kubeletConstants } from './flags.ts'

/** The pod lifecycle event generator: once a second the runtime is asked which pods have changed; a second in which none has costs nothing. */
export class Pleg {
  private readonly startedAt: Millis
  /** The pods that the next relist is about, each because of what it has changed for; none: it is not planned. */
  private changed: Changed[] = []
  private readonly label: string

  constructor(
    private readonly agenda: Agenda,
    nodeName: string,
    private readonly observe: (uid: string) => void,
    private readonly relisted: () => void,
  ) {
    this.startedAt = agenda.now
    this.label = flatText(`kubelet ${nodeName}: relist`)
  }

  /** The runtime has changed something of a pod: the next relist sees it. */
  podChanged(uid: string): void {
    const { agenda } = this
    if (this.changed.some((other) => other.uid === uid)) return
    this.changed.push({ uid, cause: agenda.cause })
    if (this.changed.length > 1) return
    const passed = agenda.now - this.startedAt
    const due = this.startedAt + (Math.floor(passed / kubeletConstants.relistPeriod) + 1) * kubeletConstants.relistPeriod
    agenda.at(due, this.label, () => {
      const { changed } = this
      this.changed = []
      for (const { uid: pod, cause } of changed) agenda.because(cause, () => this.observe(pod))
      this.relisted()
    })
  }
}

interface Changed {
  readonly uid: string
  readonly cause: CauseId
}
