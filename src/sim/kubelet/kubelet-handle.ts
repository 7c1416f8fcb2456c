import type { Millis } from '../kernel/agenda.ts'
import type { Pod } from '../api/generated/types.ts'
import type { ObjectKey } from '../api/objects.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { logContainerOf, logRefusal, logSourceOf, type LogAnswer } from './container-logs.ts'
import type { PodWorker } from './pod-worker.ts'

/** Something on this node that will happen at a known time. */
export interface KubeletCountdown {
  readonly kind: 'backOff' | 'imageBackOff' | 'termination' | 'pull' | 'probe'
  /** `pods/default/web-1`. */
  readonly about: string
  readonly container: string
  readonly since: Millis
  readonly due: Millis
}

/** What is asked of a container's log. */
export interface LogOptions {
  readonly container?: string
  readonly previous?: boolean
  readonly tailLines?: number
}

/** What a person can do at the machine itself. */
export interface KubeletHandle {
  /** Kills one container of a pod, or all of them; false: nothing of it runs here. */
  killContainer(pod: ObjectKey, container?: string): boolean
  logs(pod: ObjectKey, options?: LogOptions): LogAnswer
  countdowns(): readonly KubeletCountdown[]
  /** The manifest folder holds these now. */
  setStaticPods(manifests: readonly Pod[]): void
  /** Something that the node's status tells has changed. */
  nodeStatusChanged(): void
  /** The machine is to go down: pods are ended in good order, and `done` runs when they have. How long that may take at most; 0: nothing is to be waited for. */
  shutDown(done: () => void): Millis
  cancelShutdown(): void
  /** A pod as this kubelet knows it, also when the API cannot be reached. */
  localPod(key: ObjectKey): Pod | undefined
}

/** Kills containers of a worker's pod that run; false: none does. */
export function killContainers(runtime: ContainerRuntime, worker: PodWorker | undefined, container: string | undefined): boolean {
  const { containers = [], initContainers = [] } = worker?.pod.spec ?? {}
  const names = [...containers, ...initContainers].map(({ name }) => name).filter((name) => container === undefined || name === container)
  const running = names.map((name) => worker?.newest(name)).filter((record) => record?.state === 'running')
  for (const record of running) if (record) runtime.killContainer(record.id)
  return running.length > 0
}

/** The lines of a container's log; `status`: what was told of the pod last. */
export function answerLogs(runtime: ContainerRuntime, pod: Pod, status: Pod['status'], { container: asked, previous = false, tailLines }: LogOptions): LogAnswer {
  const { name: podName, uid } = pod.metadata
  const name = logContainerOf(pod, asked)
  if (name === null) return { ok: false, message: `container ${asked ?? ''} is not valid for pod ${podName}` }
  const shown = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find((candidate) => candidate.name === name)
  const refusal = logRefusal(podName, name, shown, previous)
  if (refusal !== null) return { ok: false, message: refusal }
  const id = logSourceOf(shown, previous)
  const record = runtime.sandboxesOf(uid).flatMap(({ containers }) => containers).find((candidate) => candidate.id === id)
  if (!record) return { ok: false, message: `unable to retrieve container logs for ${id}` }
  const lines = runtime.logOf(record).map((line) => line.text)
  return { ok: true, lines: tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - tailLines)) }
}

/** What of a worker's pod will happen at a known time. */
export function countdownsOf({ images }: ContainerRuntime, worker: PodWorker, now: Millis): readonly KubeletCountdown[] {
  const found: KubeletCountdown[] = []
  const about = `pods/${worker.key}`
  for (const [container, { since, due, image }] of worker.backOffs) if (due > now) found.push({ kind: image ? 'imageBackOff' : 'backOff', about, container, since, due })
  for (const row of worker.stopper?.countdowns() ?? []) found.push({ kind: 'termination', about, ...row })
  for (const row of worker.prober?.countdowns() ?? []) found.push({ kind: 'probe', about, ...row })
  const progress = worker.starting && images.progressOf(worker.starting.image)
  if (worker.starting && progress?.due) found.push({ kind: 'pull', about, container: worker.starting.name, since: progress.since, due: progress.due })
  return found
}
