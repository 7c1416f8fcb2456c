import { expect, test } from 'vitest'
import type { TraceEntry } from '../kernel/trace.ts'
import type { Pod } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { Cluster } from './cluster.ts'

const web = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: { replicas: 6, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } },
}

function running(): Cluster {
  const cluster = new Cluster(1, { workers: 3 })
  cluster.advanceTo(1_000)
  cluster.perform({ kind: 'apply', manifests: [web] })
  cluster.advanceTo(60_000)
  return cluster
}

function pods(cluster: Cluster): readonly Pod[] {
  const stored = cluster.store.range('/registry/pods/default/')
  if (typeof stored === 'string') throw new Error(stored)
  return stored.map(({ value }) => value as KubernetesObject as Pod)
}

/** An entry and what led to it, up to where nothing did. */
function chainOf(cluster: Cluster, last: TraceEntry): readonly TraceEntry[] {
  const before = cluster.trace.entry(last.cause)
  return before ? [last, ...chainOf(cluster, before)] : [last]
}

/** `author: verb resource`, without the names. */
function wordsOf(entries: readonly TraceEntry[]): readonly string[] {
  return entries.map(({ author, what }) => `${author}: ${what.split(' ').slice(0, 2).join(' ')}`)
}

/** The pod that a write or a placement is about. */
function podOf({ what }: TraceEntry): string | undefined {
  return /^(?:\w+ pods(?:\/\w+)?|place) (\S+)/.exec(what)?.[1]
}

test('a running pod leads back to what the person did, step by step', () => {
  const cluster = running()
  const [pod] = pods(cluster)
  const key = `default/${pod!.metadata.name}`
  const ready = cluster.trace.since(0).findLast(({ what }) => what === `update pods/status ${key}`)!
  expect(wordsOf(chainOf(cluster, ready))).toEqual([
    `kubelet/${pod!.spec.nodeName}: update pods/status`,
    'default-scheduler: create pods/binding',
    `default-scheduler: place ${key}`,
    'replicaset-controller: create pods',
    expect.stringMatching(/^replicaset-controller: scale default\/web-/),
    'deployment-controller: create replicasets',
    'user: create deployments',
    'user: apply 1',
  ])
})

test('what is done for a pod leads back to that pod, also where many are worked on at once', () => {
  const cluster = running()
  const writes = cluster.trace.since(0).filter((entry) => entry.at >= 1_000 && podOf(entry) !== undefined && !entry.what.startsWith('create pods '))
  expect(writes.length).toBeGreaterThan(3 * web.spec.replicas)
  for (const write of writes) expect(chainOf(cluster, write).slice(1).map(podOf).find((pod) => pod !== undefined)).toBe(podOf(write))
})

test('a pod that stands in for one of a lost node leads back to the verdict on the node, and its fault is found by what it is about', () => {
  const cluster = running()
  const node = pods(cluster)[0]?.spec.nodeName ?? ''
  const before = cluster.trace.end
  cluster.perform({ kind: 'power-off', node })
  cluster.advanceTo(500_000)
  const since = cluster.trace.since(before)
  const replacement = since.find(({ author, what }) => author === 'replicaset-controller' && what.startsWith('create pods default/web-'))!
  const chain = chainOf(cluster, replacement)
  expect(wordsOf(chain)).toEqual([
    'replicaset-controller: create pods',
    expect.stringMatching(/^replicaset-controller: scale default\/web-/),
    'taint-eviction-controller: patch pods/status',
    'node-controller: patch nodes',
    'node-controller: update nodes/status',
    `node-controller: find ${node}`,
  ])
  const verdict = chain.at(-1)!
  expect(verdict).toMatchObject({ kind: 'decision', cause: 0, about: `nodes/${node}` })
  const fault = since.findLast(({ kind, about, at }) => kind === 'fault' && about === verdict.about && at <= verdict.at)
  expect(fault?.what).toBe(`power-off ${node}`)
})

test('a node that is back leads back to the person who switched it on, and so do its taints that go', () => {
  const cluster = running()
  cluster.perform({ kind: 'power-off', node: 'worker-2' })
  cluster.advanceTo(200_000)
  const before = cluster.trace.end
  cluster.perform({ kind: 'power-on', node: 'worker-2' })
  cluster.advanceTo(260_000)
  const since = cluster.trace.since(before)
  const untainted = since.filter(({ author, what }) => author === 'node-controller' && what === 'patch nodes worker-2')
  expect(untainted.length).toBeGreaterThan(0)
  for (const write of untainted) expect(wordsOf(chainOf(cluster, write)).slice(-3)).toEqual(['kubelet/worker-2: update nodes/status', 'user: end power-off', 'user: power-on worker-2'])
})

test('a heartbeat of a node has no cause: nothing has led to it but time', () => {
  const cluster = running()
  const before = cluster.trace.end
  cluster.advanceTo(900_000)
  const heartbeats = cluster.trace.since(before).filter(({ what }) => what.startsWith('update nodes/status'))
  expect(heartbeats.length).toBeGreaterThanOrEqual(8)
  expect(heartbeats.map(({ cause }) => cause)).toEqual(heartbeats.map(() => 0))
})
