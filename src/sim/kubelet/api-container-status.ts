// Upstream: pkg/kubelet/kubelet_pods.go convertStatusToAPIStatus, convertToAPIContainerStatuses (v1.36). Left out: users, volume mounts, devices.
import type { Container, ContainerState, ContainerStatus } from '../api/generated/types.ts'
import { settled } from '../api/objects.ts'
import { structOf } from '../api/schema/go-type.ts'
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

/** The API's view of one container, its fields in Go's order and frozen: the very object that there was, when it says the same. */
export function containerStatusOf(facts: ContainerFacts, timeOf: (at: Millis) => string): ContainerStatus {
  const status = newStatusOf(facts, timeOf)
  return facts.oldStatus && semanticEqual(facts.oldStatus, status) ? facts.oldStatus : settled(status)
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
  const resources = newest.state === 'running' && container.resources?.requests ? settled(container.resources) : undefined
  const status = blankStatus()
  status.name = container.name
  status.state = waits && facts.startError ? waitingFor(facts.startError) : state
  status.lastState = lastState ?? noState
  status.ready = waits ? false : ready
  status.restartCount = newest.attempt
  status.image = newest.image.name
  status.imageID = newest.image.id
  status.containerID = newest.id
  status.started = waits ? false : started
  if (resources) {
    status.allocatedResources = resources.requests
    status.resources = resources
  }
  if (facts.stopSignal !== undefined) status.stopSignal = facts.stopSignal
  return Object.freeze(status) as ContainerStatus
}

type Draft = { -readonly [field in keyof ContainerStatus]?: ContainerStatus[field] }

function blankStatus(): Draft {
  return structOf('ContainerStatus').blank() as Draft
}

function waitingFor({ reason, message }: StartError): ContainerState {
  return settled({ waiting: { reason, ...(message && { message }) } })
}

/** The runtime cannot tell: what ran last time has ended without a word, all else waits. */
function unknownStatus({ container, oldStatus }: ContainerFacts, newest: ContainerRecord, lastState: ContainerState = noState): ContainerStatus {
  const ran = oldStatus?.state?.running !== undefined
  return {
    name: container.name, state: ran ? lostState() : waitingState(), lastState, ready: false, restartCount: ran ? oldStatus.restartCount + 1 : newest.attempt,
    image: newest.image.name, imageID: newest.image.id, containerID: newest.id, started: false,
  }
}

/** The terminated state of a container that is gone for good. */
export function lostState(): ContainerState {
  return settled({ terminated: { exitCode: lostContainer.exitCode, reason: lostContainer.reason, message: lostContainer.message, startedAt: undefinedTime, finishedAt: undefinedTime } })
}

/** The zero time, which the wire shows as null. */
const undefinedTime = null as unknown as string

function neverMade(facts: ContainerFacts): ContainerStatus {
  const { container, oldStatus } = facts
  const unmade = (state: ContainerState, ready: boolean): ContainerStatus => ({
    name: container.name, state, lastState: oldStatus?.lastState ?? noState, ready, restartCount: oldStatus?.restartCount ?? 0, image: container.image, imageID: '', started: false,
  })
  if (facts.isInit && !isSidecar(container) && facts.podInitialized) {
    const message = 'Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally'
    return unmade({ terminated: { exitCode: 0, reason: 'Completed', message, startedAt: undefinedTime, finishedAt: undefinedTime } }, true)
  }
  const wasRunning = oldStatus?.state?.running !== undefined || oldStatus?.state?.terminated !== undefined
  if (wasRunning && oldStatus) return { ...oldStatus, ready: false, started: false, restartCount: oldStatus.restartCount + (oldStatus.state?.running ? 1 : 0), ...(oldStatus.state?.running && { state: unmadeState(facts), lastState: lostState() }) }
  return unmade(facts.startError && facts.willStart ? waitingFor(facts.startError) : unmadeState(facts), false)
}

function unmadeState(facts: ContainerFacts): ContainerState {
  return waitingState(facts.hasInitContainers ? 'PodInitializing' : 'ContainerCreating')
}

function stateOf(facts: ContainerFacts, record: ContainerRecord, timeOf: (at: Millis) => string): ContainerState {
  if (record.state === 'created') return waitingState()
  if (record.state === 'running') return runningState(timeOf(record.startedAt ?? record.createdAt))
  const message = facts.messageOf(record)
  return settled({
    terminated: {
      exitCode: record.exitCode,
      ...(record.reason && { reason: record.reason }),
      ...(message && { message }),
      startedAt: timeOf(record.startedAt ?? record.createdAt),
      finishedAt: timeOf(record.finishedAt ?? record.createdAt),
      containerID: record.id,
    },
  })
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
