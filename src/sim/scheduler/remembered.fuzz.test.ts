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

type Change = (cache: Cache) => void

const now = '2026-05-01T12:00:00Z'
const noServices: readonly never[] = []
const selectors = ['a', 'b', 'c', 'd'].map((app) => ({ spec: { selector: { matchLabels: { app } } } }) as never)

/** Draws by the number of the decision, so that one who begins late draws the same. */
function drawsOf(decision: () => number): Random {
  const stream = (): Random => new RandomStreams(decision()).of('scheduler')
  return { below: (bound) => stream().below(bound), between: (low, high) => stream().between(low, high), chance: (a, b) => stream().chance(a, b), pick: (items) => stream().pick(items), suffix: (length) => stream().suffix(length), uuid: () => stream().uuid() }
}

/** A scheduler that remembers, and how all that it knows came to be. */
class World {
  readonly cache = new Cache()
  readonly nominations = new Nominations()
  readonly history: Change[] = []
  private readonly log = new DecisionLog()
  private readonly cycle = this.cycleOn(this.cache)
  private decisions = 0

  change(change: Change): void {
    this.history.push(change)
    change(this.cache)
  }

  /** What this scheduler finds, and what one finds that has just begun and remembers nothing. */
  decide(pod: Pod): { readonly found: Outcome; readonly seen: object; readonly expected: object } {
    this.decisions += 1
    const state = new PodState(pod)
    const start = this.cycle['nextStart']
    const found = this.cycle.schedule(state)
    const seen = described(found)
    this.log.record(this.decisions, new QueuedPod(state, 0, 0, this.decisions), found, this.cache.nodes)
    const fresh = new Cache()
    for (const change of this.history) change(fresh)
    const other = this.cycleOn(fresh)
    other['nextStart'] = start
    return { found, seen, expected: described(other.schedule(new PodState(pod))) }
  }

  /** The table that was kept, by node. */
  kept(pod: Pod): unknown {
    return this.log.decisionOf(`default/${pod.metadata.name}`, pod.metadata.uid)?.scores
  }

  private cycleOn(cache: Cache): SchedulingCycle {
    const ofPods = new DefaultSelectors({ services: () => noServices, replicaSet: (key) => selectors['abcd'.indexOf(key.at(-1)!)], replicationController: () => undefined })
    const view = { cache, namespaceLabels: () => undefined, defaultSelector: (pod: PodState) => ofPods.of(pod) }
    return new SchedulingCycle(createProfile(), cache, view, this.nominations, drawsOf(() => this.decisions), () => now)
  }
}

function described({ node, feasible, refused, scores, preemption, ...others }: Outcome): object {
  const columns = scores?.columns.map(({ name, weight, raw, normalised }) => ({ name, weight, raw: [...raw], normalised: [...normalised] }))
  return {
    ...others, columns, totals: scores && [...scores.totals], node: node?.name,
    feasible: feasible.map(({ name }) => name), refused: refused.map(({ name }) => name),
    preemption: preemption && { ...preemption, candidates: preemption.candidates.map(namesIn), chosen: preemption.chosen && namesIn(preemption.chosen), displaced: preemption.displaced.length },
  }
}

function namesIn({ node, victims }: { readonly node: string; readonly victims: readonly PodState[] }): object {
  return { node, victims: victims.map(({ uid }) => uid) }
}

function table({ feasible, scores }: Outcome): unknown {
  const rows = feasible.map(({ name }, row) => ({
    node: name,
    total: scores?.totals[row],
    plugins: scores?.columns.map((column) => ({ name: column.name, weight: column.weight, raw: column.raw[row], normalised: column.normalised[row] })),
  }))
  return scores ? rows.sort((a, b) => b.total! - a.total! || (a.node < b.node ? -1 : 1)) : []
}

/** Of one template, as pods of a ReplicaSet are: they share what it says. */
function template(random: Random): Pod['spec'] {
  const hostPort = random.chance(1, 6) ? [{ containerPort: 80, hostPort: random.pick([8080, 9090]) }] : []
  const spread = { maxSkew: 1, topologyKey: random.pick(['zone', 'rack']), whenUnsatisfiable: random.pick(['DoNotSchedule', 'ScheduleAnyway']), labelSelector: { matchLabels: { app: random.pick(['a', 'b']) } } }
  const near = [{ weight: random.between(1, 100), podAffinityTerm: { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'b' } } } }]
  const disk = [{ weight: random.between(1, 50), preference: { matchExpressions: [{ key: 'rack', operator: 'In', values: ['r1'] }] } }]
  const requests = { cpu: random.pick(['100m', '300m', '1', '3']), memory: '64Mi', ...(random.chance(1, 4) && { 'example.com/gpu': '1' }) }
  return {
    containers: [{ name: 'c', image: random.pick(['web:1', 'db:1']), ports: hostPort, resources: { requests } }],
    ...(random.chance(1, 4) && { initContainers: [{ name: 'first', image: 'web:1' }] }),
    priority: random.pick([0, 0, 10]),
    ...(random.chance(1, 5) && { topologySpreadConstraints: [spread] }),
    ...(random.chance(1, 4) && { tolerations: [{ key: 'dedicated', operator: 'Exists' }] }),
    ...(random.chance(1, 5) && { nodeSelector: { rack: 'r1' } }),
    ...(random.chance(1, 4) && { affinity: random.chance(1, 2) ? { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: disk } } : { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: near } } }),
  } as unknown as Pod['spec']
}

function randomNode(random: Random, at: number): Node {
  const name = `n${at}`
  const taints = random.chance(1, 4) ? [{ key: 'dedicated', effect: random.pick(['NoSchedule', 'PreferNoSchedule'] as const) }] : []
  const labels = { 'kubernetes.io/hostname': name, zone: `z${at % 3}`, 'topology.kubernetes.io/zone': `z${random.below(8) === 0 ? 3 : at % 2}`, ...(random.chance(4, 5) && { rack: `r${at % 2}` }) }
  const allocatable = { cpu: random.pick(['4', '2', '8']), memory: random.pick(['8Gi', '4Gi']), pods: random.pick(['110', '7']), ...(random.chance(1, 2) && { 'example.com/gpu': '2' }) }
  const images = ['web:1', 'db:1'].flatMap((image) => (random.chance(1, 2) ? [{ names: [image], sizeBytes: random.pick([300_000_000, 700_000_000]) }] : []))
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, labels }, spec: { taints, unschedulable: random.chance(1, 12) }, status: { allocatable, images } } as unknown as Node
}

/** Something happens between two decisions. */
function disturb(world: World, random: Random, nodes: number, placed: Pod[], template: Pod['spec']): void {
  const node = random.below(nodes + 2)
  if (random.chance(1, 12)) {
    const changed = randomNode(random, node)
    world.change((cache) => cache.setNode(changed))
  }
  if (random.chance(1, 25)) world.change((cache) => cache.removeNode(`n${node}`))
  if (placed.length === 0 || random.chance(1, 2)) return
  const [pod] = placed.splice(random.below(placed.length), 1) as [Pod]
  const terminating = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: now } }
  if (random.chance(1, 3)) world.change((cache) => cache.setPod(new PodState(terminating), pod.spec.nodeName!))
  else world.change((cache) => cache.removePod(pod.metadata.uid))
  if (random.chance(1, 4)) world.nominations.set(new PodState({ ...pod, spec: { ...template, priority: random.pick([0, 20]) } }), random.pick(['', `n${node}`]))
  if (random.chance(1, 3)) world.nominations.delete(pod.metadata.uid)
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('what is remembered of nodes changes no decision and no table of scores (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('world')
  const world = new World()
  const nodes = random.pick([9, 125])
  for (let at = 0; at < nodes; at += 1) {
    const node = randomNode(random, at)
    world.change((cache) => cache.setNode(node))
  }
  const kinds = Array.from({ length: 6 }, (_, at) => ({ app: 'abcd'[at % 4]!, labels: { app: 'abcd'[at % 4]! }, spec: template(random) }))
  const placed: Pod[] = []
  const tables = new Map<Pod, unknown>()
  for (let at = 0; at < 250; at += 1) {
    const { app, labels, spec } = random.pick(kinds)
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app, uid: app, controller: true }]
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${at}`, namespace: 'default', uid: `uid-${at}`, labels, ...(random.chance(4, 5) && { ownerReferences }) }, spec, status: {} } as unknown as Pod
    const { found, seen, expected } = world.decide(pod)
    expect(seen, `decision ${at}`).toEqual(expected)
    tables.set(pod, table(found))
    if (found.node) {
      const bound = { ...pod, spec: { ...spec, nodeName: found.node.name } }
      world.change((cache) => cache.assume(new PodState(bound), cache.node(bound.spec.nodeName)!))
      placed.push(bound)
    }
    disturb(world, random, nodes, placed, spec)
  }
  for (const [pod, expected] of tables) expect(world.kept(pod), pod.metadata.name).toEqual(expected)
  expect([...tables.values()].filter((rows) => (rows as unknown[]).length > 1).length).toBeGreaterThan(30)
})
