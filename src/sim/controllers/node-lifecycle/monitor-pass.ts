import type { CauseId, Millis } from '../../kernel/agenda.ts'
import type { Lease, Node, NodeCondition, Pod } from '../../api/generated/types.ts'
import type { Labels } from '../../api/objects.ts'
import type { ComponentContext, Informer } from '../../client/component.ts'
import type { PausingSteps, Steps } from '../../client/steps.ts'
import { withPodCondition } from '../pod-condition.ts'
import { observeNode } from './node-health.ts'
import type { GracePeriods, NodeHealth } from './node-health.ts'
import { hasTaint, notReadyTaint, swapTaints, unreachableTaint } from './node-taints.ts'
import type { TaintQueue } from './taint-queue.ts'
import { isExcludedFromDisruption, zoneKeyOf } from './zone-state.ts'
import type { ZoneCount } from './zone-state.ts'

/** What a pass needs of the controller around it. */
export interface MonitorState {
  readonly context: ComponentContext
  readonly grace: GracePeriods
  readonly leases: Informer<Lease>
  readonly podsOn: (node: string) => readonly Pod[]
  readonly queueOf: (zone: string) => TaintQueue
  readonly nodes: Map<string, KnownNode>
}

/** What the controller remembers of a node between passes. */
export interface KnownNode {
  node: Node
  health?: NodeHealth
  /** Because of what its Ready condition last turned: what follows for it and its pods follows from that. */
  turned: CauseId
  /** Its pods could not all be marked: the next pass tries again. */
  retries: boolean
  labels: Labels | undefined
  zone: string
  isExcluded: boolean
  /** The node as it was when it was found ready with nothing left to do: while it is the same, only its lease is looked at. */
  settled: Node | null
  /** As the last look found it. */
  lease: Lease | undefined
}

/** Upstream: nodeHealthUpdateRetry. */
export const updateTries = 5
/** Upstream: retrySleepTime. */
export const retryPause: Millis = 20

/** Remembers a node; its zone is worked out again only when its labels have changed. */
export function knowNode(nodes: Map<string, KnownNode>, node: Node): KnownNode {
  const { name, labels } = node.metadata
  let known = nodes.get(name)
  if (!known) nodes.set(name, (known = { node, turned: 0, retries: false, labels, zone: zoneKeyOf(node), isExcluded: isExcludedFromDisruption(node), settled: null, lease: undefined }))
  if (known.labels !== labels) {
    known.zone = zoneKeyOf(node)
    known.isExcluded = isExcludedFromDisruption(node)
    known.labels = labels
  }
  known.node = node
  return known
}

/** Whether nothing is to be done about a node but to count its vote on the state of its zone. */
export function isSettled(state: MonitorState, known: KnownNode, counts: Map<string, ZoneCount>): boolean {
  if (known.settled !== known.node || !isStillReady(state, known)) return false
  if (!known.isExcluded) count(counts, known.zone, true)
  return true
}

/** One node's part of a pass: its health, its taints, its pods, and its vote. */
export function* monitorNode(state: MonitorState, known: KnownNode, counts: Map<string, ZoneCount>): PausingSteps<void> {
  known.settled = null
  const seen = yield* updateHealth(state, known)
  if (!seen) return
  const { observed, current } = seen
  if (!known.isExcluded) count(counts, known.zone, current?.status === 'True')
  if (!current) return
  processTaints(state, known, observed.status)
  const isLost = current.status !== 'True' && observed.status === 'True'
  if (isLost) state.context.events.event(known.node, 'Normal', 'NodeNotReady', `Node ${known.node.metadata.name} status is now: NodeNotReady`)
  if (isLost || (known.retries && observed.status !== 'True')) known.retries = !(yield* markPodsNotReady(state.context, state.podsOn(known.node.metadata.name), known.turned))
  else known.retries = false
  if (current.status === 'True' && !hasTaint(known.node, unreachableTaint, 'NoExecute') && !hasTaint(known.node, notReadyTaint, 'NoExecute')) known.settled = known.node
}

/** The lease of a ready node that has not changed otherwise was renewed, or its silence is short enough. */
function isStillReady({ context: { agenda }, grace, leases }: MonitorState, known: KnownNode): boolean {
  const { health } = known
  if (health?.renewTime === undefined) return false
  const lease = leaseOf(leases, known)
  // What was looked at before is no renewal.
  if (lease !== known.lease) {
    known.lease = lease
    const renewTime = lease?.spec.renewTime
    if (renewTime !== undefined && renewTime > health.renewTime) {
      known.health = { ready: health.ready, renewTime, probedAt: agenda.now }
      return true
    }
  }
  return agenda.now < health.probedAt + grace.nodeMonitorGracePeriod
}

function leaseOf(leases: Informer<Lease>, { node: { metadata: { name } } }: KnownNode): Lease | undefined {
  return leases.lister.find('kube-node-lease', name)
}

/** What Ready was and is; null when the node could not be updated, or is gone. */
function* updateHealth({ context, grace, leases }: MonitorState, known: KnownNode): PausingSteps<{ readonly observed: NodeCondition; readonly current: NodeCondition | undefined } | null> {
  const { client, wall, agenda } = context
  const { name } = known.node.metadata
  for (let tries = 0; tries < updateTries; tries += 1) {
    known.lease = leaseOf(leases, known)
    const seen = observeNode(known.node, known.health, known.lease, wall, agenda.now, grace)
    if (!seen.conditions) {
      known.health = seen.health
      return seen
    }
    const status = { ...known.node.status, conditions: seen.conditions }
    if (tries === 0) known.turned = agenda.because(0, () => decideLost(context, name, status.conditions))
    const updated = agenda.because(known.turned, () => client.updateStatus('nodes', { ...known.node, status }))
    if (updated.ok) {
      known.health = seen.health
      known.node = updated.value
      return seen
    }
    const fresh = client.get('nodes', name)
    if (!fresh.ok) return null
    known.node = fresh.value
    if (tries < updateTries - 1) yield { pause: retryPause }
  }
  return null
}

/** Nothing was heard of the node for the whole grace period. Nobody's message is the cause of a silence. */
function decideLost(context: ComponentContext, name: string, conditions: readonly NodeCondition[]): CauseId {
  context.decided(`find ${name} lost`, `nodes/${name}`, conditions)
  return context.agenda.cause
}

function count(counts: Map<string, ZoneCount>, zone: string, isReady: boolean): void {
  let zoneCount = counts.get(zone)
  if (!zoneCount) counts.set(zone, (zoneCount = { ready: 0, notReady: 0 }))
  if (isReady) zoneCount.ready += 1
  else zoneCount.notReady += 1
}

/** A lost node is queued for its NoExecute taint; one that has the other taint of the two gets the right one at once; a ready one loses both. */
function processTaints(state: MonitorState, known: KnownNode, status: string): void {
  if (status === 'True') markReachable(state, known)
  if (status === 'False') replaceOrQueue(state, known, notReadyTaint, unreachableTaint)
  if (status === 'Unknown') replaceOrQueue(state, known, unreachableTaint, notReadyTaint)
}

function replaceOrQueue({ context, queueOf }: MonitorState, { node, zone, turned }: KnownNode, wanted: string, opposite: string): void {
  const { name } = node.metadata
  if (hasTaint(node, opposite, 'NoExecute')) {
    context.agenda.because(turned, () => swapTaints(context, name, { add: [{ key: wanted, effect: 'NoExecute' }], remove: [{ key: opposite, effect: 'NoExecute' }] }))
    return
  }
  const queue = queueOf(zone)
  if (!hasTaint(node, wanted, 'NoExecute')) queue.readmit(name)
  else queue.add(name)
}

/** Takes the NoExecute taints off a node and its name out of the queue. */
export function markReachable({ context, queueOf }: MonitorState, { node, zone, turned }: KnownNode): void {
  for (const key of [unreachableTaint, notReadyTaint]) {
    if (!hasTaint(node, key, 'NoExecute')) continue
    if (!context.agenda.because(turned, () => swapTaints(context, node.metadata.name, { add: [], remove: [{ key, effect: 'NoExecute' }] }))) return
  }
  queueOf(zone).remove(node.metadata.name)
}

/** Ready=False for every pod of a lost node, so that no Service sends to it. False: not all could be marked. */
export function* markPodsNotReady({ agenda, client, events, wall }: ComponentContext, pods: readonly Pod[], cause: CauseId): Steps<boolean> {
  let isDone = true
  for (const pod of pods) {
    const ready = pod.status.conditions?.find(({ type }) => type === 'Ready')
    if (!ready || ready.status === 'False') continue
    const conditions = withPodCondition(pod.status, { ...ready, status: 'False' }, wall.time())
    const updated = agenda.because(cause, () => client.updateStatus('pods', { ...pod, status: { ...pod.status, conditions } }))
    if (updated.ok) events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
    else if (updated.status.reason !== 'NotFound') isDone = false
    yield
  }
  return isDone
}

/** When the next of equally spaced instants is: now, if it is one. */
export function nextTick(start: Millis, period: Millis, now: Millis): Millis {
  return start + Math.ceil((now - start) / period) * period
}
