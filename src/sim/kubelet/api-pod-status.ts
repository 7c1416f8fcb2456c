// Upstream: pkg/kubelet/kubelet_pods.go generateAPIPodStatus, pkg/kubelet/status/status_manager.go mergePodStatus (v1.36). Left out: resize status, ephemeral containers, resource claims.
import { sealedList } from '../kernel/sealed-list.ts'
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../api/generated/types.ts'
import { settled } from '../api/objects.ts'
import { structOf } from '../api/schema/go-type.ts'
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
  readonly verdict: { readonly phase: PodPhase; readonly reason: string; readonly message: string; readonly disruption?: PodCondition } | null
  readonly mayRun: boolean
}

/** The kubelet's view of a pod as the API has it, before it is merged with what others wrote; what there was, part by part and as a whole, where it says the same. */
export function podStatusOf(facts: PodStatusFacts, now: string): PodStatus {
  const { pod: { metadata, spec, status: old }, containerStatuses, initContainerStatuses, isTerminal, isStatic, hasInitialized, sandboxReady, nodeIPs } = facts
  const conditions = old.conditions ?? none
  const base: PodFacts = { spec, containerStatuses, initContainerStatuses, isTerminal, isStatic, hasInitialized, sandboxReady, conditions }
  let phase = phaseOf(base)
  // A pod that has stopped before it came to anything has failed.
  if (isTerminal && !isStatic && phase !== 'Succeeded') phase = 'Failed'
  // A terminal phase never leaves.
  if (old.phase === 'Failed' || old.phase === 'Succeeded') phase = old.phase
  const verdict = facts.verdict && !facts.mayRun ? facts.verdict : null
  // Also over exit codes of 0: a deadline that has passed makes the pod a failed one.
  if (verdict) phase = verdict.phase
  const generation = metadata.generation ?? 1
  const ips = orderPodIPs(nodeIPs, spec.hostNetwork ? nodeIPs : facts.podIPs)
  const own: OwnFields = {
    phase,
    qosClass: old.qosClass,
    nominatedNodeName: old.nominatedNodeName,
    observedGeneration: generation,
    reason: verdict?.reason ?? old.reason,
    message: verdict?.message ?? old.message,
    conditions: mergeConditions(verdict?.disruption ? withDisruption(conditions, verdict.disruption) : conditions, conditionsOf(base, phase), now, generation),
    startTime: old.startTime ?? facts.startTime,
    hostIP: nodeIPs[0],
    hostIPs: nodeIPs.length === 0 ? undefined : sameAddresses(old.hostIPs, nodeIPs) ? old.hostIPs : sharedAddresses(nodeIPs),
    podIP: ips[0],
    podIPs: ips.length === 0 ? undefined : sameAddresses(old.podIPs, ips) ? old.podIPs : sealedList(ips.map((ip) => Object.freeze({ ip }))),
    initContainerStatuses: initContainerStatuses.length === 0 ? undefined : unlessSame(old.initContainerStatuses, initContainerStatuses),
    containerStatuses: unlessSame(old.containerStatuses, sortedByName(containerStatuses)),
  }
  return saysTheSame(old, own) ? old : orderedStatus(own)
}

const none: readonly PodCondition[] = []

/** The fields that a kubelet writes. */
type OwnField = 'phase' | 'qosClass' | 'nominatedNodeName' | 'observedGeneration' | 'reason' | 'message' | 'conditions' | 'startTime' | 'hostIP' | 'hostIPs' | 'podIP' | 'podIPs' | 'initContainerStatuses' | 'containerStatuses'
type OwnFields = { readonly phase: string } & { readonly [field in OwnField]: PodStatus[field] | undefined }

/**
 * A status of what a kubelet writes, in Go's order and without what is not there, frozen as its parts are: it is stored as it is.
 * Field by field: what is spread from parts has a hidden class of its own for each pod.
 */
export function orderedStatus(own: Partial<OwnFields> & Pick<OwnFields, 'phase'>): PodStatus {
  const status = structOf('PodStatus').blank() as { -readonly [field in keyof PodStatus]: PodStatus[field] }
  if (own.observedGeneration !== undefined) status.observedGeneration = own.observedGeneration
  status.phase = own.phase
  if (own.conditions?.length) status.conditions = own.conditions
  if (own.message) status.message = own.message
  if (own.reason) status.reason = own.reason
  if (own.nominatedNodeName) status.nominatedNodeName = own.nominatedNodeName
  if (own.hostIP !== undefined) status.hostIP = own.hostIP
  if (own.hostIPs !== undefined) status.hostIPs = own.hostIPs
  if (own.podIP !== undefined) status.podIP = own.podIP
  if (own.podIPs !== undefined) status.podIPs = own.podIPs
  if (own.startTime !== undefined) status.startTime = own.startTime
  if (own.initContainerStatuses !== undefined) status.initContainerStatuses = own.initContainerStatuses
  if (own.containerStatuses !== undefined) status.containerStatuses = own.containerStatuses
  if (own.qosClass !== undefined) status.qosClass = own.qosClass
  return Object.freeze(status)
}

/** Whether a condition is the kubelet's to write; the others are somebody else's. Compared by hand: a sync asks it of a dozen conditions. */
export function isOwnCondition({ type }: Pick<PodCondition, 'type'>): boolean {
  return type === 'Ready' || type === 'ContainersReady' || type === 'PodScheduled' || type === 'Initialized' || type === 'PodReadyToStartContainers'
}

/** A pod that the kubelet itself ends is told to be disrupted, whoever has said so before. */
function withDisruption(conditions: readonly PodCondition[], disruption: PodCondition): readonly PodCondition[] {
  return conditions.includes(disruption) ? conditions : sealedList([...conditions.filter(({ type }) => type !== disruption.type), disruption])
}

/** Whether the kubelet says this one of the conditions that others may write too. */
export function isOwnDisruption({ type, reason }: PodCondition): boolean {
  return type === 'DisruptionTarget' && reason === 'TerminationByKubelet'
}

/** Others' conditions first, then the kubelet's; the time of a transition moves only with the status. */
export function mergeConditions(old: readonly PodCondition[], own: readonly ConditionFacts[], now: string, observedGeneration: number): readonly PodCondition[] {
  const theirs = old.every(isOwnCondition) ? [] : old.filter((condition) => !isOwnCondition(condition))
  const ours = own.map((facts) => mergeCondition(old, facts, now, observedGeneration))
  const merged = theirs.length === 0 ? sharedConditions(ours) : sealedList([...theirs, ...ours])
  return unlessSame(old, merged)
}

function mergeCondition(old: readonly PodCondition[], facts: ConditionFacts, now: string, observedGeneration: number): PodCondition {
  let before: PodCondition | undefined
  for (const condition of old) if (condition.type === facts.type) before ??= condition
  if (before?.status !== facts.status) return sharedCondition(facts, now, observedGeneration)
  const isSame = before.reason === facts.reason && before.message === facts.message && before.observedGeneration === observedGeneration && before.lastProbeTime === null
  return isSame ? before : sharedCondition(facts, before.lastTransitionTime, observedGeneration)
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
  return status.state?.terminated ? status : settled({ ...status, ready: false, started: false, state: lostState() })
}

/** One address a family, the family of the node's first address leading. */
export function orderPodIPs(nodeIPs: readonly string[], podIPs: readonly string[]): readonly string[] {
  // Mostly there is one, and whatever its family, it leads.
  if (podIPs.length < 2) return podIPs
  const leads = isV6(nodeIPs[0] ?? '')
  const first = podIPs.find((ip) => isV6(ip) === leads)
  const second = podIPs.find((ip) => isV6(ip) !== leads)
  return [first, second].filter((ip) => ip !== undefined)
}

function isV6(ip: string): boolean {
  return ip.includes(':')
}

/** A list as it was, when each of its items is. */
function unlessSame<T>(old: readonly T[] | undefined, list: readonly T[]): readonly T[] {
  if (old?.length !== list.length) return sealedList(list)
  for (let at = 0; at < list.length; at += 1) if (list[at] !== old[at]) return sealedList(list)
  return old
}

function sameAddresses(old: readonly { readonly ip: string }[] | undefined, ips: readonly string[]): boolean {
  return old?.length === ips.length && ips.every((ip, at) => ip === old[at]?.ip)
}

/** It has these fields and no others, and each is what there was: parts that say the same are the same by now. */
function saysTheSame(old: PodStatus, own: OwnFields): boolean {
  for (const field in old) if (!Object.hasOwn(own, field)) return false
  return old.phase === own.phase && old.observedGeneration === own.observedGeneration && old.reason === own.reason && old.message === own.message
    && old.conditions === own.conditions && old.startTime === own.startTime && old.hostIP === own.hostIP && old.hostIPs === own.hostIPs && old.podIP === own.podIP && old.podIPs === own.podIPs
    && old.initContainerStatuses === own.initContainerStatuses && old.containerStatuses === own.containerStatuses
}

function sortedByName(statuses: readonly ContainerStatus[]): readonly ContainerStatus[] {
  return statuses.length < 2 ? statuses : [...statuses].sort((a, b) => (a.name < b.name ? -1 : 1))
}
