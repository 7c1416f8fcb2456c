// Upstream: pkg/kubelet/nodeshutdown/nodeshutdown_manager.go, nodeshutdown_manager_linux.go (v1.36). Left out: D-Bus, its state on disk, waiting for volumes to be unmounted.
import type { EntryId } from '../kernel/agenda.ts'
import type { WallClock } from '../api/time.ts'
import type { Rejection } from './pod-admission.ts'
import type { PodWorker } from './pod-worker.ts'
import { shutdownGraceSeconds, shutdownGroupOf, type ShutdownGroup } from './shutdown-plan.ts'
import type { WorkerHost } from './worker-host.ts'

const reason = 'Terminated'
const message = 'Pod was terminated in response to imminent node shutdown.'

/** Why the node is not ready meanwhile. */
export const shuttingDown = 'node is shutting down'

/** Why no pod may come any more. */
export const shutdownRefusal: Rejection = { reason: 'NodeShutdown', message: 'Pod was rejected as the node is shutting down.' }

/** Ends the pods of a machine that goes down in an orderly way, group by group, and then lets it go. */
export class NodeShutdown {
  private readonly ending = new Set<PodWorker>()
  private timer: EntryId = 0
  private isCancelled = false
  private isOver = false

  constructor(
    private readonly host: WorkerHost,
    private readonly wall: WallClock,
    private readonly groups: readonly ShutdownGroup[],
    private readonly workers: () => Iterable<PodWorker>,
    /** All groups have ended, or their time is up; cancelled: somebody has thought better of it. */
    private readonly over: (cancelled: boolean) => void,
  ) {}

  begin(): void {
    this.host.nodeEvent('Normal', 'NodeShutdown', 'Shutdown manager detected shutdown event')
    // Those that come later are refused.
    const active = [...this.workers()].filter((worker) => worker.stage !== 'terminated')
    this.endGroup(0, active)
  }

  /** It is heard when the pods have ended: a shutdown that has begun takes its course. */
  cancel(): void {
    this.isCancelled = true
    if (this.isOver) this.finish()
  }

  /** Somebody wants it again before it was over: it takes the course it has begun, and the machine goes down at its end. */
  renew(): void {
    this.isCancelled = false
  }

  /** A pod has stopped. */
  ended(worker: PodWorker): void {
    if (this.ending.delete(worker) && this.ending.size === 0) this.next()
  }

  private next: () => void = () => undefined

  private endGroup(at: number, active: readonly PodWorker[]): void {
    const group = this.groups[at]
    if (!group) return this.finish()
    const members = active.filter((worker) => worker.stage !== 'terminated' && shutdownGroupOf(this.groups, worker.pod.spec.priority ?? 0) === group)
    if (members.length === 0) return this.endGroup(at + 1, active)
    const { agenda } = this.host
    let done = false
    this.next = () => {
      if (done) return
      done = true
      agenda.cancel(this.timer)
      this.ending.clear()
      this.endGroup(at + 1, active)
    }
    this.timer = agenda.after(group.gracePeriod, `shutdown: the time of priority ${group.priority} is up`, this.next)
    for (const worker of members) this.ending.add(worker)
    for (const worker of members) this.end(worker, shutdownGraceSeconds(group, worker.pod.spec))
  }

  private end(worker: PodWorker, seconds: number): void {
    const observedGeneration = worker.pod.metadata.generation ?? 1
    const disruption = Object.freeze({ type: 'DisruptionTarget', observedGeneration, status: 'True', lastTransitionTime: this.wall.time(), reason: 'TerminationByKubelet', message } as const)
    worker.terminate(seconds, { phase: 'Failed', reason, message, disruption })
  }

  private finish(): void {
    this.isOver = true
    if (this.isCancelled) this.host.nodeEvent('Normal', 'NodeShutdown', 'Shutdown manager detected shutdown cancellation')
    this.over(this.isCancelled)
  }
}
