// Upstream: pkg/kubelet/kubelet_pods.go generateAPIPodStatus (v1.36): what a pod worker knows, gathered for the pure functions.
import type { Millis } from '../kernel/agenda.ts'
import type { Container, ContainerStatus, Pod, PodStatus } from '../api/generated/types.ts'
import { formatTime, type EpochMillis } from '../api/time.ts'
import { containerStatusOf } from './api-container-status.ts'
import { finalStatuses, podStatusOf } from './api-pod-status.ts'
import type { PodWorker } from './pod-worker.ts'
import { isSidecar, shouldRestart } from './restart-policy.ts'

/** The status of a worker's pod now. `shown` is what was told last; `epochStart` is virtual time zero as a date. */
export function workerStatus(worker: PodWorker, shown: PodStatus | undefined, epochStart: EpochMillis, now: Millis, nodeIP: string): PodStatus {
  const pod = shown ? { ...worker.pod, status: { ...shown, conditions: conditionsOver(worker.pod.status.conditions ?? [], shown.conditions ?? []) } } : worker.pod
  const timeOf = (at: Millis) => formatTime(epochStart + at)
  const { sandbox } = worker
  const podInitialized = pod.spec.containers.some((container) => sandbox?.containers.some((record) => record.name === container.name))
  const main = pod.spec.containers.map((container) => statusOf(worker, pod, container, false, podInitialized, timeOf))
  const init = (pod.spec.initContainers ?? []).map((container) => statusOf(worker, pod, container, true, podInitialized, timeOf))
  const isTerminal = worker.stage === 'terminated'
  const statuses = isTerminal ? finalStatuses(pod, main, init) : { containerStatuses: main, initContainerStatuses: init }
  return podStatusOf({
    pod, ...statuses, isTerminal,
    isStatic: worker.isStatic,
    hasInitialized: podInitialized,
    sandboxReady: sandbox !== undefined,
    startTime: timeOf(worker.acceptedAt),
    nodeIPs: [nodeIP],
    podIPs: sandbox ? [sandbox.ip] : (pod.status.podIPs ?? []).map(({ ip }) => ip).filter((ip) => ip !== undefined),
    verdict: worker.verdict,
    mayRun: worker.mayRun,
  }, timeOf(now))
}

function statusOf(worker: PodWorker, pod: Pod, container: Container, isInit: boolean, podInitialized: boolean, timeOf: (at: Millis) => string): ContainerStatus {
  const records = worker.recordsOf(container.name)
  const newest = records.at(-1)
  const isProbed = !isInit || isSidecar(container)
  const old = (isInit ? pod.status.initContainerStatuses : pod.status.containerStatuses) ?? []
  const comesBack = newest?.state !== 'exited' || isSidecar(container) || shouldRestart(container, pod.spec.restartPolicy, newest.exitCode)
  return containerStatusOf({
    container, isInit, records, podInitialized,
    startError: worker.startErrors.get(container.name),
    willStart: worker.stage === 'syncing' && comesBack,
    oldStatus: old.find((status) => status.name === container.name),
    hasInitContainers: (pod.spec.initContainers ?? []).length > 0,
    startupPassed: isProbed && container.startupProbe ? worker.prober.verdict('startup', container.name) === 'success' : undefined,
    readinessPassed: isProbed && container.readinessProbe ? worker.prober.verdict('readiness', container.name) === 'success' : undefined,
  }, timeOf)
}

/** Others' conditions as the API has them, the kubelet's own as it told them last. */
function conditionsOver(theirs: NonNullable<PodStatus['conditions']>, own: NonNullable<PodStatus['conditions']>): NonNullable<PodStatus['conditions']> {
  return [...theirs.filter((condition) => !own.some((mine) => mine.type === condition.type)), ...own]
}
