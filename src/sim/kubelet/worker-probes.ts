import type { Agenda, Millis } from '../kernel/agenda.ts'
import type { Container } from '../api/generated/types.ts'
import type { ContainerProcess, HttpAnswer } from '../runtime/container-process.ts'
import { kubeletConstants } from './flags.ts'
import { PodProber, type ProberHost } from './pod-prober.ts'
import type { PodWorker } from './pod-worker.ts'
import { probeWithRetries, unhealthyMessage, warningMessage, type ProbeAnswer, type ProbeTarget } from './probe-action.ts'
import { firstProbeState, type ProbeKind, type ProbeState } from './probe-state.ts'
import { isSidecar } from './restart-policy.ts'
import { containerEvent, type WorkerHost } from './worker-host.ts'

/** The probers of a worker's pod: main containers and sidecars have probes, regular init containers none. null: nothing is probed. */
export function createProber(worker: PodWorker, host: WorkerHost): PodProber | null {
  const { containers, initContainers = [] } = worker.pod.spec
  const probed = [...containers, ...initContainers.filter(isSidecar)].filter((container) => container.startupProbe ?? container.readinessProbe ?? container.livenessProbe)
  return probed.length === 0 ? null : new PodProber(new WorkerProbes(worker, host), probed)
}

/** A pod's containers, as its probers reach them. */
class WorkerProbes implements ProberHost {
  constructor(
    private readonly worker: PodWorker,
    private readonly host: WorkerHost,
  ) {}

  get agenda(): Agenda {
    return this.host.agenda
  }

  get podKey(): string {
    return this.worker.key
  }

  /** Upstream: isContainerStarted, setReadyStateOnKubeletRestart. Who was ready stays so until its own probe says something else. */
  inherited(kind: ProbeKind, { name }: Container, startedAt: Millis): ProbeState | null {
    if (startedAt >= this.host.startedAt - kubeletConstants.restartGrace) return null
    const { conditions = [], containerStatuses = [], initContainerStatuses = [] } = this.worker.pod.status
    if (kind === 'readiness') return { ...firstProbeState(kind), verdict: conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? 'success' : 'failure' }
    const hasStarted = kind === 'startup' && [...containerStatuses, ...initContainerStatuses].some((told) => told.name === name && told.started)
    return hasStarted ? { ...firstProbeState(kind), verdict: 'success', held: true } : null
  }

  probe(kind: ProbeKind, container: Container): ProbeAnswer | null {
    const process = this.processOf(container)
    const probe = kind === 'startup' ? container.startupProbe : kind === 'readiness' ? container.readinessProbe : container.livenessProbe
    if (!process || !probe) return null
    const target: ProbeTarget = { podIP: this.worker.sandbox?.ip ?? '', process, container, http: (port, path) => this.http(port, path), listens: (port) => this.worker.listens(port) }
    return probeWithRetries(probe, target, this.agenda.now)
  }

  nextChange(container: Container): Millis | null | 'unknown' {
    const process = this.processOf(container)
    return process?.changesUnseen ? 'unknown' : (process?.nextChange(this.agenda.now) ?? null)
  }

  unhealthy(kind: ProbeKind, container: Container, answer: ProbeAnswer): void {
    if (answer.warns) containerEvent(this.host, this.worker, container, 'Warning', 'ProbeWarning', warningMessage(kind, answer))
    else containerEvent(this.host, this.worker, container, 'Warning', 'Unhealthy', unhealthyMessage(kind, answer))
  }

  changed(): void {
    this.worker.probed()
  }

  private http(port: number, path: string): HttpAnswer {
    for (const record of this.worker.running()) {
      const answer = this.host.runtime.processOf(record.id)?.http(port, path, this.agenda.now)
      if (answer && answer.kind !== 'refused') return answer
    }
    return { kind: 'refused' }
  }

  private processOf(container: Container): ContainerProcess | undefined {
    const record = this.worker.newest(container.name)
    return record && this.host.runtime.processOf(record.id)
  }
}
