import type { Node } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Fault } from '../../src/sim/cluster/run.ts'
import { zoneKeyOf } from '../../src/sim/controllers/node-lifecycle/zone-state.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { NodeLossJudge, range, type Absent, type Step } from './node-loss-judge.ts'
import { NodeLossWorld, type NodeInput } from './node-loss-world.ts'

interface Input {
  readonly id: string
  readonly atMs: number
  readonly event: string
  readonly node?: string
  /** `n1..n3` */
  readonly nodes?: string
}

/** Whether everything that happens in the case can happen to a node here. */
export function isPlayableLoss({ in: input }: GoldenCase): boolean {
  return (input.inputs ?? []).every(({ event }: Input) => Object.hasOwn(silences, event) || Object.hasOwn(plays, event))
}

/** Timelines of lost nodes, played with real machines and kubelets in a whole cluster. How labels make zones is a pure decision. */
export const nodeLoss: GoldenSet = {
  name: 'nodes/node-loss',
  run(golden) {
    if (golden.in.labels) return zoneKeys(golden)
    if (!golden.in.inputs) return excluded(golden)
    return timeline(onMachines(golden))
  },
}

/** What makes a kubelet silent. */
const silences: Readonly<Record<string, (node: string) => Fault>> = {
  'power-off': (node) => ({ kind: 'power-off', node }),
  'kubelet-stop': (node) => ({ kind: 'stop', component: 'kubelet', node }),
  'network-cut': (node) => ({ kind: 'cut-off', node }),
}

/** What lets a silent kubelet go on. */
const returns: Readonly<Record<string, (world: NodeLossWorld, node: string) => void>> = {
  'kubelet-renews-again': (world, node) => world.end({ kind: 'freeze', node }),
  'link-heals': (world, node) => world.end({ kind: 'freeze', node }),
}

/** What else happens; answers when it has, if that is not at once. */
const plays: Readonly<Record<string, (world: NodeLossWorld, node: string) => number | void>> = {
  ...returns,
  'power-on': (world, node) => world.end({ kind: 'power-off', node }),
  'delete-node-object': (world, node) => void must(world.cluster.perform({ kind: 'delete', resource: 'nodes', key: node })),
  // What it says of its runtime, and when, is its own affair: the time of the case begins with that.
  'kubelet-posts-not-ready': (world, node) => world.stopRuntime(node),
  'create-node-object': (world, node) => world.createNode(node),
}

const horizon = 7_200_000

function zoneKeys({ in: { labels }, out }: GoldenCase): string | null {
  const keys = labels.map((given: object) => zoneKeyOf({ metadata: { labels: given } } as Node))
  return new Set(keys).size === new Set(out.groups).size && keys[0] === '' ? null : `zones are ${keys.join(', ')}`
}

interface Counts {
  readonly ready: number
  readonly unknown: number
  readonly excludedUnknown: number
}

/** One zone whose nodes are lost or not, counted or not: the state is the controller's own word. */
function excluded({ in: { nodes, alternative }, out }: GoldenCase): string | null {
  const stateOf = ({ z1: { ready, unknown, excludedUnknown } }: { readonly z1: Counts }) => {
    const names = range(`worker-1..worker-${ready + unknown + excludedUnknown}`)
    const world = new NodeLossWorld(names.map((name, at) => ({ name, ...(at < excludedUnknown && { labels: { 'node.kubernetes.io/exclude-disruption': '' } }) })), [])
    const lost = names.slice(0, excludedUnknown + unknown)
    world.advanceTo(world.strikeAfterRenewal(world.now + 15_000, new Map(lost.map((name) => [name, { kind: 'power-off', node: name }]))) + 70_000)
    return [...(world.zonePlan?.states.values() ?? [])].join(', ')
  }
  return difference([out.zoneState, out.alternativeZoneState], [stateOf(nodes), stateOf(alternative)])
}

/** The case told of this cluster's machines: `n1` is the first worker, and so on. */
function onMachines({ in: given, out, ...rest }: GoldenCase): GoldenCase {
  const nodes: readonly NodeInput[] = Array.isArray(given.nodes) ? given.nodes : nodesOfZone(given.nodes)
  const names = nodes.filter(({ status }) => status !== null).map(({ name }) => name)
  const machineOf = new Map(names.map((name, at) => [name, `worker-${at + 1}`]))
  const pattern = new RegExp(`\\b(${names.join('|')})\\b`, 'g')
  const told = (value: unknown) => JSON.parse(JSON.stringify(value).replace(pattern, (name) => machineOf.get(name)!))
  return { ...rest, in: told({ ...given, nodes, zone: given.nodes.zone, count: given.nodes.count }), out: told(out) }
}

function nodesOfZone({ count, zone, others = [] }: { readonly count: number; readonly zone: string; readonly others?: readonly NodeInput[] }): readonly NodeInput[] {
  return [...Array.from({ length: count }, (_, at) => ({ name: `n${at + 1}`, zone })), ...others]
}

function timeline({ in: input, out }: GoldenCase): string | null {
  const inputs: readonly Input[] = input.inputs
  const created = new Set(inputs.filter(({ event }) => event === 'create-node-object').map(({ node }) => node))
  const world = new NodeLossWorld(input.nodes.filter(({ name }: NodeInput) => !created.has(name)), input.pods)
  const { start, times } = playInputs(world, inputs)
  const judge = new NodeLossJudge(world, start, times)
  const steps: readonly Step[] = out.steps ?? []
  const absents: readonly Absent[] = out.absent ?? []
  // The state of the zone is asked for when the loss is known.
  world.advanceTo(world.now + 70_000)
  const zone = checkZone(world, input, out)
  const running = firstOf(absents.filter(({ never }) => never === 'stopped'), (absent) => judge.checkAbsent(absent))
  const patience = steps.reduce((sum, { plusMs }) => sum + plusMs[1], world.now - start + 60_000)
  world.advanceTo(start + (out.end ? horizon : Math.max(patience, ...absents.map(({ untilMs }) => untilMs))))
  return (
    zone ??
    running ??
    firstOf(steps, (step) => judge.checkStep(step)) ??
    firstOf(absents.filter(({ never }) => never !== 'stopped'), (absent) => judge.checkAbsent(absent)) ??
    firstOf(Object.entries(out.end ?? {}), ([path, end]) => judge.checkEnd(path, end as GoldenCase['out']))
  )
}

/** Lets happen what is to happen; answers when the time of the case began and when each input was. */
function playInputs(world: NodeLossWorld, inputs: readonly Input[]): { readonly start: number; readonly times: Map<string, number> } {
  const times = new Map<string, number>()
  let start: number | undefined
  for (const atMs of new Set(inputs.map((input) => input.atMs).toSorted((a, b) => a - b))) {
    const group = inputs.filter((input) => input.atMs === atMs)
    const due = start === undefined ? world.now + 15_000 : start + atMs
    const faults = new Map(group.filter(({ event }) => Object.hasOwn(silences, event)).flatMap((input) => nodesOf(input).map((node) => [node, silenceOf(input, node, inputs)] as const)))
    const struckAt = faults.size > 0 ? world.strikeAfterRenewal(due, faults) : due
    world.advanceTo(due)
    for (const input of group) {
      const at = Object.hasOwn(silences, input.event) ? struckAt : Math.max(...nodesOf(input).map((node) => plays[input.event]?.(world, node) ?? due))
      times.set(input.id, at)
      start ??= at - atMs
    }
  }
  return { start: start ?? world.now, times }
}

/**
 * A kubelet that goes on later as if nothing had been was neither without power nor ended: it stood still. So did one whose link heals: the case has it
 * post, end pods and mend statuses within its own periods, but a client that was cut off first waits out its pause between two tries of its watches,
 * 30 to 60 s long (reflector.go), as node-loss.test.ts shows.
 */
function silenceOf({ event, atMs }: Input, node: string, inputs: readonly Input[]): Fault {
  const next = inputs.find((input) => input.atMs > atMs && nodesOf(input).includes(node))
  return next && Object.hasOwn(returns, next.event) ? { kind: 'freeze', component: 'kubelet', node } : silences[event]!(node)
}

function nodesOf({ node, nodes }: Input): readonly string[] {
  return nodes ? range(nodes) : node !== undefined ? [node] : []
}

function firstOf<T>(items: readonly T[], check: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = check(item)
    if (found) return found
  }
  return null
}

function checkZone(world: NodeLossWorld, { nodes, zone }: GoldenCase['in'], out: GoldenCase['out']): string | null {
  if (out.zoneState === undefined) return null
  const member = nodes.find((node: NodeInput) => node.zone === zone)
  const key = zoneKeyOf(must(world.client.get('nodes', member.name)))
  const { states, rates } = world.zonePlan ?? {}
  return difference([out.zoneState, out.noExecuteTaintsPerSecond], [states?.get(key), rates?.get(key)])
}
