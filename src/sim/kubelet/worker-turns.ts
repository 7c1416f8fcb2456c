// Upstream: completeWork in pkg/kubelet/pod_workers.go, util/queue (v1.36). Left out: turns that would change nothing.
import type { Agenda, Millis } from '../kernel/agenda.ts'
import type { Random } from '../kernel/random.ts'
import { kubeletConstants } from './flags.ts'

/** Says when pods' workers get their next turns: apart from one another, and when the sync loop looks. */
export class WorkerTurns {
  private readonly startedAt: Millis

  constructor(
    private readonly agenda: Agenda,
    private readonly random: Random,
    /** How often all is looked at again; no pause is longer. */
    readonly syncFrequency: Millis,
  ) {
    this.startedAt = agenda.now
  }

  /** The first turn after a pause, up to half of the pause later. */
  after(wanted: Millis): Millis {
    const { workerJitter, syncLoopPeriod } = kubeletConstants
    const pause = Math.min(wanted, this.syncFrequency)
    const due = this.agenda.now + pause + this.random.below(Math.floor(pause * workerJitter) + 1)
    return this.startedAt + Math.ceil((due - this.startedAt) / syncLoopPeriod) * syncLoopPeriod
  }
}
