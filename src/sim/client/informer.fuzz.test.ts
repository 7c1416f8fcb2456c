import { expect, test } from 'vitest'
import { RandomStreams, type Random } from '../kernel/random.ts'
import type { ConfigMap } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import type { Informer } from './component.ts'

const seeds = [41, 42, 43, 44, 45, 46, 47, 48]

test.each(seeds)('shows some past of its resource at every moment, and the present once it is quiet (seed %i)', (seed) => {
  const cluster = createTestCluster({ seed, watchLag: { configmaps: 20 } })
  const random = new RandomStreams(seed).of('world')
  const states = watchStates(cluster)
  const told = new Map<string, ConfigMap>()
  const informer = cluster.component('reader', ({ informers }) => {
    const configMaps = informers.of('configmaps', { labelSelector: 'seen=yes' })
    configMaps.addIndex('round', ({ data }) => (data?.['round'] ? [data['round']] : []))
    configMaps.onChange(({ old, new: current }) => {
      if (old && current) expect(Number(current.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(old.metadata.resourceVersion))
      if (current) told.set(keyOf(current), current)
      else if (old) told.delete(keyOf(old))
    })
    return configMaps
  })
  for (let step = 0; step < 250; step += 1) {
    disturb(cluster, random)
    cluster.advanceTo(cluster.timeline.now + random.pick([0, 1, 7, 40, 1_500]))
    if (!informer.synced) continue
    expect(states.has(shown(informer.lister.list()))).toBe(true)
    expect(shown([...told.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)))).toBe(shown(informer.lister.list()))
    checkIndex(informer)
  }
  cluster.reconnect('reader')
  cluster.advanceTo(cluster.timeline.now + 120_000)
  expect(shown(informer.lister.list())).toBe(shown(cluster.list('configmaps').filter(isSeen)))
})

function disturb(cluster: TestCluster, random: Random): void {
  if (random.chance(1, 25)) cluster.cutOff('reader')
  if (random.chance(1, 8)) cluster.reconnect('reader')
  if (random.chance(1, 60)) cluster.restartApiServer()
  if (random.chance(1, 40)) cluster.store.compact(cluster.store.revision)
  for (let writes = random.below(4); writes > 0; writes -= 1) {
    const name = `m${random.below(12)}`
    const labels = { seen: random.pick(['yes', 'yes', 'no']) }
    const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels }, data: { round: String(random.below(3)) } } as const
    const found = cluster.client.get('configmaps', `default/${name}`)
    if (!found.ok) cluster.client.create('configmaps', draft)
    else if (random.chance(1, 3)) cluster.client.delete('configmaps', `default/${name}`)
    else cluster.client.update('configmaps', { ...found.value, metadata: { ...found.value.metadata, labels }, data: draft.data })
  }
}

/** Every state that the selected ConfigMaps were ever in. */
function watchStates(cluster: TestCluster): Set<string> {
  const states = new Set([''])
  cluster.store.watch('/registry/configmaps/', cluster.store.revision, () => {
    const range = cluster.store.range('/registry/configmaps/')
    if (typeof range !== 'string') states.add(shown(range.map(({ value }) => value as ConfigMap).filter(isSeen)))
  })
  return states
}

function isSeen({ metadata }: ConfigMap): boolean {
  return metadata.labels?.['seen'] === 'yes'
}

function shown(objects: readonly ConfigMap[]): string {
  return objects.map((object) => `${keyOf(object)}@${object.metadata.resourceVersion}`).join(' ')
}

function checkIndex({ lister }: Informer<ConfigMap>): void {
  for (const round of ['0', '1', '2']) {
    expect(lister.byIndex('round', round)).toEqual(lister.list().filter(({ data }) => data?.['round'] === round))
    expect(lister.list('default')).toEqual(lister.list())
  }
}
