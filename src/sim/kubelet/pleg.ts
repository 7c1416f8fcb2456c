// Upstream: pkg/kubelet/pleg/generic.go (v1.36). Left out: the evented PLEG.
import type { Agenda, CauseId, Millis } from '../kernel/agenda.ts'
import { kubeletConstants } from './flags.ts'

/** The pod lifecycle event generator: once a second the runtime is asked which pods have changed; a second in which none has costs nothing. */
export class Pleg {
  private readonly startedAt: Millis
  /** The pods, by uid, that the next relist is about, each because of what it has changed for; null: none is planned. */
  private changed: Map<string, CauseId> | null = null

  constructor(
    private readonly agenda: Agenda,
    private readonly nodeName: string,
    private readonly observe: (uid: string) => void,
    private readonly relisted: () => void,
  ) {
    this.startedAt = agenda.now
  }

  /** The runtime has changed something of a pod: the next relist sees it. */
  podChanged(uid: string): void {
    const { agenda } = this
    if (this.changed) {
      if (!this.changed.has(uid)) this.changed.set(uid, agenda.cause)
      return
    }
    const changed = new Map([[uid, agenda.cause]])
    this.changed = changed
    const passed = agenda.now - this.startedAt
    const due = this.startedAt + (Math.floor(passed / kubeletConstants.relistPeriod) + 1) * kubeletConstants.relistPeriod
    agenda.at(due, `kubelet ${this.nodeName}: relist`, () => {
      this.changed = null
      for (const [pod, cause] of changed) agenda.because(cause, () => this.observe(pod))
      this.relisted()
    })
  }
}
