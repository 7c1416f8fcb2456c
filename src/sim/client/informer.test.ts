import { expect, test } from 'vitest'
import type { ConfigMap } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import type { Change, Informer } from './component.ts'

const many = 250

function clusterWithMany(): TestCluster {
  const cluster = createTestCluster()
  for (let at = 0; at < many; at += 1) create(cluster, `m${String(at).padStart(3, '0')}`)
  return cluster
}

function create({ client }: TestCluster, name: string): void {
  must(client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { round: '0' } }))
}

function change({ client }: TestCluster, name: string): void {
  must(client.patch('configmaps', `default/${name}`, 'merge', { data: { round: '1' } }))
}

function reader(cluster: TestCluster, handler: (change: Change<ConfigMap>) => void): Informer<ConfigMap> {
  return cluster.component('reader', ({ informers }) => {
    const configMaps = informers.of('configmaps')
    configMaps.onChange(handler)
    return configMaps
  })
}

test('a long list is handed out in several entries of the agenda, and the informer is synced when all of it is there', () => {
  const cluster = clusterWithMany()
  const told: number[] = []
  let inOne = 0
  const informer = reader(cluster, () => (inOne += 1))
  while (!informer.synced) {
    inOne = 0
    cluster.timeline.step(1_000)
    if (inOne > 0) told.push(inOne)
    expect(informer.synced).toBe(informer.lister.list().length === many)
  }
  expect(told).toEqual([100, 100, 50])
})

test('after another list the cache is what was listed at once, and the handlers are told of it before they are told of what came later', () => {
  const cluster = clusterWithMany()
  const told = new Map<string, string>()
  const informer = reader(cluster, ({ new: current }) => current && told.set(current.metadata.name, current.data?.['round'] ?? ''))
  cluster.advanceTo(1_000)
  cluster.cutOff('reader')
  for (let at = 0; at < many; at += 1) change(cluster, `m${String(at).padStart(3, '0')}`)
  cluster.store.compact(cluster.store.revision)
  cluster.reconnect('reader')
  const rounds = (): number => informer.lister.list().filter(({ data }) => data?.['round'] === '1').length
  while (rounds() === 0) cluster.timeline.step(120_000)
  expect(rounds()).toBe(many)
  expect([...told.values()].filter((round) => round === '1')).toHaveLength(100)
  create(cluster, 'later')
  cluster.advanceTo(cluster.timeline.now + 10)
  expect([...told.values()].filter((round) => round === '1')).toHaveLength(many)
  expect([...told.keys()].at(-1)).toBe('later')
})

test('a handler that comes late is told of all that is there, and in order of what happens meanwhile', () => {
  const cluster = clusterWithMany()
  const informer = reader(cluster, () => {})
  cluster.advanceTo(1_000)
  const told: string[] = []
  informer.onChange(({ old, new: current }) => told.push(`${old ? 'changed' : 'new'} ${current?.metadata.name} ${current?.data?.['round']}`))
  change(cluster, 'm249')
  cluster.timeline.step(1_000)
  expect(told).toHaveLength(100)
  cluster.advanceTo(1_100)
  expect(told).toHaveLength(many + 1)
  expect(told.slice(-2)).toEqual(['new m249 0', 'changed m249 1'])
})
