import { expect, test } from 'vitest'
import type { Node, Pod } from '../api/generated/types.ts'
import { Cache } from './cache.ts'
import { PodState } from './pod-state.ts'

function assumed(): { readonly cache: Cache; readonly state: PodState } {
  const cache = new Cache()
  cache.setNode({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'n1' }, spec: {}, status: {} } as unknown as Node)
  const state = new PodState({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p1', namespace: 'default', uid: 'p1' }, spec: { containers: [] }, status: {} } as unknown as Pod)
  cache.assume(state, cache.node('n1')!)
  return { cache, state }
}

test('gives up room that was assumed only', () => {
  const { cache, state } = assumed()
  expect(cache.isAssumed('p1')).toBe(true)
  cache.forget(state)
  expect([cache.isAssumed('p1'), cache.pod('p1'), cache.node('n1')?.pods]).toEqual([false, undefined, []])
})

test('keeps the room of a pod that was seen on its node, whatever its binding came to', () => {
  const { cache, state } = assumed()
  cache.confirm(state, state.pod)
  cache.forget(state)
  expect([cache.isAssumed('p1'), cache.node('n1')?.pods]).toEqual([false, [state]])
  const other = assumed()
  const seen = new PodState(other.state.pod)
  other.cache.setPod(seen, 'n1')
  other.cache.forget(other.state)
  expect([other.cache.isAssumed('p1'), other.cache.node('n1')?.pods]).toEqual([false, [seen]])
})
