import type { Event, Node, NodeCondition, Pod } from '../../src/sim/api/generated/types.ts'
import type { GoldenCase } from '../harness.ts'
import { partialDifference } from '../partial.ts'
import type { NodeLossWorld, Observation } from './node-loss-world.ts'

/** Something that must happen within a time after something else. */
export interface Step {
  readonly id: string
  readonly after: string
  readonly plusMs: readonly [number, number]
  readonly object: string
  // oxlint-disable-next-line no-explicit-any
  readonly change: any
}

/** Something that must not happen. */
export interface Absent {
  readonly object: string
  readonly never: string
  readonly untilMs: number
}

/** Holds what was seen of a cluster against what a case says. */
export class NodeLossJudge {
  private readonly used = new Set<Observation>()

  /** `start`: when the time of the case begins; `times`: when its inputs were, and, step by step, its steps. */
  constructor(
    private readonly world: NodeLossWorld,
    private readonly start: number,
    private readonly times: Map<string, number>,
  ) {}

  checkStep(step: Step): string | null {
    const since = this.times.get(step.after)
    if (since === undefined) return `${step.id}: ${step.after} is not known`
    const [earliest, latest] = step.plusMs
    const names = /^nodes (\S+\d\.\.\S+\d)$/.exec(step.object)
    for (const object of names ? range(names[1]!).map((name) => `node/${name}`) : [step.object]) {
      const matching = this.world.observations.filter((observation) => observation.at >= since && !(isAny(object) && this.used.has(observation)) && this.matches(observation, object, step.change))
      const [first] = matching
      const found = matching.find(({ at }) => at - since >= earliest && at - since <= latest)
      if (!found) return `${step.id} (${object}) ${first ? `came ${first.at - since} ms after ${step.after}, not within ${earliest} to ${latest}` : `never came after ${step.after}`}`
      // Too early is as wrong as too late.
      if (first && first.at - since < earliest) return `${step.id} (${object}) came already ${first.at - since} ms after ${step.after}, not within ${earliest} to ${latest}`
      this.used.add(found)
      this.times.set(step.id, Math.max(this.times.get(step.id) ?? 0, found.at))
    }
    return null
  }

  checkAbsent({ object, never, untilMs }: Absent): string | null {
    if (never === 'stopped') {
      this.world.advanceTo(this.start + untilMs)
      return this.world.containersRun(object.slice('node/'.length, -' containers'.length)) ? null : `${object}: ${never}`
    }
    const found = this.world.observations.find((observation) => observation.at > this.start && observation.at <= this.start + untilMs && concerns(observation, object) && happened(observation, never))
    return found ? `${object}: ${never}, but at ${found.at - this.start}` : null
  }

  checkEnd(path: string, { exists, phase, deletionTimestamp }: GoldenCase['out']): string | null {
    const pod = this.world.client.get('pods', path.split('/').slice(1).join('/'))
    if (!pod.ok) return exists ? `${path} is gone` : null
    const actual = { phase: pod.value.status.phase, deletionTimestamp: pod.value.metadata.deletionTimestamp === undefined ? undefined : 'set' }
    return partialDifference({ ...(phase && { phase }), ...(deletionTimestamp && { deletionTimestamp }) }, actual)
  }

  private matches(observation: Observation, object: string, change: Step['change']): boolean {
    if (object === 'event') return observation.resource === 'events' && observation.type !== 'DELETED' && this.isEvent(observation.object as Event, change)
    if (isAny(object)) return observation.resource === 'nodes' && this.nodeChanged(observation, change) && (!object.includes(' or ') || object.includes(observation.object.metadata.name))
    const [kind, ...path] = object.split('/')
    if (observation.resource !== `${kind}s`) return false
    const { name, namespace } = observation.object.metadata
    if (path.length > 1 && namespace !== path[0]) return false
    if (path.at(-1) === '<new name>') return observation.type === 'ADDED' && observation.at > this.start
    if (name !== path.at(-1)) return false
    return kind === 'node' ? this.nodeChanged(observation, change) : this.podChanged(observation, change)
  }

  private isEvent(event: Event, { component, host, message, ...expected }: Step['change']): boolean {
    if ((component !== undefined && reporterOf(event) !== component) || (host !== undefined && event.source?.host !== host)) return false
    // A boot id is anybody's guess, but it is that of the machine.
    const text = message?.replace(/(?<=boot id: ).*/, () => (this.world.client.get('nodes', event.involvedObject.name ?? '') as { value?: Node }).value?.status.nodeInfo?.bootID ?? '')
    return partialDifference({ ...expected, ...(text !== undefined && { message: text }) }, event as unknown as Record<string, unknown>) === null
  }

  private nodeChanged({ type, object, old, at }: Observation, { conditions, condition, addTaint, removeTaint, keepsTaint, lastTransitionTime, lastHeartbeatTime, timeAdded }: Step['change']): boolean {
    const node = object as Node
    const before = old as Node | undefined
    if (type === 'DELETED' || !before) return false
    const now = this.world.textOf(at)
    const wanted: readonly NodeCondition[] = conditions ?? (condition ? [condition] : [])
    for (const expected of wanted) {
      const is = node.status.conditions?.find((candidate) => candidate.type === expected.type)
      const was = before.status.conditions?.find((candidate) => candidate.type === expected.type)
      if (!is || is.status === was?.status || partialDifference({ ...expected }, { ...is })) return false
      if (lastTransitionTime === 'now' && is.lastTransitionTime !== now) return false
      if (lastHeartbeatTime === 'unchanged' && is.lastHeartbeatTime !== was?.lastHeartbeatTime) return false
      if (lastHeartbeatTime === 'node creationTimestamp' && is.lastHeartbeatTime !== node.metadata.creationTimestamp) return false
    }
    if (addTaint && (hasTaint(before, addTaint) || !hasTaint(node, addTaint))) return false
    if (removeTaint && (!hasTaint(before, removeTaint) || hasTaint(node, removeTaint))) return false
    if (keepsTaint && !hasTaint(node, keepsTaint)) return false
    return timeAdded !== 'now' || node.spec.taints?.some((taint) => taint.key === addTaint.key && taint.effect === addTaint.effect && taint.timeAdded === now) === true
  }

  private podChanged({ type, object, old, at }: Observation, change: Step['change']): boolean {
    const { condition, phase, removed, deletionGracePeriodSeconds, deletionTimestamp, lastTransitionTime, keeps, restartCount } = change
    const pod = object as Pod
    const before = old as Pod | undefined
    if (removed) return type === 'DELETED' && (phase === undefined || pod.status.phase === phase) && (!condition || hasCondition(pod, condition))
    if (type !== 'MODIFIED' || !before) return false
    if (restartCount !== undefined) return this.restartedInPlace(pod, before, change)
    if (!hasCondition(pod, condition)) return false
    if (deletionTimestamp !== undefined) {
      const isNew = before.metadata.deletionTimestamp === undefined && pod.metadata.deletionGracePeriodSeconds === deletionGracePeriodSeconds
      return isNew && pod.metadata.deletionTimestamp === this.world.textOf(at + deletionGracePeriodSeconds * 1_000)
    }
    if (hasCondition(before, condition)) return false
    const keepsAll = !keeps || (before.status.phase === pod.status.phase && before.status.reason === pod.status.reason && hasCondition(pod, { type: 'ContainersReady', status: 'True' }))
    return keepsAll && (lastTransitionTime !== 'now' || pod.status.conditions?.some((found) => found.type === condition.type && found.lastTransitionTime === this.world.textOf(at)) === true)
  }

  /** The same pod says that its containers were started once more, and an event says why. */
  private restartedInPlace(pod: Pod, before: Pod, { restartCount, uid, event }: Step['change']): boolean {
    const starts = (of: Pod) => (of.status.containerStatuses ?? []).reduce((sum, status) => sum + status.restartCount, 0)
    const isSame = uid !== 'unchanged' || this.world.observations.some(({ at, object }) => at < this.start && object.metadata.uid === pod.metadata.uid)
    const isTold = !event || this.world.observations.some(({ at, resource, object }) => resource === 'events' && at > this.start && (object as Event).involvedObject.uid === pod.metadata.uid && this.isEvent(object as Event, event))
    return starts(pod) === starts(before) + Number(restartCount) && isSame && isTold
  }
}

/** `n1..n3` as names. */
export function range(text: string): readonly string[] {
  const [, stem = '', from = 1, to = 1] = /^(.*?)(\d+)\.\.\1(\d+)$/.exec(text) ?? []
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => `${stem}${Number(from) + at}`)
}

function isAny(object: string): boolean {
  return /^(one of them|the next one|the other one|node\/\S+ or )/.test(object)
}

function hasCondition(pod: Pod, condition: Record<string, unknown>): boolean {
  return pod.status.conditions?.some((found) => partialDifference(condition, { ...found }) === null) === true
}

function hasTaint({ spec }: Node, { key, effect }: { readonly key: string; readonly effect: string }): boolean {
  return spec.taints?.some((taint) => taint.key === key && taint.effect === effect) === true
}

function concerns({ resource, object }: Observation, what: string): boolean {
  const [kind = '', ...path] = what.split('/')
  if (what.startsWith('any ')) return resource === `${what.slice(4)}s`
  if (what.startsWith('event')) {
    const about = /^event of (\w+)\/(.+)$/.exec(what)
    const event = object as Event
    return resource === 'events' && (what !== 'event by node-controller' || (reporterOf(event) === 'node-controller' && event.involvedObject.kind === 'Node')) && (!about || event.involvedObject.name === about[2])
  }
  return resource === `${kind}s` && object.metadata.name === path.at(-1)
}

function happened({ type, object, old, resource }: Observation, never: string): boolean {
  if (never === 'deleted') return type === 'DELETED'
  if (never === 're-created') return type === 'ADDED'
  if (resource === 'events') return (object as Event).reason === never
  if (never.startsWith('deletionTimestamp')) return object.metadata.deletionTimestamp !== undefined && old?.metadata.deletionTimestamp === undefined
  if (never === 'NoExecute taint') return (object as Node).spec.taints?.some(({ effect }) => effect === 'NoExecute') === true
  if (never === 'condition or taint change') return shownOf(object as Node) !== shownOf(old as Node)
  const type_ = /^(\w+) change$/.exec(never)?.[1]
  if (type_ === undefined) throw new Error(`cannot judge "${never}"`)
  return statusOf(object as Pod, type_) !== statusOf(old as Pod | undefined, type_)
}

function shownOf({ spec, status }: Node): string {
  return JSON.stringify([spec.taints ?? [], (status.conditions ?? []).map((condition) => [condition.type, condition.status, condition.reason])])
}

function statusOf(object: Pod | undefined, type: string): string | undefined {
  return object?.status.conditions?.find((condition) => condition.type === type)?.status
}

/** Who reported an event. */
function reporterOf(event: Event): string | undefined {
  return event.source?.component || event.reportingComponent
}
