// Upstream: pkg/kubelet/prober/prober_manager.go, worker.go (v1.36). Left out: the random first delay after a kubelet restart.
import type { Agenda, EntryId, Millis } from '../kernel/agenda.ts'
import type { Container, Probe } from '../api/generated/types.ts'
import type { ProbeAnswer } from './probe-action.ts'
import { firstProbeState, isSettled, stepProbe, type ProbeKind, type ProbeState } from './probe-state.ts'

/** What a pod's probers need from its worker. */
export interface ProberHost {
  readonly agenda: Agenda
  /** `default/web`, for the trace. */
  readonly podKey: string
  /** What holds already of a container that an earlier kubelet has started; null: nothing does. */
  inherited(kind: ProbeKind, container: Container, startedAt: Millis): ProbeState | null
  /** Carries out one probe now; null: the container is not there to be probed. */
  probe(kind: ProbeKind, container: Container): ProbeAnswer | null
  /** When the answers of a pod's processes may change next; `unknown`: at any time. */
  nextChange(container: Container): Millis | null | 'unknown'
  /** It has not succeeded, or with a warning. */
  unhealthy(kind: ProbeKind, container: Container, answer: ProbeAnswer): void
  /** A verdict has changed. */
  changed(kind: ProbeKind, container: Container): void
}

interface Worker {
  readonly kind: ProbeKind
  readonly container: Container
  readonly probe: Probe
  /** Its ticks fall on this phase of its period. */
  phase: Millis
  containerId: string | null
  startedAt: Millis
  state: ProbeState
  entry: EntryId
  due: Millis | null
}

const kinds: readonly (readonly [ProbeKind, 'startupProbe' | 'readinessProbe' | 'livenessProbe'])[] = [['startup', 'startupProbe'], ['readiness', 'readinessProbe'], ['liveness', 'livenessProbe']]

/** The probe workers of one pod. A probe that keeps succeeding costs nothing: its worker sleeps until the answer may change. */
export class PodProber {
  private readonly workers: Worker[] = []
  private readonly host: ProberHost
  private terminating = false

  constructor(host: ProberHost, containers: readonly Container[]) {
    this.host = host
    for (const container of containers) {
      for (const [kind, field] of kinds) {
        const probe = container[field]
        if (probe) this.workers.push({ kind, container, probe, phase: host.agenda.now, containerId: null, startedAt: 0, state: firstProbeState(kind), entry: 0, due: null })
      }
    }
  }

  get isEmpty(): boolean {
    return this.workers.length === 0
  }

  verdict(kind: ProbeKind, container: string): 'success' | 'failure' | 'unknown' {
    const worker = this.workerOf(kind, container)
    if (!worker) return kind === 'liveness' ? 'success' : 'unknown'
    return this.terminating && kind !== 'readiness' ? 'success' : worker.state.verdict
  }

  /** The container runs (anew): what was known of the one before counts no more. */
  started(container: string, id: string, startedAt: Millis): void {
    for (const worker of this.workers) {
      if (worker.container.name !== container || worker.containerId === id) continue
      worker.containerId = id
      worker.startedAt = startedAt
      worker.state = this.host.inherited(worker.kind, worker.container, startedAt) ?? firstProbeState(worker.kind)
      if (this.mayProbe(worker)) this.planTick(worker, this.firstTick(worker))
    }
  }

  stopped(container: string): void {
    for (const worker of this.workers) {
      if (worker.container.name !== container) continue
      worker.containerId = null
      worker.state = firstProbeState(worker.kind)
      this.cancel(worker)
    }
  }

  /** A status was made that shows the container started and not ready: its readiness is looked at now, and its period begins anew. */
  trigger(container: string): void {
    const worker = this.workerOf('readiness', container)
    const { agenda } = this.host
    if (!worker || worker.containerId === null || !this.mayProbe(worker) || worker.state.verdict === 'success') return
    if (agenda.now < this.earliest(worker) || worker.phase === agenda.now) return
    worker.phase = agenda.now
    this.planTick(worker, agenda.now)
  }

  /** Something in the pod changed that probes may see: sleeping workers look again at their next tick. */
  wake(): void {
    for (const worker of this.workers) if (worker.containerId !== null && worker.due === null && this.mayProbe(worker)) this.planTick(worker, this.nextTick(worker, this.host.agenda.now + 1))
  }

  /** Of a pod being deleted only readiness is probed on. */
  beginTermination(): void {
    this.terminating = true
    for (const worker of this.workers) if (worker.kind !== 'readiness') this.cancel(worker)
  }

  stop(): void {
    for (const worker of this.workers) {
      this.cancel(worker)
      worker.containerId = null
    }
  }

  /** What is probed next and may matter to who watches: probes of what is not well. */
  countdowns(): readonly { readonly container: string; readonly since: Millis; readonly due: Millis }[] {
    return this.workers.filter((worker) => worker.due !== null && worker.state.verdict !== 'success').map((worker) => ({ container: worker.container.name, since: worker.due! - worker.probe.periodSeconds * 1000, due: worker.due! }))
  }

  private tick(worker: Worker): void {
    worker.due = null
    if (worker.containerId === null || !this.mayProbe(worker)) return
    const answer = this.host.probe(worker.kind, worker.container)
    if (!answer) return
    if (answer.result !== 'success' || answer.warns) this.host.unhealthy(worker.kind, worker.container, answer)
    const before = worker.state.verdict
    worker.state = stepProbe(worker.state, worker.kind, worker.probe, answer.result)
    this.planNext(worker, answer)
    if (worker.state.verdict === before) return
    if (worker.kind === 'startup' && worker.state.verdict === 'success') this.startupPassed(worker.container.name)
    this.host.changed(worker.kind, worker.container)
  }

  private planNext(worker: Worker, answer: ProbeAnswer): void {
    if (worker.state.held) return
    const { now } = this.host.agenda
    const next = this.nextTick(worker, now + 1)
    if (!isSettled(worker.state) || answer.result !== 'success' || answer.warns) return this.planTick(worker, next)
    const change = this.host.nextChange(worker.container)
    if (change === 'unknown') this.planTick(worker, next)
    else if (change !== null) this.planTick(worker, this.nextTick(worker, Math.max(next, change)))
  }

  private startupPassed(container: string): void {
    for (const worker of this.workers) {
      if (worker.container.name === container && worker.kind !== 'startup' && worker.containerId !== null && worker.due === null) this.planTick(worker, this.nextTick(worker, this.host.agenda.now))
    }
  }

  /** Until the startup probe has succeeded neither liveness nor readiness probes run. */
  private mayProbe(worker: Worker): boolean {
    if (worker.state.held) return false
    if (worker.kind === 'startup') return !this.terminating
    if (worker.kind === 'liveness' && this.terminating) return false
    const startup = this.workerOf('startup', worker.container.name)
    return !startup || startup.state.verdict === 'success'
  }

  private firstTick(worker: Worker): Millis {
    return this.nextTick(worker, Math.max(this.host.agenda.now, this.earliest(worker)))
  }

  private earliest(worker: Worker): Millis {
    return worker.startedAt + (worker.probe.initialDelaySeconds ?? 0) * 1000
  }

  /** The first tick of its phase at or after a time, once the initial delay is over. */
  private nextTick(worker: Worker, from: Millis): Millis {
    const period = worker.probe.periodSeconds * 1000
    const earliest = Math.max(from, this.earliest(worker))
    return worker.phase + Math.ceil((earliest - worker.phase) / period) * period
  }

  private planTick(worker: Worker, due: Millis): void {
    this.cancel(worker)
    worker.due = due
    worker.entry = this.host.agenda.at(due, `${worker.kind} probe of ${this.host.podKey} ${worker.container.name}`, () => this.tick(worker))
  }

  private cancel(worker: Worker): void {
    if (worker.due !== null) this.host.agenda.cancel(worker.entry)
    worker.due = null
  }

  private workerOf(kind: ProbeKind, container: string): Worker | undefined {
    return this.workers.find((worker) => worker.kind === kind && worker.container.name === container)
  }
}
