import { expect, test } from 'vitest'
import type { Node, Pod } from '../api/generated/types.ts'
import { RandomStreams, type Random } from '../kernel/random.ts'
import { Cache } from './cache.ts'
import { DecisionLog } from './decision-log.ts'
import { DefaultSelectors } from './default-selectors.ts'
import { Nominations } from './nominations.ts'
import { PodState } from './pod-state.ts'
import { createProfile } from './profile.ts'
import { QueuedPod } from './queued-pod.ts'
import { SchedulingCycle, type Outcome } from './scheduling-cycle.ts'

/** A scheduler's inside without queue, agenda and API server: pods are decided on and assumed, one after the other. */
class World {
  readonly cache = new Cache()
  readonly log = new DecisionLog()
  private readonly cycle: SchedulingCycle
  private count = 0

  constructor(seed: number) {
    const selectors = new DefaultSelectors({ services: () => noServices, replicaSet: (key) => ({ spec: { selector: { matchLabels: { app: key.split('/')[1] } } } }) as never, replicationController: () => undefined })
    const view = { cache: this.cache, namespaceLabels: () => undefined, defaultSelector: (pod: PodState) => selectors.of(pod) }
    this.cycle = new SchedulingCycle(createProfile(), this.cache, view, new Nominations(), new RandomStreams(seed).of('scheduler'), () => '2026-05-01T12:00:00Z')
  }

  addNode(name: string, labels: Record<string, string> = {}, spec: Partial<Node['spec']> = {}, cpu = '4'): void {
    const allocatable = { cpu, memory: '800Gi', pods: '6000' }
    const images = cpu === '4' ? [{ names: ['web:1'], sizeBytes: 300_000_000 }] : []
    this.cache.setNode({ apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, labels: { 'kubernetes.io/hostname': name, ...labels } }, spec, status: { allocatable, images } } as unknown as Node)
  }

  /** Decides on a pod of an app, and tells what was found out. */
  decide(app: string, spec: Partial<Pod['spec']> = {}, cpu = '100m'): { readonly state: PodState; readonly outcome: Outcome } {
    this.count += 1
    const metadata = { name: `p${this.count}`, namespace: 'default', uid: `uid-${this.count}`, labels: { app }, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app, uid: app, controller: true }] }
    const containers = [{ name: 'c', image: 'web:1', resources: { requests: { cpu, memory: '64Mi' } } }]
    const state = new PodState({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...spec }, status: {} } as unknown as Pod)
    const outcome = this.cycle.schedule(state)
    this.log.record(this.count, new QueuedPod(state, 0, 0, this.count), outcome, this.cache.nodes)
    if (outcome.node) this.cache.assume(state, outcome.node)
    return { state, outcome }
  }
}

const noServices: readonly never[] = []

/** The table as it would be had all of it been written down at once. */
function written({ feasible, scores }: Outcome) {
  if (!scores) return []
  const rows = feasible.map(({ name }, row) => ({
    node: name,
    total: scores.totals[row],
    plugins: scores.columns.map((column) => ({ name: column.name, weight: column.weight, raw: column.raw[row], normalised: column.normalised[row] })),
  }))
  return rows.sort((a, b) => b.total! - a.total! || (a.node < b.node ? -1 : 1))
}

function randomSpec(random: Random): Partial<Pod['spec']> {
  const spread = { maxSkew: 2, topologyKey: random.pick(['zone', 'rack']), whenUnsatisfiable: random.pick(['DoNotSchedule', 'ScheduleAnyway'] as const), labelSelector: { matchLabels: { app: 'a' } } }
  const near = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: random.between(1, 100), podAffinityTerm: { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'b' } } } }] }
  return {
    ...(random.chance(1, 4) && { topologySpreadConstraints: [spread] }),
    ...(random.chance(1, 6) && { affinity: random.chance(1, 2) ? { podAffinity: near } : { podAntiAffinity: near } }),
    ...(random.chance(1, 4) && { tolerations: [{ key: 'dedicated', operator: 'Exists' as const }] }),
    ...(random.chance(1, 6) && { nodeSelector: { rack: 'r1' } }),
  }
}

function addRandomNode(world: World, random: Random, at: number): void {
  const taints = random.chance(1, 6) ? [{ key: 'dedicated', effect: random.pick(['NoSchedule', 'PreferNoSchedule'] as const) }] : []
  world.addNode(`n${at}`, { zone: `z${at % 3}`, ...(random.chance(4, 5) && { rack: `r${at % 2}` }) }, { taints, unschedulable: random.chance(1, 12) }, random.pick(['4', '2']))
}

test.each([1, 2, 3, 4, 5, 6])('keeps of every decision the table that was behind it (seed %i)', (seed) => {
  const world = new World(seed)
  const random = new RandomStreams(seed).of('world')
  const nodes = random.pick([12, 130])
  for (let at = 0; at < nodes; at += 1) addRandomNode(world, random, at)
  const expected: { readonly key: string; readonly uid: string; readonly scores: unknown; readonly filters: unknown; readonly node: string | null }[] = []
  for (let at = 0; at < 300; at += 1) {
    if (random.chance(1, 60)) addRandomNode(world, random, random.below(nodes + 3))
    const { state, outcome } = world.decide(random.pick(['a', 'b', 'c']), randomSpec(random), random.pick(['100m', '250m', '3']))
    const filters = outcome.refused.map(({ name }, row) => ({ node: name, ...outcome.refusals[row]! }))
    expected.push({ key: state.key, uid: state.uid, scores: written(outcome), filters, node: outcome.node?.name ?? null })
    if (random.chance(1, 10)) world.cache.removePod(random.pick(expected).uid)
  }
  expect(expected.some(({ scores }) => (scores as unknown[]).length > 1)).toBe(true)
  for (const { key, uid, ...table } of expected) expect(world.log.decisionOf(key, uid)).toMatchObject(table)
})

test('keeps little of each decision when one pod of a ReplicaSet after the other finds its place among many nodes', () => {
  const world = new World(1)
  for (let at = 0; at < 120; at += 1) world.addNode(`n${at}`, { zone: `z${at % 3}` })
  const { state } = world.decide('a')
  for (let at = 0; at < 900; at += 1) world.decide(at % 2 === 0 ? 'a' : 'b')
  expect(world.log.decisionOf(state.key, state.uid)?.scores).toHaveLength(100)
  expect(world.log.bytes / 900).toBeLessThan(450)
})

test('tells of a pod that is gone until a later one has its name', () => {
  const world = new World(1)
  world.addNode('n1')
  const { state } = world.decide('a')
  expect(world.log.decisionOf('default/p1')).toBeNull()
  world.log.podGone(state.uid, state.key)
  expect(world.log.decisionOf('default/p1')).toMatchObject({ uid: 'uid-1', node: 'n1' })
  const again = world.decide('a')
  world.log.podGone(again.state.uid, 'default/p1')
  expect(world.log.decisionOf('default/p1')).toMatchObject({ uid: 'uid-2' })
})

test('forgets the oldest decisions first', () => {
  const world = new World(1)
  world.addNode('n1', {}, {}, '1000')
  world.addNode('n2', {}, {}, '1000')
  for (let at = 0; at < 5_001; at += 1) world.decide('a', {}, '1m')
  expect(world.log.decisionOf('default/p1', 'uid-1')).toBeNull()
  expect(world.log.decisionOf('default/p2', 'uid-2')).not.toBeNull()
})

test('has the last decision about a pod, which then is among the youngest', () => {
  const world = new World(1)
  world.addNode('n1', {}, {}, '1000')
  const { state, outcome } = world.decide('a', {}, '1m')
  const queued = new QueuedPod(state, 0, 0, 1)
  for (let at = 0; at < 2_000; at += 1) world.decide('a', {}, '1m')
  world.log.record(9, queued, outcome, world.cache.nodes)
  world.log.record(10, queued, outcome, world.cache.nodes)
  for (let at = 0; at < 4_500; at += 1) world.decide('a', {}, '1m')
  expect(world.log.decisionOf('default/p1', 'uid-1')).toMatchObject({ at: 10 })
  expect(world.log.decisionOf('default/p1002', 'uid-1002')).toBeNull()
  for (let at = 0; at < 500; at += 1) world.decide('a', {}, '1m')
  expect(world.log.decisionOf('default/p1', 'uid-1')).toBeNull()
  expect(world.log.decisionOf('default/p2003', 'uid-2003')).not.toBeNull()
})

test('keeps the tables of one ReplicaSet after another chapter of changes has begun', () => {
  const world = new World(1)
  for (let at = 0; at < 12; at += 1) world.addNode(`n${at}`, { zone: `z${at % 3}` }, {}, '1000')
  const expected: { readonly key: string; readonly uid: string; readonly scores: unknown }[] = []
  for (let at = 0; at < 4_900; at += 1) {
    const { state, outcome } = world.decide('a', {}, '1m')
    if (at % 100 === 0) expected.push({ key: state.key, uid: state.uid, scores: written(outcome) })
  }
  for (const { key, uid, scores } of expected) expect(world.log.decisionOf(key, uid)?.scores, key).toEqual(scores)
})
