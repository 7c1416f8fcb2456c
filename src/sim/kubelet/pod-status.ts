// Upstream: pkg/kubelet/kubelet_pods.go getPhase, pkg/kubelet/status/generate.go (v1.36). Left out: resize conditions.
import type { Container, ContainerStatus, PodCondition, PodSpec } from '../api/generated/types.ts'
import { isSidecar, shouldRestart } from './restart-policy.ts'

/** What decides a pod's phase and conditions, all of it as the API shows it. */
export interface PodFacts {
  readonly spec: Pick<PodSpec, 'restartPolicy' | 'containers' | 'initContainers' | 'readinessGates'>
  readonly containerStatuses: readonly ContainerStatus[]
  readonly initContainerStatuses: readonly ContainerStatus[]
  /** All containers were stopped and none will be started again. Never so for a static pod. */
  readonly isTerminal: boolean
  readonly isStatic: boolean
  /** A main container has run in this sandbox: sidecars that restart do not make the pod Pending again. */
  readonly hasInitialized: boolean
  readonly sandboxReady: boolean
  /** The conditions there are, for readiness gates. */
  readonly conditions: readonly PodCondition[]
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed'
export type ConditionFacts = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>

/** The word for a pod's life that its containers' states add up to. */
export function phaseOf(facts: PodFacts): PodPhase {
  const init = initProgress(facts)
  if (init.failedForGood) return 'Failed'
  const main = { running: init.sidecarsRunning, waiting: 0, unknown: 0, stopped: 0, succeeded: 0, restarting: 0 }
  for (const container of facts.spec.containers) countMain(main, container, named(facts.containerStatuses, container), facts.spec.restartPolicy)
  if (init.pending || main.waiting > 0) return 'Pending'
  if (main.unknown > 0) return 'Pending'
  if (main.running > 0) return 'Running'
  if (main.stopped === 0) return 'Pending'
  if (facts.isTerminal && !facts.isStatic) return main.stopped === main.succeeded ? 'Succeeded' : 'Failed'
  if (main.restarting > 0) return 'Running'
  return main.stopped === main.succeeded ? 'Succeeded' : 'Failed'
}

const sandboxReady: ConditionFacts = { type: 'PodReadyToStartContainers', status: 'True' }
const sandboxMissing: ConditionFacts = { type: 'PodReadyToStartContainers', status: 'False' }
const initialized: ConditionFacts = { type: 'Initialized', status: 'True' }
const ready: ConditionFacts = { type: 'Ready', status: 'True' }
const containersReady: ConditionFacts = { type: 'ContainersReady', status: 'True' }
const scheduled: ConditionFacts = { type: 'PodScheduled', status: 'True' }

/** The five conditions a kubelet writes, in its order. */
export function conditionsOf(facts: PodFacts, phase: PodPhase): readonly ConditionFacts[] {
  const inner = containersReadyCondition(facts, phase)
  return [
    facts.sandboxReady ? sandboxReady : sandboxMissing,
    initializedCondition(facts, phase),
    readyCondition(facts, inner),
    inner,
    scheduled,
  ]
}

const noContainers: readonly Container[] = []

function initProgress(facts: PodFacts): { pending: boolean; failedForGood: boolean; sidecarsRunning: number } {
  const progress = { pending: false, failedForGood: false, sidecarsRunning: 0 }
  for (const container of facts.spec.initContainers ?? noContainers) {
    const status = named(facts.initContainerStatuses, container)
    if (isSidecar(container)) {
      const { running, terminated } = status?.state ?? {}
      if (running) progress.sidecarsRunning += 1
      const counts = running ? status?.started === true : terminated !== undefined || status?.lastState?.terminated !== undefined
      if (!counts && !facts.hasInitialized) progress.pending = true
      continue
    }
    const ended = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined)
    if (ended?.exitCode === 0 && status?.state?.terminated) continue
    progress.pending = true
    if (ended && ended.exitCode !== 0 && !shouldRestart(container, facts.spec.restartPolicy, ended.exitCode)) progress.failedForGood = true
  }
  return progress
}

function countMain(
  main: { running: number; waiting: number; unknown: number; stopped: number; succeeded: number; restarting: number },
  container: Container,
  status: ContainerStatus | undefined,
  policy: PodSpec['restartPolicy'],
): void {
  const state = status?.state
  const ended = state?.terminated ?? (state?.waiting ? status?.lastState?.terminated : undefined)
  if (state?.running) main.running += 1
  else if (ended) {
    main.stopped += 1
    if (state?.terminated?.exitCode === 0) main.succeeded += 1
    if (shouldRestart(container, policy, ended.exitCode)) main.restarting += 1
  } else if (state?.waiting) main.waiting += 1
  else main.unknown += 1
}

function initializedCondition(facts: PodFacts, phase: PodPhase): ConditionFacts {
  const type = 'Initialized'
  if (!facts.spec.initContainers?.length && phase !== 'Succeeded') return initialized
  const unknown: string[] = []
  const incomplete: string[] = []
  for (const container of facts.spec.initContainers ?? noContainers) {
    const status = named(facts.initContainerStatuses, container)
    if (!status) unknown.push(container.name)
    else if (isSidecar(container) ? status.started !== true : !status.ready) incomplete.push(container.name)
  }
  if (phase === 'Succeeded' && unknown.length === 0) return { type, status: 'True', reason: 'PodCompleted' }
  if (unknown.length + incomplete.length === 0 || facts.containerStatuses.some(hasStarted)) return initialized
  return { type, status: 'False', reason: 'ContainersNotInitialized', message: listed(unknown, 'incomplete', incomplete) }
}

function hasStarted(status: ContainerStatus): boolean {
  return status.started === true || status.state?.terminated !== undefined || status.lastState?.terminated !== undefined
}

function containersReadyCondition(facts: PodFacts, phase: PodPhase): ConditionFacts {
  const type = 'ContainersReady'
  const unknown: string[] = []
  const unready: string[] = []
  for (const container of facts.spec.initContainers ?? noContainers) if (isSidecar(container)) noteUnready(container, facts.initContainerStatuses, unknown, unready)
  for (const container of facts.spec.containers) noteUnready(container, facts.containerStatuses, unknown, unready)
  if (phase === 'Succeeded' && unknown.length === 0) return { type, status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  if (unknown.length + unready.length === 0) return containersReady
  return { type, status: 'False', reason: 'ContainersNotReady', message: listed(unknown, 'unready', unready) }
}

function noteUnready(container: Container, statuses: readonly ContainerStatus[], unknown: string[], unready: string[]): void {
  const status = named(statuses, container)
  if (!status) unknown.push(container.name)
  else if (!status.ready) unready.push(container.name)
}

function readyCondition(facts: PodFacts, inner: ConditionFacts): ConditionFacts {
  if (inner.status !== 'True') return { ...inner, type: 'Ready' }
  const messages: string[] = []
  for (const { conditionType } of facts.spec.readinessGates ?? []) {
    const gate = facts.conditions.find((condition) => condition.type === conditionType)
    if (!gate) messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`)
    else if (gate.status !== 'True') messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`)
  }
  if (messages.length === 0) return ready
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') }
}

/** Both kinds of containers that keep a pod from it, the unknown first. */
function listed(unknown: readonly string[], word: string, others: readonly string[]): string {
  const first = unknown.length === 0 ? '' : `containers with unknown status: [${unknown.join(' ')}]`
  const second = others.length === 0 ? '' : `containers with ${word} status: [${others.join(' ')}]`
  return first && second ? `${first}, ${second}` : first + second
}

function named(statuses: readonly ContainerStatus[], { name }: Container): ContainerStatus | undefined {
  for (const status of statuses) if (status.name === name) return status
  return undefined
}
