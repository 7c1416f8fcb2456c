import { expect, test } from 'vitest'
import type { Node } from '../api/generated/types.ts'
import { Cache } from './cache.ts'
import type { FilterPlugin, PreparedFilter, Refusal } from './framework.ts'
import { RememberedFilters } from './remembered-filters.ts'

const refusal: Refusal = { plugin: 'Odd', code: 'Unschedulable', reasons: ['odd'] }
const plugin = { name: 'Odd' } as FilterPlugin

function node(at: number): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: `n${at}`, uid: `n${at}` }, spec: {}, status: {} } as unknown as Node
}

/** Asks about all nodes: what was found, and who was really asked. */
function ask(cache: Cache, remembered: RememberedFilters, asks: object) {
  const asked: string[] = []
  const filter: PreparedFilter = { asks, filter: ({ name }) => (asked.push(name), Number(name.slice(1)) % 2 === 1 ? refusal : null) }
  const { filters, doubtful } = remembered.of([filter], [plugin])
  const verdicts = cache.nodes.map((each) => filters[0]!.filter(each))
  return { asked, verdicts, doubtful: cache.nodes.filter(({ position }) => doubtful!.has(position)).map(({ name }) => name) }
}

test('asks filters again of the nodes that changed and no others', () => {
  const cache = new Cache()
  for (let at = 0; at < 4; at += 1) cache.setNode(node(at))
  const remembered = new RememberedFilters(cache)
  const asks = {}
  const verdicts = [null, refusal, null, refusal]
  expect(ask(cache, remembered, asks)).toEqual({ asked: ['n0', 'n1', 'n2', 'n3'], verdicts, doubtful: ['n1', 'n3'] })
  expect(ask(cache, remembered, asks).asked).toEqual([])
  cache.setNode(node(2))
  cache.setNode(node(3))
  expect(ask(cache, remembered, asks)).toEqual({ asked: ['n2', 'n3'], verdicts, doubtful: ['n1', 'n3'] })
  expect(ask(cache, remembered, {}).asked).toHaveLength(4)
})

test.each([{ times: 4_096, asked: ['n1'] }, { times: 4_097, asked: ['n0', 'n1'] }])('asks of all nodes when more has changed than is kept in mind ($times changes)', ({ times, asked }) => {
  const cache = new Cache()
  for (let at = 0; at < 2; at += 1) cache.setNode(node(at))
  const remembered = new RememberedFilters(cache)
  const asks = {}
  ask(cache, remembered, asks)
  for (let change = 0; change < times; change += 1) cache.setNode(node(1))
  expect(ask(cache, remembered, asks)).toMatchObject({ asked, verdicts: [null, refusal] })
})
