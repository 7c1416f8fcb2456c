import { expect, test } from 'vitest'
import type { Node, Pod } from '../api/generated/types.ts'
import { RandomStreams } from '../kernel/random.ts'
import { Cache } from './cache.ts'
import { Nominations } from './nominations.ts'
import { PodState } from './pod-state.ts'
import { createProfile } from './profile.ts'
import { SchedulingCycle, type Outcome } from './scheduling-cycle.ts'

const now = '2026-05-01T12:00:00Z'

function addNode(cache: Cache, name: string, zone: string): void {
  cache.setNode({ apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, labels: { zone, 'kubernetes.io/hostname': name } }, spec: {}, status: { allocatable: { cpu: '1', memory: '8Gi', pods: '20' } } } as unknown as Node)
}

function pod(name: string, priority: number, spec: Partial<Pod['spec']> = {}): PodState {
  const containers = [{ name: 'c', image: 'web', resources: { requests: { cpu: '500m' } } }]
  return new PodState({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name, labels: { app: 'x' } }, spec: { containers, priority, ...spec }, status: { startTime: now } } as unknown as Pod)
}

function decide(cache: Cache, preemptor: PodState): Outcome {
  const view = { cache, namespaceLabels: () => undefined, defaultSelector: () => null }
  return new SchedulingCycle(createProfile(), cache, view, new Nominations(), new RandomStreams(1).of('scheduler'), () => now).schedule(preemptor)
}

const apartInZone = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: { matchLabels: { app: 'x' } } }] } } }
const spreadInZone = { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' as const, labelSelector: { matchLabels: { app: 'x' } } }] }

test('does not take for gone on one node whom it tried without on another', () => {
  const cache = new Cache()
  for (const name of ['a', 'b', 'c']) {
    addNode(cache, name, 'z1')
    cache.setPod(pod(`low-${name}`, 0), name)
  }
  const { preemption } = decide(cache, pod('high', 10, apartInZone))
  expect(preemption?.candidates).toEqual([])
})

test('spreads as if only the victims of the node in question were gone', () => {
  const cache = new Cache()
  addNode(cache, 'a', 'z1')
  addNode(cache, 'b', 'z1')
  addNode(cache, 'c', 'z2')
  for (const name of ['a1', 'a2', 'b1', 'b2']) cache.setPod(pod(name, 0), name[0]!)
  cache.setPod(pod('c1', 20), 'c')
  cache.setPod(pod('c2', 20), 'c')
  // Four and two: only with both pods of a node gone may one more come to the first zone.
  const { preemption } = decide(cache, pod('high', 10, spreadInZone))
  expect(preemption?.candidates.map(({ node, victims }) => [node, victims.map(({ uid }) => uid)])).toEqual([['a', ['a1', 'a2']], ['b', ['b1', 'b2']]])
})
