// Upstream: pkg/kubelet/kubelet_pods.go generateAPIPodStatus (v1.36): what a pod worker knows, gathered for the pure functions.
import { sealedList } from '../kernel/sealed-list.ts'
import type { Millis } from '../kernel/agenda.ts'
import type { Container, ContainerStatus, Pod, PodStatus } from '../api/generated/types.ts'
import { formatTime, type EpochMillis } from '../api/time.ts'
import { containerStatusOf } from './api-container-status.ts'
import { finalStatuses, isOwnCondition, podStatusOf } from './api-pod-status.ts'
import type { PodWorker } from './pod-worker.ts'
import { isSidecar, shouldRestart } from './restart-policy.ts'
import { terminationMessage } from './termination-message.ts'

/** The status of a worker's pod now: what was told last (`shown`) when it says the same. `epochStart` is virtual time zero as a date. */
export function workerStatus(worker: PodWorker, shown: PodStatus | undefined, epochStart: EpochMillis, now: Millis, nodeIPs: readonly string[]): PodStatus {
  const { metadata, spec } = worker.pod
  const pod = { metadata, spec, status: shown ? withTheirs(shown, worker.pod.status) : worker.pod.status }
  const timeOf = (at: Millis) => formatTime(epochStart + at)
  const { sandbox } = worker
  const podInitialized = sandbox !== undefined && spec.containers.some((container) => sandbox.containers.some((record) => record.name === container.name))
  const main = spec.containers.map((container) => statusOf(worker, pod, container, false, podInitialized, timeOf))
  const init = spec.initContainers?.map((container) => statusOf(worker, pod, container, true, podInitialized, timeOf)) ?? []
  const isTerminal = worker.stage === 'terminated'
  const statuses = isTerminal ? finalStatuses(pod, main, init) : { containerStatuses: main, initContainerStatuses: init }
  return podStatusOf({
    pod,
    containerStatuses: statuses.containerStatuses,
    initContainerStatuses: statuses.initContainerStatuses,
    isTerminal,
    isStatic: worker.isStatic,
    hasInitialized: podInitialized,
    sandboxReady: sandbox !== undefined,
    startTime: timeOf(worker.acceptedAt),
    nodeIPs,
    podIPs: sandbox ? [sandbox.ip] : (pod.status.podIPs ?? []).map(({ ip }) => ip).filter((ip) => ip !== undefined),
    verdict: worker.verdict,
    mayRun: worker.mayRun,
  }, timeOf(now))
}

function statusOf(worker: PodWorker, pod: Pick<Pod, 'spec' | 'status'>, container: Container, isInit: boolean, podInitialized: boolean, timeOf: (at: Millis) => string): ContainerStatus {
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
    startupPassed: isProbed && container.startupProbe ? worker.startup(container.name) === 'success' : undefined,
    readinessPassed: isProbed && container.readinessProbe ? worker.readiness(container.name) === 'success' : undefined,
    stopSignal: worker.stopSignalOf(container),
    messageOf: (record) => terminationMessage(container, record, pod.spec, worker),
  }, timeOf)
}

/** Others' conditions as the API has them, all else as the kubelet told it last. */
function withTheirs(shown: PodStatus, { conditions: live = [] }: PodStatus): PodStatus {
  const { conditions: told = [] } = shown
  if (live.every(isOwnCondition) && told.every(isOwnCondition)) return shown
  const conditions = sealedList([...live.filter((condition) => !isOwnCondition(condition)), ...told.filter(isOwnCondition)])
  return conditions.length === told.length && conditions.every((condition, at) => condition === told[at]) ? shown : { ...shown, conditions }
}
