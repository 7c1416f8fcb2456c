import type { Container } from '../api/generated/types.ts'
import type { StarterHost } from './container-starter.ts'
import { PodProber } from './pod-prober.ts'
import type { PodWorker, WorkerHost } from './pod-worker.ts'
import { carryOutProbe, unhealthyMessage, type ProbeTarget } from './probe-action.ts'
import { isSidecar } from './restart-policy.ts'

/** The probers of a worker's pod: main containers and sidecars have probes, regular init containers none. */
export function createProber(worker: PodWorker, { agenda, runtime }: WorkerHost, event: StarterHost['event']): PodProber {
  const processOf = (container: Container) => {
    const record = worker.recordsOf(container.name).at(-1)
    return record && runtime.processOf(record.id)
  }
  const http: ProbeTarget['http'] = (port, path) => {
    for (const record of worker.running()) {
      const answer = runtime.processOf(record.id)?.http(port, path, agenda.now)
      if (answer?.kind === 'status') return answer
    }
    return { kind: 'refused' }
  }
  const { spec } = worker.pod
  return new PodProber({
    agenda,
    podKey: worker.key,
    probe: (kind, container) => {
      const process = processOf(container)
      const probe = kind === 'startup' ? container.startupProbe : kind === 'readiness' ? container.readinessProbe : container.livenessProbe
      if (!process || !probe) return null
      return carryOutProbe(probe, { podIP: worker.sandbox?.ip ?? '', process, container, http, listens: (port) => worker.listens(port) }, agenda.now)
    },
    nextChange: (container) => {
      const process = processOf(container)
      return process?.changesUnseen ? 'unknown' : (process?.nextChange(agenda.now) ?? null)
    },
    unhealthy: (kind, container, answer) => event(container, 'Warning', 'Unhealthy', unhealthyMessage(kind, answer)),
    changed: () => worker.probed(),
  }, [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)])
}
