import type { Millis } from '../../kernel/agenda.ts'
import type { Lease, Node, NodeCondition } from '../../api/generated/types.ts'
import type { WallClock } from '../../api/time.ts'

/** What the controller last saw of a node, and when. Its own clock counts: the node's may be wrong. */
export interface NodeHealth {
  readonly probedAt: Millis
  /** The Ready condition as it was seen; absent while the node has none. */
  readonly ready: NodeCondition | undefined
  readonly renewTime: string | undefined
}

/** What a look at a node found. */
export interface Observation {
  readonly health: NodeHealth
  /** Ready before this look; an assumed Unknown for a node that never posted. */
  readonly observed: NodeCondition
  /** Ready after it; undefined while a node without status is within its start-up grace. */
  readonly current: NodeCondition | undefined
  /** The conditions to write; undefined: nothing to write. */
  readonly conditions: readonly NodeCondition[] | undefined
}

/** The two periods of silence that are allowed. */
export interface GracePeriods {
  readonly nodeMonitorGracePeriod: Millis
  readonly nodeStartupGracePeriod: Millis
}

/** NodeNetworkUnavailable is not among them: the kubelet has no say in it. */
const postedByKubelet = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const

export function readyCondition(node: Node): NodeCondition | undefined {
  return node.status.conditions?.find(({ type }) => type === 'Ready')
}

/** One look at one node: a new heartbeat or lease renewal restarts its period of grace; when that is over, what it said last is Unknown. */
export function observeNode(node: Node, known: NodeHealth | undefined, lease: Lease | undefined, wall: WallClock, now: Millis, grace: GracePeriods): Observation {
  const ready = readyCondition(node)
  const observed = ready ?? assumedReady(node)
  const health = withRenewal(healthOf(node, ready, known, wall, now), known, lease, now)
  const allowed = ready ? grace.nodeMonitorGracePeriod : grace.nodeStartupGracePeriod
  // A pass of the real controller takes time itself: ten periods are always a little more than 50 s, and silence is over the limit, not at it.
  const isSilent = now >= health.probedAt + allowed
  if (!isSilent || ready?.status === 'Unknown') return { health, observed, current: ready, conditions: undefined }
  const conditions = silentConditions(node, wall.time())
  const current = conditions.find(({ type }) => type === 'Ready')
  return { health: { ready: current, renewTime: renewTimeOf(lease), probedAt: health.probedAt }, observed, current, conditions }
}

function healthOf(node: Node, ready: NodeCondition | undefined, known: NodeHealth | undefined, wall: WallClock, now: Millis): NodeHealth {
  if (!known) return { ready, probedAt: ready ? now : wall.instantOf(node.metadata.creationTimestamp), renewTime: undefined }
  if (!known.ready && !ready) return known
  const isHeartbeat = !known.ready || !ready || known.ready.lastHeartbeatTime !== ready.lastHeartbeatTime
  // As upstream, a heartbeat lets the lease be forgotten: the next look takes it for a new one.
  return isHeartbeat ? { ready, probedAt: now, renewTime: undefined } : known
}

function withRenewal(health: NodeHealth, known: NodeHealth | undefined, lease: Lease | undefined, now: Millis): NodeHealth {
  const renewTime = renewTimeOf(lease)
  // The texts have one form: they compare as the times do.
  const isRenewed = renewTime !== undefined && (known?.renewTime === undefined || renewTime > known.renewTime)
  return isRenewed ? { ready: health.ready, renewTime, probedAt: now } : health
}

function renewTimeOf(lease: Lease | undefined): string | undefined {
  return lease && (lease.spec.renewTime ?? '')
}

function assumedReady({ metadata: { creationTimestamp } }: Node): NodeCondition {
  return { type: 'Ready', status: 'Unknown', lastHeartbeatTime: creationTimestamp, lastTransitionTime: creationTimestamp }
}

function silentConditions(node: Node, now: string): readonly NodeCondition[] {
  const posted = node.status.conditions ?? []
  const silenced = posted.map((condition) => {
    if (condition.status === 'Unknown' || !postedByKubelet.some((type) => type === condition.type)) return condition
    return { ...condition, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime: now }
  })
  const missing = postedByKubelet.filter((type) => !posted.some((condition) => condition.type === type))
  const neverPosted = { status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' }
  const { creationTimestamp: lastHeartbeatTime } = node.metadata
  return [...silenced, ...missing.map((type) => ({ type, ...neverPosted, lastHeartbeatTime, lastTransitionTime: now }))]
}
