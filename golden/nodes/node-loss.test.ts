import { expect, test } from 'vitest'
import type { Event, Node, Pod } from '../../src/sim/api/generated/types.ts'
import type { ClusterOptions, Fault } from '../../src/sim/cluster/run.ts'
import { NodeLossWorld, type Observation } from './node-loss-world.ts'

const tolerations = ['not-ready', 'unreachable'].map((key) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }) as const)
const noExecute = 'node.kubernetes.io/unreachable:NoExecute'

function worldOf(workers: number, options: ClusterOptions = {}): NodeLossWorld {
  const nodes = Array.from({ length: workers }, (_, at) => ({ name: `worker-${at + 1}` }))
  return new NodeLossWorld(nodes, [{ name: 'web', namespace: 'default', nodeName: 'worker-1', tolerations, terminationGracePeriodSeconds: 30 }], options)
}

/** Strikes machines at `due`, when their kubelets have just renewed; answers when that was. */
function strike(world: NodeLossWorld, due: number, nodes: readonly string[], faultOn: (node: string) => Fault): number {
  return world.strikeAfterRenewal(due, new Map(nodes.map((node) => [node, faultOn(node)])))
}

const readyOf = (object: Node | Pod | undefined) => object?.status.conditions?.find(({ type }) => type === 'Ready')?.status
const taintsOf = (node: Node) => (node.spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`)

/** When something of an object first became so, from `from` on. */
function whenOf<T extends Node | Pod>(world: NodeLossWorld, what: string, from: number, isSo: (object: T) => boolean): number | undefined {
  return seen(world, what, from).find(({ object }) => isSo(object as unknown as T))?.at
}

function seen({ observations }: NodeLossWorld, what: string, from: number): readonly Observation[] {
  const [resource, name] = what.split(' ')
  return observations.filter((observation) => observation.at >= from && observation.resource === resource && observation.object.metadata.name === name && observation.type !== 'DELETED')
}

function reasons({ observations }: NodeLossWorld, about: string, from: number): readonly string[] {
  return observations.filter(({ at, resource, object }) => at >= from && resource === 'events' && (object as Event).involvedObject.name === about).map(({ object }) => (object as Event).reason ?? '')
}

/** Goes on and tells when the node lifecycle controller looked at all nodes. */
function passesUntil(world: NodeLossWorld, time: number): readonly number[] {
  const { timeline } = world.cluster
  const passes = new Set<number>()
  for (let due = timeline.nextDue(); due !== null && due <= time; due = timeline.nextDue()) {
    if (timeline.nextLabel === 'node-lifecycle: monitors nodes') passes.add(due)
    timeline.step(time)
  }
  return [...passes]
}

for (const [name, options, grace] of [['50 s', {}, 50_000], ['40 s, as the preset classic has it,', { preset: 'classic' }, 40_000]] as const) {
  for (const phase of [0, 1_111, 2_500, 3_777, 4_900]) {
    test(`a machine that goes dark is Unknown at the first pass ${name} after the pass that saw its last renewal (phase ${phase})`, () => {
      const world = worldOf(5, options)
      const struck = strike(world, world.now + 20_000 + phase, ['worker-1', 'worker-2'], (node) => ({ kind: 'power-off', node }))
      const passes = passesUntil(world, struck + 75_000)
      const saw = passes.find((pass) => pass > struck + 10)!
      const expected = passes.find((pass) => pass >= saw + grace)
      expect(expected! - struck).toBeLessThanOrEqual(grace + 10_000)
      for (const node of ['worker-1', 'worker-2']) expect(whenOf<Node>(world, `nodes ${node}`, struck, (object) => readyOf(object) === 'Unknown')).toBe(expected)
      const tainted = whenOf<Node>(world, 'nodes worker-1', struck, (object) => taintsOf(object).includes(noExecute))!
      // The taint waits for the next pass, and then for the queue that is looked into ten times a second.
      const next = passes.find((pass) => pass > expected!)!
      expect(tainted - next).toBeGreaterThan(0)
      expect(tainted - next).toBeLessThanOrEqual(100)
    })
  }
}

test('a heartbeat that arrives just before the pass that would give the node up changes that; one that comes just after it does not, and mends it', () => {
  const silence = (node: string): Fault => ({ kind: 'freeze', component: 'kubelet', node })
  const lost = worldOf(3)
  const struck = strike(lost, lost.now + 20_000, ['worker-1'], silence)
  lost.advanceTo(struck + 70_000)
  const unknown = whenOf<Node>(lost, 'nodes worker-1', struck, (node) => readyOf(node) === 'Unknown')!

  const before = worldOf(3)
  expect(strike(before, before.now + 20_000, ['worker-1'], silence)).toBe(struck)
  before.advanceTo(unknown - 20)
  before.end({ kind: 'freeze', node: 'worker-1' })
  before.advanceTo(unknown + 120_000)
  expect(seen(before, 'nodes worker-1', struck).map(({ object }) => readyOf(object as Node))).not.toContain('Unknown')
  expect(seen(before, 'nodes worker-1', struck).flatMap(({ object }) => taintsOf(object as Node))).toEqual([])
  expect(reasons(before, 'worker-1', struck)).not.toContain('NodeNotReady')

  const after = worldOf(3)
  expect(strike(after, after.now + 20_000, ['worker-1'], silence)).toBe(struck)
  after.advanceTo(unknown + 1)
  after.end({ kind: 'freeze', node: 'worker-1' })
  after.advanceTo(unknown + 120_000)
  expect(whenOf<Node>(after, 'nodes worker-1', struck, (node) => readyOf(node) === 'Unknown')).toBe(unknown)
  const mended = whenOf<Node>(after, 'nodes worker-1', unknown + 1, (node) => readyOf(node) === 'True')!
  expect(mended - unknown).toBeLessThanOrEqual(10_500)
  expect(taintsOf(seen(after, 'nodes worker-1', struck).at(-1)?.object as Node)).toEqual([])
  expect(readyOf(seen(after, 'pods web', struck).at(-1)?.object as Pod)).toBe('True')
  expect(reasons(after, 'worker-1', struck)).toEqual(['NodeNotReady', 'NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID', 'NodeReady'])
})

test('while the controller manager is stopped nobody notices a lost node; a new one gives it the whole grace again, from its own first look', () => {
  const world = worldOf(3)
  world.begin({ kind: 'stop', component: 'kube-controller-manager' })
  const struck = strike(world, world.now + 20_000, ['worker-1'], (node) => ({ kind: 'power-off', node }))
  world.advanceTo(struck + 300_000)
  expect(seen(world, 'nodes worker-1', struck)).toEqual([])
  expect(seen(world, 'pods web', struck)).toEqual([])
  world.end({ kind: 'stop', component: 'kube-controller-manager' })
  const [second = 0, ...passes] = passesUntil(world, struck + 800_000)
  const first = second - 5_000
  const unknown = whenOf<Node>(world, 'nodes worker-1', struck, (node) => readyOf(node) === 'Unknown')
  expect(unknown).toBe(passes.find((pass) => pass >= first + 50_000))
  const tainted = whenOf<Node>(world, 'nodes worker-1', struck, (node) => taintsOf(node).includes(noExecute))!
  const evicted = whenOf<Pod>(world, 'pods web', struck, ({ metadata }) => metadata.deletionTimestamp !== undefined)!
  expect(evicted - tainted - 300_000).toBeGreaterThanOrEqual(0)
  expect(evicted - tainted - 300_000).toBeLessThanOrEqual(20)
})

test('a controller manager that is restarted counts the seconds of toleration anew from when it sees the taint', () => {
  const world = worldOf(3)
  const struck = strike(world, world.now + 20_000, ['worker-1'], (node) => ({ kind: 'power-off', node }))
  world.advanceTo(struck + 200_000)
  const tainted = whenOf<Node>(world, 'nodes worker-1', struck, (node) => taintsOf(node).includes(noExecute))!
  world.begin({ kind: 'restart', component: 'kube-controller-manager' })
  const passes = passesUntil(world, struck + 700_000)
  // One that the dead process had planned is among them: the new one's are those that follow one another.
  const first = passes.find((pass) => pass > struck + 205_000)! - 5_000
  const evicted = whenOf<Pod>(world, 'pods web', struck, ({ metadata }) => metadata.deletionTimestamp !== undefined)!
  expect(evicted - tainted).toBeGreaterThan(400_000)
  expect(evicted - first - 300_000).toBeGreaterThanOrEqual(0)
  expect(evicted - first - 300_000).toBeLessThanOrEqual(1_000)
})

test('a machine that is back before its grace is over has been rebooted, and nothing else is said of its node', () => {
  const world = worldOf(3)
  const struck = strike(world, world.now + 20_000, ['worker-1'], (node) => ({ kind: 'power-off', node }))
  world.advanceTo(struck + 30_000)
  world.end({ kind: 'power-off', node: 'worker-1' })
  world.advanceTo(struck + 200_000)
  expect(new Set(seen(world, 'nodes worker-1', struck).map(({ object }) => readyOf(object as Node)))).toEqual(new Set(['True']))
  expect(seen(world, 'nodes worker-1', struck).flatMap(({ object }) => taintsOf(object as Node))).toEqual([])
  expect(reasons(world, 'worker-1', struck)).toContain('Rebooted')
  expect(reasons(world, 'worker-1', struck)).not.toContain('NodeNotReady')
  expect((seen(world, 'pods web', struck).at(-1)!.object as Pod).status.containerStatuses?.[0]).toMatchObject({ restartCount: 1, ready: true })
})

test('a kubelet that is restarted leaves its node Ready and its pods alone', () => {
  const world = worldOf(3)
  const before = world.now
  world.begin({ kind: 'restart', component: 'kubelet', node: 'worker-1' })
  world.advanceTo(before + 120_000)
  expect(new Set(seen(world, 'nodes worker-1', before).map(({ object }) => readyOf(object as Node)))).toEqual(new Set(['True']))
  expect(seen(world, 'nodes worker-1', before).flatMap(({ object }) => taintsOf(object as Node))).toEqual([])
  expect(new Set(seen(world, 'pods web', before).map(({ object }) => readyOf(object as Pod)))).not.toContain('False')
  expect(reasons(world, 'worker-1', before)).toEqual(expect.arrayContaining(['Starting', 'NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID']))
})

test('a kubelet whose link heals renews and posts within its periods, and hears of its pods when its watches try again, after one or two pauses of up to a minute', () => {
  const world = worldOf(3)
  const struck = strike(world, world.now + 20_000, ['worker-1'], (node) => ({ kind: 'cut-off', node }))
  world.advanceTo(struck + 600_000)
  const healed = world.now
  expect(readyOf(seen(world, 'nodes worker-1', struck).at(-1)?.object as Node)).toBe('Unknown')
  world.end({ kind: 'cut-off', node: 'worker-1' })
  world.advanceTo(healed + 200_000)
  expect(world.renewals.get('worker-1')! - healed).toBeGreaterThan(180_000)
  expect(whenOf<Node>(world, 'nodes worker-1', healed, (node) => readyOf(node) === 'True')! - healed).toBeLessThanOrEqual(10_500)
  const killed = world.observations.find(({ at, object }) => at >= healed && (object as Event).reason === 'Killing')!
  expect(killed.at - healed).toBeGreaterThan(15_000)
  expect(killed.at - healed).toBeLessThanOrEqual(120_000)
  const gone = world.observations.find(({ resource, type, object }) => resource === 'pods' && type === 'DELETED' && object.metadata.name === 'web')!
  expect(gone.at - killed.at).toBeLessThanOrEqual(45_000)
})

test('a machine that is declared out of service has its pods removed at the next look of the pod collector, once they are told to go', () => {
  const world = worldOf(3)
  const struck = strike(world, world.now + 20_000, ['worker-1'], (node) => ({ kind: 'power-off', node }))
  world.advanceTo(struck + 120_000)
  expect(world.cluster.perform({ kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource: 'nodes', name: 'worker-1', patchType: 'strategic', body: { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }] } } } }).ok).toBe(true)
  const declared = world.now
  world.advanceTo(declared + 60_000)
  // Nothing tolerates that taint: it is told to go at once, with its whole grace, and then nobody is waited for.
  const told = whenOf<Pod>(world, 'pods web', declared, ({ metadata }) => metadata.deletionTimestamp !== undefined)!
  expect(told - declared).toBeLessThanOrEqual(100)
  const failed = whenOf<Pod>(world, 'pods web', declared, ({ status }) => status.phase === 'Failed')!
  const gone = world.observations.find(({ resource, type, object }) => resource === 'pods' && type === 'DELETED' && object.metadata.name === 'web')!
  expect(gone.at).toBe(failed)
  expect(failed - told).toBeLessThanOrEqual(20_000)
})
