import { expect, test } from 'vitest'
import { emptyView, received } from '../stores/cluster-view.ts'
import { batchOf, nodeChange, podChange, shopBatch } from '../stores/testing.ts'
import { arrange, shapeOf } from './arrange.ts'
import { edgesOf } from './edges.ts'

const shop = received(emptyView, shopBatch())

test('what happens to pods and nodes moves nothing', () => {
  const after = received(shop, batchOf([nodeChange('worker-1', 'zone-a', 'Unknown'), { ...podChange('web-5f6d-2xk9p'), object: null }, podChange('web-5f6d-new', { node: 'worker-1' })]))
  expect(arrange(after)).toEqual(arrange(shop))
})

test('the shape says when the arrangement is another, and stays the same where a pod has room', () => {
  const added = (count: number) => received(shop, batchOf(Array.from({ length: count }, (_, index) => podChange(`web-5f6d-${index}`, { node: 'worker-1' }))))
  expect(shapeOf(added(1))).toBe(shapeOf(shop))
  expect(arrange(added(1))).toEqual(arrange(shop))
  for (const count of [9, 40, 160]) {
    expect(arrange(added(count))).not.toEqual(arrange(shop))
    expect(shapeOf(added(count))).not.toBe(shapeOf(shop))
  }
})

test('the pods of many machines are squares from the start: names could not be read from so far', () => {
  const nodes = Array.from({ length: 100 }, (_, index) => nodeChange(`worker-${index + 1}`, 'zone-a'))
  expect(arrange(received(emptyView, batchOf(nodes, { fresh: true }))).look).toBe('squares')
})

test('cards do not overlap, whatever the number of machines and zones', () => {
  const nodes = Array.from({ length: 100 }, (_, index) => nodeChange(`worker-${index + 1}`, `zone-${index % 7}`))
  const places = [...arrange(received(emptyView, batchOf(nodes, { fresh: true }))).machines.values()]
  expect(places).toHaveLength(100)
  for (const [index, a] of places.entries()) for (const b of places.slice(index + 1)) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true)
})

test('an edge ends on its pod’s chip, dashed while the endpoint is not ready', () => {
  const arrangement = arrange(shop)
  const edges = edgesOf(shop, arrangement, new Map())
  const card = arrangement.machines.get('worker-1')!
  const edge = edges.find(({ pod }) => pod === 'shop/catalog-7d9c-q7xkz')!
  const row = shop.rows.get('worker-1')!.places.indexOf('uid-pods-shop-catalog-7d9c-q7xkz')
  expect(edge.isReady).toBe(false)
  expect(edge.end.y).toBeGreaterThan(card.y + 92 + row * 29)
  expect(edge.end.y).toBeLessThan(card.y + 92 + (row + 1) * 29)
})

test('more than a hundred and fifty pods are drawn as squares, and their edges are bundled to the card', () => {
  const pods = Array.from({ length: 160 }, (_, index) => podChange(`web-5f6d-${index}`, { node: 'worker-1' }))
  const many = received(shop, batchOf(pods))
  const arrangement = arrange(many)
  expect(arrangement.look).toBe('squares')
  expect(edgesOf(many, arrangement, new Map()).every(({ pod }) => pod === null)).toBe(true)
})
