import { expect, test } from 'vitest'
import { RandomStreams } from '../../kernel/random.ts'
import type { Pod, ReplicaSet } from '../../api/generated/types.ts'
import { ObjectCache } from '../../client/object-cache.ts'
import { controllerReference } from '../pod-control.ts'
import { PodTally } from './pod-tally.ts'

const replicaSet = {
  apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'shop', uid: 'web' },
  spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web', tier: 'front' } } } },
} as unknown as ReplicaSet

const owners = [controllerReference(replicaSet)]
const labelSets = [{ app: 'web', tier: 'front' }, { app: 'web' }, { app: 'other' }]

test.each([1, 2, 3])('counts as a fresh count would, whatever happens to the pods (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('pods')
  const cache = new ObjectCache<Pod>()
  cache.addIndex('controlledBy', (pod) => pod.metadata.ownerReferences?.map(({ uid }) => uid) ?? [])
  const tally = new PodTally(cache)
  for (let step = 0, lives = 0; step < 500; step += 1) {
    const key = `shop/pod-${random.below(12)}`
    const old = cache.get(key)
    const current = random.chance(1, 5) ? undefined : randomPod(key, random.chance(1, 5) || !old ? `life ${(lives += 1)}` : old.metadata.uid)
    if (current) cache.put(current)
    else if (old) cache.remove(old)
    tally.observe({ ...(old && { old }), ...(current && { new: current }) })
    expect(tally.countsOf(replicaSet), `step ${step}`).toEqual(new PodTally(cache).countsOf(replicaSet))
  }

  function randomPod(key: string, uid: string): Pod {
    const labels = random.pick(labelSets)
    const leaving = random.chance(1, 4) ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}
    const owner = random.chance(4, 5) ? { ownerReferences: owners } : {}
    const conditions = [{ type: 'Ready', status: random.pick(['True', 'False']) }]
    const metadata = { name: key.slice(5), namespace: 'shop', uid, labels, ...leaving, ...owner }
    return { metadata, spec: {}, status: { phase: random.pick(['Pending', 'Running', 'Failed']), conditions } } as unknown as Pod
  }
})
