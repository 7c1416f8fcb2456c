// Upstream: pkg/kubelet/kubelet_pods.go generateAPIPodStatus, pkg/kubelet/status/status_manager.go mergePodStatus (v1.36). Left out: resize status, ephemeral containers, resource claims.
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../api/generated/types.ts'
import { lostState } from './api-container-status.ts'
import { isSidecar } from './restart-policy.ts'
import { sharedAddresses, sharedCondition, sharedConditions } from './shared-parts.ts'
import { conditionsOf, phaseOf, type ConditionFacts, type PodFacts, type PodPhase } from './pod-status.ts'

/** What a status is made of besides the containers' states. */
export interface PodStatusFacts extends Omit<PodFacts, 'spec' | 'conditions'> {
  readonly pod: Pick<Pod, 'metadata' | 'spec' | 'status'>
  readonly startTime: string
  readonly nodeIPs: readonly string[]
  readonly podIPs: readonly string[]
  /** The phase, reason and message that an eviction or a deadline has decided. */
  readonly verdict: { readonly phase: PodPhase; readonly reason: string; readonly message: string } | null
  readonly mayRun: boolean
}

/** The kubelet's view of a pod as the API has it, before it is merged with what others wrote; what there was, part by part and as a whole, where it says the same. */
export function podStatusOf(facts: PodStatusFacts, now: string): PodStatus {
  const { pod } = facts
  const old = pod.status
  const conditions = old.conditions ?? []
  const base: PodFacts = { ...facts, spec: pod.spec, conditions }
  let phase = phaseOf(base)
  // A pod that has stopped before it came to anything has failed.
  if (facts.isTerminal && !facts.isStatic && phase !== 'Succeeded') phase = 'Failed'
  // A terminal phase never leaves.
  if (old.phase === 'Failed' || old.phase === 'Succeeded') phase = old.phase
  const verdict = facts.verdict && !facts.mayRun ? facts.verdict : null
  // Also over exit codes of 0: a deadline that has passed makes the pod a failed one.
  if (verdict) phase = verdict.phase
  const reason = verdict?.reason ?? old.reason
  const message = verdict?.message ?? old.message
  // Field by field: what is spread from parts has a hidden class of its own for each pod.
  const status: { -readonly [field in keyof PodStatus]: PodStatus[field] } = { phase }
  if (old.qosClass !== undefined) status.qosClass = old.qosClass
  if (old.nominatedNodeName !== undefined) status.nominatedNodeName = old.nominatedNodeName
  status.observedGeneration = pod.metadata.generation ?? 1
  if (reason !== undefined) status.reason = reason
  if (message !== undefined) status.message = message
  status.conditions = mergeConditions(conditions, conditionsOf(base, phase), now, pod.metadata.generation ?? 1)
  status.startTime = old.startTime ?? facts.startTime
  if (facts.nodeIPs[0] !== undefined) {
    status.hostIP = facts.nodeIPs[0]
    status.hostIPs = old.hostIPs && sameAddresses(old.hostIPs, facts.nodeIPs) ? old.hostIPs : sharedAddresses(facts.nodeIPs)
  }
  const ips = orderPodIPs(facts.nodeIPs, pod.spec.hostNetwork ? facts.nodeIPs : facts.podIPs)
  if (ips[0] !== undefined) {
    status.podIP = ips[0]
    status.podIPs = old.podIPs && sameAddresses(old.podIPs, ips) ? old.podIPs : ips.map((ip) => ({ ip }))
  }
  if (facts.initContainerStatuses.length > 0) status.initContainerStatuses = unlessSame(old.initContainerStatuses, facts.initContainerStatuses)
  status.containerStatuses = unlessSame(old.containerStatuses, sortedByName(facts.containerStatuses))
  return saysTheSame(old, status) ? old : status
}

const ownConditions = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'])

/** Whether a condition is the kubelet's to write; the others are somebody else's. */
export function isOwnCondition({ type }: Pick<PodCondition, 'type'>): boolean {
  return ownConditions.has(type)
}

/** Others' conditions first, then the kubelet's; the time of a transition moves only with the status. */
export function mergeConditions(old: readonly PodCondition[], own: readonly ConditionFacts[], now: string, observedGeneration: number): readonly PodCondition[] {
  const theirs = old.every(isOwnCondition) ? [] : old.filter((condition) => !isOwnCondition(condition))
  const ours = own.map((facts) => {
    const before = old.find((condition) => condition.type === facts.type)
    return sharedCondition(facts, before?.status === facts.status ? before.lastTransitionTime : now, observedGeneration)
  })
  const merged = theirs.length === 0 ? sharedConditions(ours) : [...theirs, ...ours]
  return unlessSame(old, merged)
}

/** Container statuses at the end of a pod: what never came to an end is called lost. */
export function finalStatuses(pod: Pick<Pod, 'spec'>, main: readonly ContainerStatus[], init: readonly ContainerStatus[]): { containerStatuses: readonly ContainerStatus[]; initContainerStatuses: readonly ContainerStatus[] } {
  const initialized = hasInitialized(pod, main, init)
  if (initialized) return { containerStatuses: main.map(ended), initContainerStatuses: init.map(ended) }
  // The main containers never had their turn: they keep waiting, and so do the init containers after the first that was reached.
  const reached = init.findLastIndex((status) => status.state?.terminated !== undefined || status.lastState?.terminated !== undefined || status.state?.running !== undefined)
  return { containerStatuses: main, initContainerStatuses: init.map((status, at) => (at <= Math.max(0, reached) ? ended(status) : status)) }
}

function hasInitialized(pod: Pick<Pod, 'spec'>, main: readonly ContainerStatus[], init: readonly ContainerStatus[]): boolean {
  const started = main.some((status) => status.state?.running !== undefined || status.state?.terminated !== undefined || status.lastState?.terminated !== undefined)
  const regular = (pod.spec.initContainers ?? []).filter((container) => !isSidecar(container))
  if (started || (pod.spec.initContainers ?? []).length === 0) return true
  return regular.length > 0 && regular.length === (pod.spec.initContainers ?? []).length && regular.every((container) => init.find((status) => status.name === container.name)?.state?.terminated?.exitCode === 0)
}

function ended(status: ContainerStatus): ContainerStatus {
  return status.state?.terminated ? status : { ...status, ready: false, started: false, state: lostState() }
}

/** hostIP and hostIPs are the node's; of the pod's addresses at most one per family, the node's family first. */
/** One address a family, the family of the node's first address leading. */
export function orderPodIPs(nodeIPs: readonly string[], podIPs: readonly string[]): string[] {
  const isV6 = (ip: string) => ip.includes(':')
  const leads = isV6(nodeIPs[0] ?? '')
  const first = podIPs.find((ip) => isV6(ip) === leads)
  const second = podIPs.find((ip) => isV6(ip) !== leads)
  return [first, second].filter((ip) => ip !== undefined)
}

/** A list as it was, when each of its items is. */
function unlessSame<T>(old: readonly T[] | undefined, list: readonly T[]): readonly T[] {
  return old && old.length === list.length && list.every((item, at) => item === old[at]) ? old : list
}

function sameAddresses(old: readonly { readonly ip: string }[], ips: readonly string[]): boolean {
  return old.length === ips.length && ips.every((ip, at) => ip === old[at]?.ip)
}

const fields: readonly (keyof PodStatus)[] = ['phase', 'qosClass', 'nominatedNodeName', 'observedGeneration', 'reason', 'message', 'conditions', 'startTime', 'hostIP', 'hostIPs', 'podIP', 'podIPs', 'initContainerStatuses', 'containerStatuses']

/** It has these fields and no others, and each is what there was: parts that say the same are the same by now. */
function saysTheSame(old: PodStatus, status: PodStatus): boolean {
  for (const field in old) if (!Object.hasOwn(status, field)) return false
  return fields.every((field) => old[field] === status[field])
}

function sortedByName(statuses: readonly ContainerStatus[]): readonly ContainerStatus[] {
  return statuses.length < 2 ? statuses : [...statuses].sort((a, b) => (a.name < b.name ? -1 : 1))
}
