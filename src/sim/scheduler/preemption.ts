import { parseTime } from '../api/time.ts'
import type { Random } from '../kernel/random.ts'
import type { Cache } from './cache.ts'
import { fitError, histogram } from './fit-error.ts'
import type { PreparedFilter, Refusal } from './framework.ts'
import type { NodeState } from './node-state.ts'
import type { Nominations } from './nominations.ts'
import type { PodState } from './pod-state.ts'
import { addTo, removeFrom, runFilters, runFiltersWith } from './run-filters.ts'

/** What preemption came to (upstream: plugins/defaultpreemption and framework/preemption, v1.36). */
export interface Preemption {
  readonly eligible: boolean
  /** Why it does not help; empty when it does. */
  readonly message: string
  /** The node where room is made, '' when a nomination is lost, null when it stays as it was. */
  readonly nominate: string | null
  readonly candidates: readonly Candidate[]
  readonly chosen: Candidate | null
  /** Pods of lower priority that had hoped for the same room. */
  readonly displaced: readonly PodState[]
}

/** A node that would do without some of its pods, the most important of these first. */
export interface Candidate {
  readonly node: string
  readonly victims: readonly PodState[]
}

interface Attempt {
  readonly pod: PodState
  readonly filters: readonly PreparedFilter[]
  readonly refused: readonly NodeState[]
  readonly refusals: readonly Refusal[]
  readonly totalNodes: number
  readonly cache: Cache
  readonly nominations: Nominations
  readonly random: Random
  readonly now: string
}

const minCandidates = 100
const minCandidatesPercentage = 10
const notHelpful = ['Preemption is not helpful for scheduling']
const noVictims = ['No preemption victims found for incoming pod']

/** Looks for pods of lower priority whose going would let the pod in. */
export function preempt(attempt: Attempt): Preemption {
  const ineligible = whyNotEligible(attempt)
  if (ineligible) return { eligible: false, message: ineligible, nominate: null, candidates: [], chosen: null, displaced: [] }
  const { candidates, reasons } = findCandidates(attempt)
  const chosen = choose(candidates, attempt)
  if (!chosen) {
    const message = fitError(attempt.totalNodes, histogram(reasons), '', '')
    return { eligible: true, message, nominate: '', candidates: [], chosen: null, displaced: [] }
  }
  const displaced = [...attempt.nominations.on(chosen.node)].filter(({ uid, priority }) => uid !== attempt.pod.uid && priority < attempt.pod.priority)
  return { eligible: true, message: '', nominate: chosen.node, candidates, chosen, displaced }
}

function whyNotEligible({ pod, refused, refusals, cache }: Attempt): string | null {
  if (pod.pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const nominated = pod.pod.status?.nominatedNodeName
  const node = nominated ? cache.node(nominated) : undefined
  if (!node) return null
  const at = refused.indexOf(node)
  if (at >= 0 && refusals[at]!.code === 'UnschedulableAndUnresolvable') return null
  for (const other of node.pods) {
    if (other.priority < pod.priority && isTerminatingByPreemption(other)) return 'not eligible due to a terminating pod on the nominated node.'
  }
  return null
}

function isTerminatingByPreemption(pod: PodState): boolean {
  return pod.isTerminating && (pod.pod.status?.conditions ?? []).some(({ type, status, reason }) => type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler')
}

function findCandidates(attempt: Attempt): { candidates: readonly Candidate[]; reasons: readonly (readonly string[])[] } {
  const { refused, refusals, random } = attempt
  const reasons: (readonly string[])[] = []
  const potential: NodeState[] = []
  for (let at = 0; at < refused.length; at += 1) {
    if (refusals[at]!.code === 'Unschedulable') potential.push(refused[at]!)
    else reasons.push(notHelpful)
  }
  const enough = Math.min(Math.max(Math.floor((potential.length * minCandidatesPercentage) / 100), minCandidates), potential.length)
  // Trying begins anywhere, so that the same nodes are not always spared.
  const offset = potential.length > enough ? random.below(potential.length) : 0
  const candidates: Candidate[] = []
  for (let at = 0; at < potential.length && candidates.length < enough; at += 1) {
    const node = potential[(offset + at) % potential.length]!
    const result = victimsOn(node, attempt)
    if ('victims' in result) candidates.push({ node: node.name, victims: result.victims })
    else reasons.push(result.reasons)
  }
  return { candidates, reasons }
}

type Victims = { readonly victims: readonly PodState[] } | { readonly reasons: readonly string[] }

/** Takes all pods of lower priority away, then gives back what can stay, the most important first. */
function victimsOn(node: NodeState, attempt: Attempt): Victims {
  const { pod, filters, now } = attempt
  const lower = node.pods.filter(({ priority }) => priority < pod.priority)
  if (lower.length === 0) return { reasons: noVictims }
  const copy = node.clone()
  for (const other of lower) removeFrom(copy, other, filters)
  const refusal = filterWithNominated(copy, filters, attempt)
  const victims = refusal ? lower : mostImportantFirst(lower, now).filter((other) => !canStay(other, copy, attempt))
  for (const victim of victims) addTo(copy, victim, filters)
  return refusal ? { reasons: refusal.reasons } : { victims }
}

/** Leaves the pod where it was if there is room beside it. */
function canStay(other: PodState, node: NodeState, attempt: Attempt): boolean {
  addTo(node, other, attempt.filters)
  if (!filterWithNominated(node, attempt.filters, attempt)) return true
  removeFrom(node, other, attempt.filters)
  return false
}

function filterWithNominated(node: NodeState, filters: readonly PreparedFilter[], { nominations, pod }: Attempt): Refusal | null {
  const nominated = nominations.holdingRoom(node.name, pod)
  if (nominated.length > 0) {
    const refusal = runFiltersWith(nominated, node, filters)
    if (refusal) return refusal
  }
  return runFilters(node, filters)
}

/** Upstream: util.MoreImportantPod: higher priority, then the one that started first. */
function mostImportantFirst(pods: readonly PodState[], now: string): readonly PodState[] {
  const ranked = pods.map((pod) => ({ pod, priority: pod.priority, start: startOf(pod, now), key: pod.key }))
  ranked.sort((a, b) => b.priority - a.priority || a.start - b.start || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return ranked.map(({ pod }) => pod)
}

function startOf(pod: PodState, now: string): number {
  return parseTime(pod.pod.status?.startTime ?? now) ?? 0
}

/** Upstream: pickOneNodeForPreemption: each criterion leaves the best of those before it. */
function choose(candidates: readonly Candidate[], { random, now }: Attempt): Candidate | null {
  const highest = ({ victims }: Candidate): number => victims[0]!.priority
  const criteria: ((candidate: Candidate) => number)[] = [
    highest,
    ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + 0x80000000, 0),
    ({ victims }) => victims.length,
    (candidate) => -Math.min(...candidate.victims.filter(({ priority }) => priority === highest(candidate)).map((pod) => startOf(pod, now))),
  ]
  let left = candidates
  for (const criterion of criteria) {
    if (left.length < 2) break
    const least = Math.min(...left.map(criterion))
    left = left.filter((candidate) => criterion(candidate) === least)
  }
  return left.length > 1 ? random.pick(left) : (left[0] ?? null)
}
