import type { Agenda, Millis } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'
import type { FeatureGate } from '../api/feature-gates.ts'
import type { Container, LifecycleHandler, Pod } from '../api/generated/types.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerRecord } from '../runtime/node-disk.ts'
import type { StartError } from './api-container-status.ts'
import type { BackOff } from './back-off.ts'
import type { EnvironmentSource } from './container-environment.ts'
import type { ImageCollector } from './image-collector.ts'
import { runHook, type HookOutcome } from './lifecycle-hook.ts'
import type { AddressAnswer } from './pod-addresses.ts'
import type { NodePlace } from './pod-files.ts'
import type { PodWorker } from './pod-worker.ts'
import type { PullRecords } from './pull-records.ts'
import type { RuntimeCalls } from './runtime-calls.ts'
import type { SparseMap } from './sparse-map.ts'
import type { WorkerTurns } from './worker-turns.ts'

/** What the workers of one kubelet share. A thousand workers know one of it, so it takes the worker or the pod where it needs to know whose business it is. */
export interface WorkerHost {
  readonly agenda: Agenda
  readonly runtime: ContainerRuntime
  readonly restartBackOff: BackOff
  readonly imageBackOff: BackOff
  readonly images: ImageCollector
  readonly calls: RuntimeCalls
  readonly pullRecords: PullRecords
  readonly gates: ReadonlySet<FeatureGate>
  /** Why the last pull of an image failed, by pod and image. */
  pullErrors: SparseMap<StartError>
  readonly turns: WorkerTurns
  /** When this kubelet's process began. */
  readonly startedAt: Millis
  /** Its node, as files of containers tell of it. */
  readonly place: NodePlace
  environment(podIP: string): EnvironmentSource
  nodeEvent(type: 'Normal' | 'Warning', reason: string, message: string): void
  event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void
  allocateIP(pod: Pod): AddressAnswer
  /** The pod has stopped: its address and its share of the node are free. */
  release(worker: PodWorker): void
  /** Computes the pod's status and writes it. */
  publish(worker: PodWorker): void
  /** The pod's object is being deleted after all of it has ended: told is what was told then, for what is left of its containers may be cleared away by now. */
  letGo(worker: PodWorker): void
  /** The worker has nothing left to do: its pod is stopped and its last status is out. */
  finished(worker: PodWorker): void
}

/** Tells of a container of the worker's pod, as the pod is by now. */
export function containerEvent(host: WorkerHost, { pod }: PodWorker, container: Container, type: 'Normal' | 'Warning', reason: string, message: string): void {
  let path = paths.get(container)
  if (path === undefined) {
    const { name } = container
    const isInit = pod.spec.initContainers?.some((init) => init.name === name) === true
    paths.set(container, (path = flatText(`spec.${isInit ? 'initContainers' : 'containers'}{${name}}`)))
  }
  host.event(pod, type, reason, message, path)
}

/** How events refer to a container, the same text for all replicas. */
const paths = new WeakMap<Container, string>()

/** Runs a postStart or preStop handler of a container of the worker's pod. */
export function runWorkerHook({ runtime, agenda }: WorkerHost, worker: PodWorker, handler: LifecycleHandler, container: Container, record: ContainerRecord): HookOutcome {
  return runHook(handler, container, runtime.processOf(record.id), agenda.now, (port) => worker.listens(port))
}

/** Of a container's specification, the same text for all replicas. */
const hashes = new WeakMap<Container, string>()

/** Changes whenever what is to run changes. */
export function hashOf(container: Container): string {
  const known = hashes.get(container)
  if (known !== undefined) return known
  const hash = `${container.name} ${container.image}`
  hashes.set(container, hash)
  return hash
}
