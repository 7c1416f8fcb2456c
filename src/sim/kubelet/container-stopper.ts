// Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer, kuberuntime_termination_order.go (v1.36). Left out: nothing that it is for.
import type { Millis } from '../kernel/agenda.ts'
import type { Container, LifecycleHandler } from '../api/generated/types.ts'
import type { ContainerRecord } from '../runtime/node-disk.ts'
import { kubeletConstants } from './flags.ts'
import type { PodWorker } from './pod-worker.ts'
import { containerEvent, runWorkerHook, type WorkerHost } from './worker-host.ts'

interface Stopping {
  readonly container: Container
  readonly record: ContainerRecord
  /** When its grace is over; a later deletion may shorten it. */
  deadline: Millis
  readonly since: Millis
  signalled: boolean
  /** Its turn has come: all that must end before it has ended. */
  waitsFor: readonly string[]
  hookDone: boolean
}

/** Stops containers of one pod while some are to stop: preStop, its turn (sidecars last, in reverse), its stop signal, SIGKILL at the end of the grace. */
export class ContainerStopper {
  private readonly stopping = new Map<string, Stopping>()

  constructor(
    private readonly host: WorkerHost,
    private readonly worker: PodWorker,
  ) {}

  get isIdle(): boolean {
    return this.stopping.size === 0
  }

  isStopping(id: string): boolean {
    return this.stopping.has(id)
  }

  /** `after`: ids of containers that must have ended first. */
  stop(container: Container, record: ContainerRecord, grace: Millis, message: string, after: readonly string[] = []): void {
    if ((record.state !== 'running' && record.state !== 'unknown') || this.stopping.has(record.id)) return
    const { agenda } = this.host
    const stopping: Stopping = { container, record, since: agenda.now, deadline: agenda.now + grace, signalled: false, waitsFor: after, hookDone: true }
    this.stopping.set(record.id, stopping)
    containerEvent(this.host, this.worker, container, 'Normal', 'Killing', message)
    const preStop = container.lifecycle?.preStop
    if (preStop && grace > 0 && record.state === 'running') this.runPreStop(stopping, preStop)
    else this.proceed(stopping)
    if (after.length > 0) agenda.at(stopping.deadline, `${this.worker.key}: grace of ${container.name} is used up`, () => this.overdue(stopping))
  }

  /** A second deletion with a shorter grace. */
  shorten(grace: Millis): void {
    const deadline = this.host.agenda.now + grace
    for (const stopping of this.stopping.values()) {
      if (deadline >= stopping.deadline) continue
      stopping.deadline = deadline
      if (stopping.signalled) this.host.runtime.stopContainer(stopping.record.id, this.remaining(stopping))
      else this.host.agenda.at(deadline, `${this.worker.key}: shorter grace of ${stopping.container.name} is used up`, () => this.overdue(stopping))
    }
  }

  /** Forgets what has ended; others may have waited for it. */
  collectEnded(): void {
    for (const [id, { record }] of this.stopping) if (record.state === 'exited') this.stopping.delete(id)
    for (const stopping of this.stopping.values()) this.proceed(stopping)
  }

  countdowns(): readonly { readonly container: string; readonly since: Millis; readonly due: Millis }[] {
    return [...this.stopping.values()].map(({ container, record, since, deadline }) => ({ container: container.name, since, due: this.host.runtime.stoppingUntil(record.id)?.due ?? deadline }))
  }

  private runPreStop(stopping: Stopping, preStop: LifecycleHandler): void {
    const { agenda } = this.host
    const outcome = runWorkerHook(this.host, this.worker, preStop, stopping.container, stopping.record)
    stopping.hookDone = false
    if (outcome.failed) containerEvent(this.host, this.worker, stopping.container, 'Warning', 'FailedPreStopHook', 'PreStopHook failed')
    const due = Math.min(agenda.now + outcome.took, stopping.deadline)
    agenda.at(due, `${this.worker.key}: preStop of ${stopping.container.name} is over`, () => {
      stopping.hookDone = true
      this.proceed(stopping)
    })
  }

  private overdue(stopping: Stopping): void {
    if (stopping.signalled || !this.stopping.has(stopping.record.id)) return
    stopping.hookDone = true
    stopping.waitsFor = []
    this.proceed(stopping)
  }

  private proceed(stopping: Stopping): void {
    const waits = stopping.waitsFor.some((id) => this.stopping.has(id))
    if (stopping.signalled || waits || !stopping.hookDone) return
    stopping.signalled = true
    this.host.runtime.stopContainer(stopping.record.id, this.remaining(stopping))
  }

  /** What is left of the grace; a container always gets two seconds. */
  private remaining(stopping: Stopping): Millis {
    return Math.max(stopping.deadline - this.host.agenda.now, kubeletConstants.minimumStopGraceSeconds * 1000)
  }
}
