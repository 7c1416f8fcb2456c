import type { Event, Node, NodeCondition, Pod } from '../../src/sim/api/generated/types.ts'
import { formatTime, parseTime } from '../../src/sim/api/time.ts'
import { defaultControllerManagerFlags } from '../../src/sim/controllers/flags.ts'
import { taintRate, zoneKeyOf, zoneStateOf } from '../../src/sim/controllers/node-lifecycle/zone-state.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from '../partial.ts'
import { NodeLossWorld, reporterOf, startOfCase } from './node-loss-world.ts'
import type { NodeInput, Observation } from './node-loss-world.ts'

interface Input {
  readonly id: string
  readonly atMs: number
  readonly event: string
  readonly node?: string
  /** `n1..n3` */
  readonly nodes?: string
  readonly message?: string
}

interface Step {
  readonly id: string
  readonly after: string
  readonly plusMs: readonly [number, number]
  readonly object: string
  // oxlint-disable-next-line no-explicit-any
  readonly change: any
}

/** Whether everything that happens in the case can happen to a node here. */
export function isPlayableLoss({ in: input }: GoldenCase): boolean {
  return (input.inputs ?? []).every(({ event }: Input) => Object.hasOwn(plays, event))
}

/** Timelines of lost nodes, with the control plane's part of them judged; the kubelets' part is played by the adapter. */
export const nodeLoss: GoldenSet = {
  name: 'nodes/node-loss',
  run(golden) {
    if (golden.in.labels) return zoneKeys(golden)
    if (!golden.in.inputs) return excluded(golden)
    return timeline(golden)
  },
}

const plays: Readonly<Record<string, (world: NodeLossWorld, node: string, input: Input) => void>> = {
  'power-off': (world, node) => world.silence(node),
  'kubelet-stop': (world, node) => world.silence(node),
  'network-cut': (world, node) => world.silence(node),
  'kubelet-renews-again': (world, node) => world.renewAgain(node),
  'link-heals': (world, node) => world.comeBack(node),
  'power-on': (world, node) => world.comeBack(node),
  'delete-node-object': (world, node) => void world.cluster.client.delete('nodes', node),
  'kubelet-posts-not-ready': (world, node, { message = '' }) => world.post(node, { Ready: ['False', 'KubeletNotReady', message] }),
  'create-node-object': (world, node) => world.createNode({ name: node, status: null }),
}

const flags = defaultControllerManagerFlags
const horizon = 7_200_000

function zoneKeys({ in: { labels }, out }: GoldenCase): string | null {
  const keys = labels.map((given: object) => zoneKeyOf({ metadata: { labels: given } } as Node))
  return new Set(keys).size === new Set(out.groups).size && keys[0] === '' ? null : `zones are ${keys.join(', ')}`
}

function excluded({ in: { nodes, alternative }, out }: GoldenCase): string | null {
  const state = (input: { z1: { ready: number; unknown: number } }) => zoneStateOf({ ready: input.z1.ready, notReady: input.z1.unknown }, flags)
  return difference([out.zoneState, out.alternativeZoneState], [state(nodes), state(alternative)])
}

function timeline({ in: input, out }: GoldenCase): string | null {
  const nodes: readonly NodeInput[] = Array.isArray(input.nodes) ? input.nodes : nodesOfZone(input.nodes)
  const later = new Set((input.inputs as readonly Input[]).filter(({ event }) => event === 'create-node-object').map(({ node }) => node))
  const world = new NodeLossWorld(nodes.filter(({ name }) => !later.has(name)), input.pods)
  const times = new Map<string, number>()
  for (const given of input.inputs as readonly Input[]) {
    times.set(given.id, given.atMs)
    for (const node of given.nodes ? range(given.nodes) : [given.node!]) world.at(given.atMs, () => plays[given.event]?.(world, node, given))
  }
  const steps: readonly Step[] = out.steps ?? []
  const absents: readonly { object: string; never: string; untilMs: number }[] = out.absent ?? []
  const patience = Math.max(...(input.inputs as readonly Input[]).map(({ atMs }) => atMs)) + steps.reduce((sum, { plusMs }) => sum + plusMs[1], 60_000)
  world.cluster.advanceTo(startOfCase + (out.end ? horizon : Math.max(patience, ...absents.map(({ untilMs }) => untilMs))))
  const used = new Set<Observation>()
  return (
    firstOf(steps, (step) => checkStep(step, world, times, used)) ??
    firstOf(absents, (absent) => checkAbsent(absent, world.observations)) ??
    checkEnd(out.end ?? {}, world) ??
    checkZone(input, out)
  )
}

function firstOf<T>(items: readonly T[], check: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = check(item)
    if (found) return found
  }
  return null
}

/** What only a kubelet does is not judged here: the adapter plays it. */
function isPlayed({ change }: Step): boolean {
  return change.component === 'kubelet' || change.restartCount !== undefined
}

function checkStep(step: Step, world: NodeLossWorld, times: Map<string, number>, used: Set<Observation>): string | null {
  const since = times.get(step.after)
  if (since === undefined) return `${step.id}: ${step.after} is not known`
  if (isPlayed(step)) {
    times.set(step.id, since + step.plusMs[0])
    return null
  }
  const [earliest, latest] = step.plusMs
  const names = /^nodes (n\d+\.\.n\d+)$/.exec(step.object)
  for (const object of names ? range(names[1]!).map((name) => `node/${name}`) : [step.object]) {
    const matching = world.observations.filter((observation) => observation.at >= since && !(isAny(object) && used.has(observation)) && matches(observation, object, step.change))
    const [first] = matching
    const found = matching.find(({ at }) => at - since >= earliest && at - since <= latest)
    if (!found) return `${step.id} (${object}) ${first ? `came ${first.at - since} ms after ${step.after}, not within ${earliest} to ${latest}` : `never came after ${step.after}`}`
    // Too early is as wrong as too late.
    if (first && first.at - since < earliest) return `${step.id} (${object}) came already ${first.at - since} ms after ${step.after}, not within ${earliest} to ${latest}`
    used.add(found)
    times.set(step.id, Math.max(times.get(step.id) ?? 0, found.at))
  }
  return null
}

function isAny(object: string): boolean {
  return /^(one of them|the next one|the other one|node\/\w+ or )/.test(object)
}

function matches(observation: Observation, object: string, change: Step['change']): boolean {
  if (object === 'event') return observation.resource === 'events' && observation.type !== 'DELETED' && isEvent(observation.object as Event, change)
  if (isAny(object)) return observation.resource === 'nodes' && nodeChanged(observation, change) && (!object.includes(' or ') || object.includes(observation.object.metadata.name))
  const [kind, ...path] = object.split('/')
  if (observation.resource !== `${kind}s`) return false
  const { name } = observation.object.metadata
  if (path.at(-1) === '<new name>') return observation.type === 'ADDED' && observation.at > 0
  if (name !== path.at(-1)) return false
  return kind === 'node' ? nodeChanged(observation, change) : podChanged(observation, change)
}

function isEvent(event: Event, change: Step['change']): boolean {
  const { component, host: _host, ...expected } = change
  return (component === undefined || reporterOf(event) === component) && partialDifference(expected, event as unknown as Record<string, unknown>) === null
}

function nodeChanged({ type, object, old, at }: Observation, { conditions, condition, addTaint, removeTaint, keepsTaint, lastTransitionTime, lastHeartbeatTime, timeAdded }: Step['change']): boolean {
  const node = object as Node
  const before = old as Node | undefined
  if (type === 'DELETED' || !before) return false
  const wanted: readonly NodeCondition[] = conditions ?? (condition ? [condition] : [])
  for (const expected of wanted) {
    const now = node.status.conditions?.find((candidate) => candidate.type === expected.type)
    const then = before.status.conditions?.find((candidate) => candidate.type === expected.type)
    if (!now || now.status === then?.status || partialDifference({ ...expected }, { ...now })) return false
    if (lastTransitionTime === 'now' && now.lastTransitionTime !== timeAt(at)) return false
    if (lastHeartbeatTime === 'unchanged' && now.lastHeartbeatTime !== then?.lastHeartbeatTime) return false
    if (lastHeartbeatTime === 'node creationTimestamp' && now.lastHeartbeatTime !== node.metadata.creationTimestamp) return false
  }
  if (addTaint && (hasTaint(before, addTaint) || !hasTaint(node, addTaint))) return false
  if (removeTaint && (!hasTaint(before, removeTaint) || hasTaint(node, removeTaint))) return false
  if (keepsTaint && !hasTaint(node, keepsTaint)) return false
  return timeAdded !== 'now' || node.spec.taints?.some((taint) => taint.key === addTaint.key && taint.effect === addTaint.effect && taint.timeAdded === timeAt(at)) === true
}

function podChanged({ type, object, old, at }: Observation, change: Step['change']): boolean {
  const { condition, phase, removed, deletionGracePeriodSeconds, deletionTimestamp, lastTransitionTime, keeps } = change
  const pod = object as Pod
  const before = old as Pod | undefined
  if (removed) return type === 'DELETED' && (phase === undefined || pod.status.phase === phase) && (!condition || hasCondition(pod, condition))
  if (type !== 'MODIFIED' || !before || !hasCondition(pod, condition)) return false
  if (deletionTimestamp !== undefined) {
    const isNew = before.metadata.deletionTimestamp === undefined && pod.metadata.deletionGracePeriodSeconds === deletionGracePeriodSeconds
    return isNew && pod.metadata.deletionTimestamp === timeAt(at + deletionGracePeriodSeconds * 1_000)
  }
  if (hasCondition(before, condition)) return false
  const keepsAll = !keeps || (before.status.phase === pod.status.phase && before.status.reason === pod.status.reason && hasCondition(pod, { type: 'ContainersReady', status: 'True' }))
  return keepsAll && (lastTransitionTime !== 'now' || pod.status.conditions?.some((found) => found.type === condition.type && found.lastTransitionTime === timeAt(at)) === true)
}

function hasCondition(pod: Pod, condition: Record<string, unknown>): boolean {
  return pod.status.conditions?.some((found) => partialDifference(condition, { ...found }) === null) === true
}

function hasTaint({ spec }: Node, { key, effect }: { readonly key: string; readonly effect: string }): boolean {
  return spec.taints?.some((taint) => taint.key === key && taint.effect === effect) === true
}

function timeAt(at: number): string {
  return formatTime((parseTime('2026-01-01T09:00:00Z') ?? 0) + startOfCase + at)
}

function checkAbsent({ object, never, untilMs }: { readonly object: string; readonly never: string; readonly untilMs: number }, all: readonly Observation[]): string | null {
  // Containers are a runtime's business, and there is none.
  if (never === 'stopped') return null
  const found = all.find((observation) => observation.at > 0 && observation.at <= untilMs && concerns(observation, object) && happened(observation, never))
  return found ? `${object}: ${never}, but at ${found.at}` : null
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

function checkEnd(end: Record<string, GoldenCase['out']>, { cluster }: NodeLossWorld): string | null {
  return firstOf(Object.entries(end), ([path, { exists, phase, deletionTimestamp }]) => {
    const pod = cluster.client.get('pods', path.split('/').slice(1).join('/'))
    if (!pod.ok) return exists ? `${path} is gone` : null
    const actual = { phase: pod.value.status.phase, deletionTimestamp: pod.value.metadata.deletionTimestamp === undefined ? undefined : 'set' }
    return partialDifference({ ...(phase && { phase }), ...(deletionTimestamp && { deletionTimestamp }) }, actual)
  })
}

function checkZone({ nodes, inputs }: GoldenCase['in'], out: GoldenCase['out']): string | null {
  if (out.zoneState === undefined) return null
  const notReady = range(inputs[0].nodes).length
  const state = zoneStateOf({ ready: nodes.count - notReady, notReady }, flags)
  return difference([out.zoneState, out.noExecuteTaintsPerSecond], [state, taintRate(state, nodes.count, flags)])
}

function nodesOfZone({ count, zone, others = [] }: { readonly count: number; readonly zone: string; readonly others?: readonly NodeInput[] }): readonly NodeInput[] {
  return [...Array.from({ length: count }, (_, at) => ({ name: `n${at + 1}`, zone })), ...others]
}

function range(text: string): readonly string[] {
  const [, from = 1, to = 1] = /^n(\d+)\.\.n(\d+)$/.exec(text) ?? []
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => `n${Number(from) + at}`)
}
