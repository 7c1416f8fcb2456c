import { expect, test } from 'vitest'
import type { Node, Pod } from '../api/generated/types.ts'
import { RandomStreams } from '../kernel/random.ts'
import { Cache } from './cache.ts'
import { Nominations } from './nominations.ts'
import { PodState } from './pod-state.ts'
import { createProfile } from './profile.ts'
import { numFeasibleNodesToFind, SchedulingCycle, type Outcome } from './scheduling-cycle.ts'

const nodes = 250
/** Of these 250, so many are enough. */
const enough = 120

class World {
  readonly cache = new Cache()
  private readonly cycle: SchedulingCycle
  private count = 0

  /** Of several that are best, the last is drawn. */
  constructor() {
    const view = { cache: this.cache, namespaceLabels: () => undefined, defaultSelector: () => null }
    const random = { ...new RandomStreams(1).of('scheduler'), below: (bound: number) => bound - 1 }
    this.cycle = new SchedulingCycle(createProfile(), this.cache, view, new Nominations(), random, () => '2026-05-01T12:00:00Z')
    for (let at = 0; at < nodes; at += 1) this.setNode(at, false)
  }

  setNode(at: number, unschedulable: boolean): void {
    const status = { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } }
    this.cache.setNode({ apiVersion: 'v1', kind: 'Node', metadata: { name: `${at}`, uid: `${at}` }, spec: { unschedulable }, status } as unknown as Node)
  }

  decide(spec: Partial<Pod['spec']> = {}): Outcome {
    this.count += 1
    const name = `p${this.count}`
    return this.cycle.schedule(new PodState({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name }, spec: { containers: [], ...spec }, status: {} } as unknown as Pod))
  }
}

function fitting(outcome: Outcome): readonly number[] {
  return outcome.feasible.map(({ name }) => Number(name))
}

function naming(...names: readonly string[]): Partial<Pod['spec']> {
  const nodeSelectorTerms = names.map((name) => ({ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [name] }] }))
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } }
}

/** Positions from one on and round. */
function round(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => (from + at) % nodes)
}

test('begins to look where it stopped looking for the pod before, and goes round', () => {
  const world = new World()
  expect(numFeasibleNodesToFind(nodes, 0)).toBe(enough)
  for (let pod = 0; pod < 12; pod += 1) {
    const outcome = world.decide()
    expect(fitting(outcome)).toEqual(round(pod * enough, enough))
    expect(outcome.node?.name).toBe(`${fitting(outcome).at(-1)}`)
  }
})

test('goes on past nodes that refuse until it has found enough', () => {
  const world = new World()
  for (const at of [3, 4, 119, 130]) world.setNode(at, true)
  for (const from of [0, 123, 244, 116]) {
    const outcome = world.decide()
    const refused = outcome.refused.map(({ position }) => position)
    expect(fitting(outcome)).toEqual(round(from, enough + refused.length).filter((position) => !refused.includes(position)))
    expect(refused).toEqual(round(from, enough + refused.length).filter((position) => [3, 4, 119, 130].includes(position)))
    expect(outcome.from).toBe(from)
  }
})

test('looks at all nodes when too few fit', () => {
  const world = new World()
  world.decide()
  for (let at = 0; at < 150; at += 1) world.setNode(at, true)
  const outcome = world.decide()
  expect(fitting(outcome)).toEqual(round(150, 100))
  expect(outcome.refused.map(({ position }) => position)).toEqual([...round(120, 30), ...round(0, 120)])
})

test('begins among the nodes that a pod names at the place that it would have come to', () => {
  const world = new World()
  const spec = naming('200', '7', '90', '33', '249', '101', '150')
  world.decide()
  expect(fitting(world.decide(spec))).toEqual([33, 90, 101, 150, 200, 249, 7])
  world.setNode(33, true)
  const outcome = world.decide(spec)
  expect(fitting(outcome)).toEqual([90, 101, 150, 200, 249, 7])
  expect(outcome.node?.name).toBe('7')
})

test('finds nothing for a pod that names only nodes that do not exist', () => {
  const outcome = new World().decide(naming('elsewhere'))
  expect([outcome.node, outcome.feasible.length, outcome.refused.length]).toEqual([null, 0, nodes])
})
