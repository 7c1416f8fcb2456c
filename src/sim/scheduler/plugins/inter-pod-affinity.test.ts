import { expect, test } from 'vitest'
import type { Pod } from '../../api/generated/types.ts'
import { Cache } from '../cache.ts'
import { FeasibleNodes } from '../feasible-nodes.ts'
import { NodeSet } from '../node-set.ts'
import { PodState } from '../pod-state.ts'
import { interPodAffinity } from './inter-pod-affinity.ts'

let pods = 0

/** Wants to be near pods of the app `b`, so much. */
function pod(app: string, weight = 0): PodState {
  pods += 1
  const term = { topologyKey: 'rack', labelSelector: { matchLabels: { app: 'b' } } }
  const affinity = weight > 0 ? { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term }] } } : {}
  return new PodState({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${pods}`, namespace: 'default', uid: `p${pods}`, labels: { app } }, spec: { containers: [], affinity }, status: {} } as unknown as Pod)
}

function rawScores(cache: Cache, subject: PodState): readonly number[] {
  const all = new NodeSet(cache.nodes.length)
  all.addRange(0, cache.nodes.length)
  const feasible = new FeasibleNodes(cache.nodes, all, 0, cache.nodes.length)
  const prepared = interPodAffinity(1).preScore(subject, { cache, namespaceLabels: () => undefined, defaultSelector: () => null }, feasible)
  const raw = new Int32Array(cache.nodes.length)
  if (prepared && 'score' in prepared) prepared.score(feasible, raw)
  return [...raw]
}

test('scores a node by all pods there that say something of the pod, and by all of which the pod says something', () => {
  const cache = new Cache()
  for (const rack of ['r0', 'r1']) cache.setNode({ apiVersion: 'v1', kind: 'Node', metadata: { name: rack, uid: rack, labels: { rack } }, spec: {}, status: {} } as never)
  for (const some of [pod('a'), pod('a', 10), pod('b'), pod('a', 20), pod('b')]) cache.setPod(some, 'r1')
  expect(rawScores(cache, pod('b'))).toEqual([0, 30])
  expect(rawScores(cache, pod('a'))).toEqual([0, 0])
  expect(rawScores(cache, pod('a', 5))).toEqual([0, 10])
  expect(rawScores(cache, pod('b', 5))).toEqual([0, 40])
})
