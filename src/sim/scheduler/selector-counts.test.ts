import { expect, test } from 'vitest'
import type { Labels } from '../api/objects.ts'
import { PodState } from './pod-state.ts'
import { SelectorCounts } from './selector-counts.ts'

function pod(namespace: string, app: string): PodState {
  return new PodState({ apiVersion: 'v1', kind: 'Pod', metadata: { name: app, namespace, uid: `${namespace}/${app}`, labels: { app } }, spec: { containers: [] }, status: {} } as never)
}

test('counts the pods of each namespace apart that one selector matches', () => {
  const counts = new SelectorCounts()
  const selector = { text: 'app=a', matches: ({ app }: Labels) => app === 'a' }
  const nodes = [undefined, undefined]
  expect([...counts.of('one', selector, nodes).subarray(0, 2)]).toEqual([0, 0])
  expect([...counts.of('two', selector, nodes).subarray(0, 2)]).toEqual([0, 0])
  counts.podAdded(pod('one', 'a'), 0)
  const placed = pod('two', 'a')
  counts.podAdded(placed, 1)
  counts.podAdded(pod('two', 'b'), 1)
  for (let time = 0; time < 2; time += 1) {
    expect([...counts.of('one', selector, nodes).subarray(0, 2)]).toEqual([1, 0])
    expect([...counts.of('two', selector, nodes).subarray(0, 2)]).toEqual([0, 1])
  }
  counts.podRemoved(placed, 1)
  expect([...counts.of('two', selector, nodes).subarray(0, 2)]).toEqual([0, 0])
})

test('goes on counting right when more selectors are in use than are kept', () => {
  const counts = new SelectorCounts()
  const selectors = Array.from({ length: 1_001 }, (_, at) => ({ text: `app=${at}`, matches: ({ app }: Labels) => app === `${at}` }))
  for (const selector of selectors) {
    counts.of('one', selector, [undefined])
    counts.podAdded(pod('one', selector.text.slice(4)), 0)
    expect(counts.of('one', selector, [undefined])[0]).toBe(1)
  }
})
