import { expect, test } from 'vitest'
import { RandomStreams } from '../../kernel/random.ts'
import type { DaemonSet, Node, Pod } from '../../api/generated/types.ts'
import { ObjectCache } from '../../client/object-cache.ts'
import type { Informer } from '../../client/component.ts'
import { controllerReference } from '../pod-control.ts'
import { countNodes } from './daemon-set-plan.ts'
import { DaemonTally } from './daemon-tally.ts'

const daemonSet = {
  apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', namespace: 'shop', uid: 'agent', generation: 1 },
  spec: { selector: { matchLabels: { app: 'agent' } }, template: { metadata: {}, spec: {} }, updateStrategy: { type: 'RollingUpdate' } }, status: {},
} as unknown as DaemonSet
const owners = [controllerReference(daemonSet)]
const revision = { hash: 'new', generation: undefined }

test.each([1, 2, 3])('counts nodes as a fresh count would, whatever happens to pods and nodes (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('nodes')
  const pods = new ObjectCache<Pod>()
  const nodes = new ObjectCache<Node>()
  const tally = new DaemonTally({ lister: pods, addIndex: pods.addIndex.bind(pods) } as unknown as Informer<Pod>, nodes)
  for (let step = 0; step < 400; step += 1) {
    if (random.chance(1, 4)) changeNode(`node-${random.below(4)}`)
    else changePod(`shop/pod-${random.below(8)}`)
    const byNode = new Map(['node-0', 'node-1', 'node-2', 'node-3'].map((name) => [name, pods.list().filter(({ spec }) => spec.nodeName === name)] as const))
    const { work, ...counts } = tally.countsOf(daemonSet, revision)
    const { available: _, ...fresh } = countNodes(daemonSet, nodes.list(), byNode, revision, 0)
    expect(counts, `step ${step}`).toEqual(fresh)
    expect(work, 'a node without its pod is work').toBeGreaterThanOrEqual(counts.desired - counts.current)
  }

  function changeNode(name: string): void {
    const taints = random.chance(1, 3) ? [{ key: 'x', effect: 'NoSchedule' }] : []
    if (random.chance(1, 4)) nodes.remove({ metadata: { name } } as unknown as Node)
    else nodes.put({ metadata: { name }, spec: { taints } } as unknown as Node)
    tally.observeNode(name)
  }

  function changePod(key: string): void {
    const old = pods.get(key)
    const conditions = [{ type: 'Ready', status: random.pick(['True', 'False']) }]
    const labels = { app: 'agent', 'controller-revision-hash': random.pick(['new', 'old']) }
    const metadata = { name: key.slice(5), namespace: 'shop', uid: key, creationTimestamp: `2026-01-01T00:00:0${random.below(3)}Z`, labels, ownerReferences: owners }
    const spec = old && random.chance(1, 2) ? old.spec : { nodeName: `node-${random.below(4)}` }
    const pod = { metadata, spec, status: { phase: 'Running', conditions } } as unknown as Pod
    const gone = random.chance(1, 4)
    if (gone) pods.remove(pod)
    else pods.put(pod)
    tally.observePod({ ...(old && { old }), ...(!gone && { new: pod }) })
  }
})
