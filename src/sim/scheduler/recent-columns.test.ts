import { expect, test } from 'vitest'
import type { NodeState } from './node-state.ts'
import { RecentColumns } from './recent-columns.ts'

const sorts = Array.from({ length: 300 }, (_, at) => ({ at }))
const plugin = {}

function counted(): { readonly columns: RecentColumns<{ readonly asks: readonly object[] }>; readonly made: () => number } {
  let count = 0
  const columns = new RecentColumns((asks) => {
    count += 1
    return { asks }
  })
  return { columns, made: () => count }
}

test('is made once for pods that ask the same, whoever came between', () => {
  const { columns, made } = counted()
  const nodes: readonly NodeState[] = []
  for (let turn = 0; turn < 3; turn += 1) for (const sort of sorts.slice(0, 200)) expect(columns.of([plugin, sort], nodes).asks[1]).toBe(sort)
  expect(made()).toBe(200)
  expect(columns.of([{}, sorts[0]!], nodes).asks[0]).not.toBe(plugin)
  expect(made()).toBe(201)
})

test('is forgotten with the oldest when there are too many sorts of pods, and with the nodes when they are others', () => {
  const { columns, made } = counted()
  const nodes: readonly NodeState[] = []
  for (const sort of sorts) columns.of([plugin, sort], nodes)
  columns.of([plugin, sorts[299]!], nodes)
  expect(made()).toBe(300)
  columns.of([plugin, sorts[0]!], nodes)
  expect(made()).toBe(301)
  columns.of([plugin, sorts[299]!], [])
  expect(made()).toBe(302)
})
