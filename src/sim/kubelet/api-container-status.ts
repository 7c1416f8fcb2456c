// Upstream: pkg/kubelet/kubelet_pods.go convertStatusToAPIStatus, convertToAPIContainerStatuses (v1.36). Left out: users, volume mounts, devices.
import type { Container, ContainerState, ContainerStatus } from '../api/generated/types.ts'
import { semanticEqual } from '../api/semantic.ts'
import type { ContainerRecord } from '../runtime/node-disk.ts'
import type { Millis } from '../kernel/agenda.ts'
import { isSidecar } from './restart-policy.ts'
import { noState, runningState, waitingState } from './shared-parts.ts'

/** Why a container could not be started, as its waiting state shows it. */
export interface StartError {
  readonly reason: string
  readonly message: string
}

/** What is known of one container when its status is made. */
export interface ContainerFacts {
  readonly container: Container
  readonly isInit: boolean
  /** Newest last. */
  readonly records: readonly ContainerRecord[]
  readonly startError: StartError | undefined
  /** It will be started (again): only then does a start error show. */
  readonly willStart: boolean
  readonly oldStatus: ContainerStatus | undefined
  /** The pod has init containers: what has not run yet waits for them. */
  readonly hasInitContainers: boolean
  /** Main containers exist already. */
  readonly podInitialized: boolean
  /** `undefined`: it has no such probe. */
  readonly startupPassed: boolean | undefined
  readonly readinessPassed: boolean | undefined
  /** What stops it, where that is told. */
  readonly stopSignal: string | undefined
  /** What a run of it said of its end. */
  messageOf(record: ContainerRecord): string
}

/** The words for a container that was there once and cannot be found. */
export const lostContainer = { reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated', exitCode: 137 } as const

/** The API's view of one container: the very object that there was, when it says the same. */
export function containerStatusOf(facts: ContainerFacts, timeOf: (at: Millis) => string): ContainerStatus {
  const status = newStatusOf(facts, timeOf)
  return facts.oldStatus && semanticEqual(facts.oldStatus, status) ? facts.oldStatus : status
}

function newStatusOf(facts: ContainerFacts, timeOf: (at: Millis) => string): ContainerStatus {
  const { container, records } = facts
  const newest = records.at(-1)
  if (!newest) return neverMade(facts)
  const previous = records.at(-2)
  if (newest.state === 'unknown') return unknownStatus(facts, newest, previous ? stateOf(facts, previous, timeOf) : facts.oldStatus?.lastState)
  const state = stateOf(facts, newest, timeOf)
  const waits = facts.willStart && facts.startError !== undefined && newest.state === 'exited'
  const { started, ready } = flagsOf(facts, newest)
  const lastState = waits ? state : previous ? stateOf(facts, previous, timeOf) : facts.oldStatus?.restartCount === newest.attempt ? facts.oldStatus.lastState : facts.oldStatus?.state?.terminated ? facts.oldStatus.state : undefined
  const plain = {
    name: container.name,
    image: newest.image.name,
    imageID: newest.image.id,
    containerID: newest.id,
    restartCount: newest.attempt,
    ready: waits ? false : ready,
    started: waits ? false : started,
    state: waits && facts.startError ? { waiting: facts.startError } : state,
    lastState: lastState ?? noState,
  }
  const status = facts.stopSignal === undefined ? plain : { ...plain, stopSignal: facts.stopSignal }
  if (!container.resources?.requests || newest.state !== 'running') return status
  return { ...status, resources: container.resources, allocatedResources: container.resources.requests }
}

/** The runtime cannot tell: what ran last time has ended without a word, all else waits. */
function unknownStatus({ container, oldStatus }: ContainerFacts, newest: ContainerRecord, lastState: ContainerState = noState): ContainerStatus {
  const base = { name: container.name, image: newest.image.name, imageID: newest.image.id, containerID: newest.id, ready: false, started: false, lastState }
  return oldStatus?.state?.running ? { ...base, restartCount: oldStatus.restartCount + 1, state: lostState() } : { ...base, restartCount: newest.attempt, state: waitingState() }
}

/** The terminated state of a container that is gone for good. */
export function lostState(): ContainerState {
  return { terminated: { exitCode: lostContainer.exitCode, reason: lostContainer.reason, message: lostContainer.message, startedAt: undefinedTime, finishedAt: undefinedTime } }
}

/** The zero time, which the wire shows as null. */
const undefinedTime = null as unknown as string

function neverMade(facts: ContainerFacts): ContainerStatus {
  const { container, oldStatus } = facts
  const base = { name: container.name, image: container.image, imageID: '', restartCount: oldStatus?.restartCount ?? 0, ready: false, started: false, lastState: oldStatus?.lastState ?? noState }
  if (facts.isInit && !isSidecar(container) && facts.podInitialized) {
    const message = 'Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally'
    return { ...base, ready: true, state: { terminated: { exitCode: 0, reason: 'Completed', message, startedAt: undefinedTime, finishedAt: undefinedTime } } }
  }
  const wasRunning = oldStatus?.state?.running !== undefined || oldStatus?.state?.terminated !== undefined
  if (wasRunning && oldStatus) return { ...oldStatus, ready: false, started: false, restartCount: oldStatus.restartCount + (oldStatus.state?.running ? 1 : 0), ...(oldStatus.state?.running && { state: unmadeState(facts), lastState: lostState() }) }
  return { ...base, state: facts.startError && facts.willStart ? { waiting: facts.startError } : unmadeState(facts) }
}

function unmadeState(facts: ContainerFacts): ContainerState {
  return waitingState(facts.hasInitContainers ? 'PodInitializing' : 'ContainerCreating')
}

function stateOf(facts: ContainerFacts, record: ContainerRecord, timeOf: (at: Millis) => string): ContainerState {
  if (record.state === 'created') return waitingState()
  if (record.state === 'running') return runningState(timeOf(record.startedAt ?? record.createdAt))
  const message = facts.messageOf(record)
  return {
    terminated: {
      exitCode: record.exitCode,
      reason: record.reason,
      ...(message && { message }),
      startedAt: timeOf(record.startedAt ?? record.createdAt),
      finishedAt: timeOf(record.finishedAt ?? record.createdAt),
      containerID: record.id,
    },
  }
}

function flagsOf(facts: ContainerFacts, newest: ContainerRecord): { started: boolean; ready: boolean } {
  if (newest.state !== 'running') {
    const finished = facts.isInit && !isSidecar(facts.container) && newest.state === 'exited' && newest.exitCode === 0
    return { started: false, ready: finished }
  }
  // Regular init containers have no probes: running is started, and ready only once they have ended well.
  if (facts.isInit && !isSidecar(facts.container)) return { started: true, ready: false }
  const started = facts.startupPassed ?? true
  return { started, ready: started && (facts.readinessPassed ?? true) }
}
