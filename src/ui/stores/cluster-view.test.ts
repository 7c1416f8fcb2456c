import { expect, test } from 'vitest'
import { emptyView, received } from './cluster-view.ts'
import { batchOf, nodeChange, objectChange, podChange, shopBatch } from './testing.ts'

const shop = received(emptyView, shopBatch())

test('objects that no change names keep their identity, and so do the groups and rows they are in', () => {
  const next = received(shop, batchOf([podChange('web-5f6d-hh2lm', { node: 'worker-1', ready: false })], { countdowns: [...shop.countdowns.values()].flat(), machines: [...shop.machines.values()], components: shop.components }))
  expect(next.objects.nodes).toBe(shop.objects.nodes)
  expect(next.objects.pods.get('shop/web-5f6d-2xk9p')).toBe(shop.objects.pods.get('shop/web-5f6d-2xk9p'))
  expect(next.podsByNode.get('worker-3')).toBe(shop.podsByNode.get('worker-3'))
  expect(next.podsByNode.get('worker-1')).not.toBe(shop.podsByNode.get('worker-1'))
  expect(next.rows).toBe(shop.rows)
  expect(next.endpoints).toBe(shop.endpoints)
  expect(next.countdowns).toBe(shop.countdowns)
  expect(next.machines).toBe(shop.machines)
  expect(next.components).toBe(shop.components)
})

test('a pod that is bound moves from those that wait to its node', () => {
  expect([...shop.podsByNode.get('')!.keys()]).toEqual(['shop/cart-6b7f-zz41w'])
  const next = received(shop, batchOf([podChange('cart-6b7f-zz41w', { node: 'worker-3' })]))
  expect(next.podsByNode.has('')).toBe(false)
  expect(next.podsByNode.get('worker-3')!.has('shop/cart-6b7f-zz41w')).toBe(true)
})

test('indexes built change by change equal those of a fresh list', () => {
  let view = received(emptyView, batchOf([], { fresh: true }))
  for (const change of shopBatch().changes) view = received(view, batchOf([change]))
  for (const index of ['podsByNode', 'podsByOwner'] as const) expect(plain(view[index])).toEqual(plain(shop[index]))
  expect(view.endpoints).toEqual(shop.endpoints)
})

test('an object that is gone leaves every index', () => {
  const next = received(shop, batchOf([{ ...podChange('mail-58d4-tq6gh'), object: null }, { ...objectChange('endpointslices', { metadata: { name: 'cart-abcde', namespace: 'shop' } }), object: null }]))
  expect(next.objects.pods.has('shop/mail-58d4-tq6gh')).toBe(false)
  expect([...next.podsByNode.get('worker-3')!.keys()]).not.toContain('shop/mail-58d4-tq6gh')
  expect(next.podsByOwner.has('uid-replicasets-shop-mail-58d4')).toBe(false)
  expect(next.endpoints.has('shop/cart')).toBe(false)
})

test('the first batch of a boot forgets everything known before', () => {
  const next = received(shop, batchOf([nodeChange('worker-1', 'zone-a')], { fresh: true }))
  expect(next.objects.pods.size).toBe(0)
  expect(next.hues.size).toBe(0)
  expect(next.boots).toBe(2)
})

test('a workload keeps its hue, and the grey of the cluster’s own is not given to it', () => {
  expect(shop.hues.get('deployments/shop/web')).toBe(1)
  expect(shop.hues.has('replicasets/kube-system/kube-proxy')).toBe(false)
  expect(received(shop, shopBatch()).hues.get('deployments/shop/web')).toBe(1)
})

function plain(groups: ReadonlyMap<string, ReadonlyMap<string, unknown>>): Record<string, string[]> {
  return Object.fromEntries([...groups].map(([group, members]) => [group, [...members.keys()].sort()]))
}
