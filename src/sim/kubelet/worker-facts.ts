import { flatText } from '../kernel/flat-text.ts'
import type { Container, Pod, PodSpec } from '../api/generated/types.ts'
import { keyOf, type ObjectKey } from '../api/objects.ts'
import type { ContainerRecord, SandboxRecord } from '../runtime/node-disk.ts'
import type { LogLine } from '../runtime/script-run.ts'
import type { PlanFacts } from './container-plan.ts'
import type { PodProber } from './pod-prober.ts'
import type { WorkerHost } from './worker-host.ts'

type WorkerStage = 'syncing' | 'terminating' | 'terminated'

/** What a worker knows of its pod: what is wanted, what the runtime has of it, what its probes say. What is done about it is the worker's, which is one object with this: there is one for each pod. */
export abstract class WorkerFacts implements PlanFacts {
  pod: Pod
  readonly key: ObjectKey
  readonly isStatic: boolean
  stage: WorkerStage = 'syncing'
  abstract readonly prober: PodProber | null
  protected readonly host: WorkerHost

  constructor(host: WorkerHost, pod: Pod, isStatic: boolean) {
    this.host = host
    this.pod = pod
    this.key = flatText(keyOf(pod))
    this.isStatic = isStatic
  }

  get spec(): PodSpec {
    return this.pod.spec
  }

  get sandbox(): SandboxRecord | undefined {
    const newest = this.sandboxes.at(-1)
    return newest?.state === 'ready' ? newest : undefined
  }

  /** All runs of a container that the runtime remembers, newest last. */
  recordsOf(name: string): readonly ContainerRecord[] {
    const records: ContainerRecord[] = []
    for (const sandbox of this.sandboxes) for (const record of sandbox.containers) if (record.name === name) records.push(record)
    return records
  }

  newest(name: string): ContainerRecord | undefined {
    const { sandboxes } = this
    for (let at = sandboxes.length - 1; at >= 0; at -= 1) {
      const found = sandboxes[at]?.containers.findLast((record) => record.name === name)
      if (found) return found
    }
    return undefined
  }

  /** Records of the containers that run. */
  running(): readonly ContainerRecord[] {
    return this.sandboxes.flatMap((sandbox) => sandbox.containers.filter((record) => record.state === 'running'))
  }

  get mayRun(): boolean {
    return this.stage !== 'terminated' && this.sandboxes.some((sandbox) => sandbox.containers.some((record) => record.state === 'running'))
  }

  startup(name: string): 'success' | 'failure' | 'unknown' {
    return this.prober?.verdict('startup', name) ?? 'unknown'
  }

  liveness(name: string): 'success' | 'failure' | 'unknown' {
    return this.prober?.verdict('liveness', name) ?? 'success'
  }

  readiness(name: string): 'success' | 'failure' | 'unknown' {
    return this.prober?.verdict('readiness', name) ?? 'unknown'
  }

  /** Whether something in the pod's network listens on a port. */
  listens(port: number): boolean {
    return this.running().some((record) => this.host.runtime.processOf(record.id)?.listensOn(port, this.host.agenda.now))
  }

  logOf(record: ContainerRecord): readonly LogLine[] {
    return this.host.runtime.logOf(record)
  }

  /** What stops a container, as its status tells; undefined: the kubelet does not know of such signals. */
  stopSignalOf({ image, lifecycle }: Container): string | undefined {
    return this.host.gates.has('ContainerStopSignals') ? this.host.runtime.stopSignalOf(image, lifecycle?.stopSignal) : undefined
  }

  protected get sandboxes(): readonly SandboxRecord[] {
    return this.host.runtime.sandboxesOf(this.pod.metadata.uid)
  }
}
