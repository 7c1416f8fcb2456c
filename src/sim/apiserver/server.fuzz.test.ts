import { expect, test } from 'vitest'
import { RandomStreams, type Random } from '../kernel/random.ts'
import { keyOf, type KubernetesObject } from '../api/objects.ts'
import type { WatchEvent } from '../api/request.ts'
import { must, type Result } from '../api/status.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import type { Pod } from '../api/generated/types.ts'

const seeds = [21, 22, 23, 24, 25, 26, 27, 28]

/** One watch and all it was told. */
interface Watching {
  readonly after: number
  readonly labelSelector: string | undefined
  readonly events: WatchEvent[]
}

interface World {
  readonly cluster: TestCluster
  readonly random: Random
  readonly watches: Watching[]
  /** Every version of every pod that the store has held, by revision: undefined is a deletion. */
  readonly history: { readonly revision: number; readonly key: string; readonly object: Pod | undefined }[]
  readonly uids: Set<string>
}

test.each(seeds)('keeps the promises of the API under random requests (seed %i)', (seed) => {
  const cluster = createTestCluster({ seed })
  const world: World = { cluster, random: new RandomStreams(seed).of('requests'), watches: [], history: [], uids: new Set() }
  cluster.store.watch('/registry/pods/', cluster.store.revision, (kv) => {
    world.history.push({ revision: kv.modRevision, key: kv.key.slice('/registry/pods/'.length), object: kv.value as Pod | undefined })
    checkTransition(world, kv.previous?.value as Pod | undefined, kv.value as Pod | undefined)
  })
  for (let step = 0; step < 300; step += 1) {
    if (step % 30 === 0) openWatch(world)
    randomRequest(world)
  }
  for (const watch of world.watches) checkWatch(world, watch)
  checkLists(world)
})

function randomRequest(world: World): void {
  const { cluster, random } = world
  const { client, store } = cluster
  const name = `p${random.below(6)}`
  const key = `default/${name}`
  const found = client.get('pods', key)
  const before = store.revision
  const pod = found.ok ? found.value : undefined
  const stale = pod && random.chance(1, 6) ? { ...pod, metadata: { ...pod.metadata, resourceVersion: '2' } } : pod
  const labels = { app: random.pick(['web', 'db']), round: String(random.below(3)) }
  switch (random.below(9)) {
    case 0:
    case 1: {
      const finalizers = random.chance(1, 3) ? { finalizers: ['example.com/hold'] } : {}
      const dryRun = random.chance(1, 4)
      const draft = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels, ...finalizers }, spec: { containers: [{ name: 'c', image: 'app:v1' }] } }
      const made = client.create('pods', draft as never, { dryRun })
      expect(made.ok).toBe(pod === undefined)
      expect(store.revision).toBe(made.ok && !dryRun ? before + 1 : before)
      break
    }
    case 2:
      if (stale) expectConflict(world, client.update('pods', { ...stale, metadata: { ...stale.metadata, labels } }), stale !== pod)
      break
    case 3:
      if (stale) expectConflict(world, client.updateStatus('pods', { ...stale, status: { ...stale.status, message: `m${random.below(3)}` } }), stale !== pod)
      break
    case 4:
      if (pod) {
        must(client.update('pods', pod))
        expect(store.revision).toBe(before)
      }
      break
    case 5:
      if (pod) client.bind(key, pod.metadata.uid, `n${random.below(2)}`)
      break
    case 6:
      if (pod) client.patch('pods', key, 'merge', { metadata: { finalizers: random.pick([null, ['example.com/hold'], ['example.com/hold', 'example.com/more']]) } })
      break
    default:
      if (pod) {
        client.delete('pods', key, random.pick([{}, { gracePeriodSeconds: 0 }, { gracePeriodSeconds: 5 }, { propagationPolicy: 'Foreground' }, { preconditions: { uid: 'another' } }]))
        if (pod.metadata.finalizers?.some((finalizer) => finalizer.includes('/'))) expect(client.get('pods', key).ok).toBe(true)
      }
  }
}

function expectConflict({ cluster }: World, result: Result<unknown>, wasStale: boolean): void {
  if (wasStale) expect(result.ok ? 'accepted' : result.status.reason).toBe('Conflict')
  else if (!result.ok) expect(result.status.reason, JSON.stringify(result.status)).not.toBe('Conflict')
  expect(cluster.store.serving).toBe(true)
}

/** What may become of an object from one version to the next. */
function checkTransition({ uids }: World, old: Pod | undefined, next: Pod | undefined): void {
  if (!next) return
  expect(Object.isFrozen(next) && Object.isFrozen(next.metadata) && Object.isFrozen(next.spec)).toBe(true)
  if (!old) {
    expect(uids.has(next.metadata.uid)).toBe(false)
    uids.add(next.metadata.uid)
    return
  }
  const { metadata: was } = old
  const { metadata: is } = next
  expect([is.uid, is.name, is.namespace, is.creationTimestamp]).toEqual([was.uid, was.name, was.namespace, was.creationTimestamp])
  if (was.deletionTimestamp !== undefined) {
    expect(is.deletionTimestamp).toBeDefined()
    expect(is.deletionGracePeriodSeconds).toBeLessThanOrEqual(was.deletionGracePeriodSeconds ?? 0)
    // What deletion itself adds comes from DELETE; an updater may only take away.
    for (const finalizer of is.finalizers ?? []) if (finalizer.includes('/')) expect(was.finalizers).toContain(finalizer)
  }
  if (was.deletionTimestamp === is.deletionTimestamp) expect(is.generation).toBe((was.generation ?? 0) + (JSON.stringify({ ...old.spec, nodeName: '' }) === JSON.stringify({ ...next.spec, nodeName: '' }) ? 0 : 1))
  if (old.spec.nodeName) expect(next.spec.nodeName).toBe(old.spec.nodeName)
}

function openWatch({ cluster, random, watches }: World): void {
  const after = random.between(2, cluster.store.revision)
  const labelSelector = random.pick([undefined, 'app=web', 'app=web,round!=1'])
  const events: WatchEvent[] = []
  const options = { resourceVersion: String(Math.max(after, sinceStart(cluster))), ...(labelSelector && { labelSelector }) }
  must(cluster.client.watch('pods', 'default', options, { event: (event) => events.push(event), closed: () => undefined }))
  watches.push({ after: Number(options.resourceVersion), labelSelector, events })
}

/** Before that the server knows nothing: it had not started. */
function sinceStart({ store }: TestCluster): number {
  return store.get('/registry/services/specs/default/kubernetes')!.modRevision + 1
}

function selects(labelSelector: string | undefined, object: KubernetesObject | undefined): boolean {
  if (!object) return false
  const { app, round } = object.metadata.labels ?? {}
  return labelSelector === undefined || (app === 'web' && (labelSelector === 'app=web' || round !== '1'))
}

/** Exactly the events that the history says, each once, in order, of the kind that the selector makes them. */
function checkWatch({ history }: World, { after, labelSelector, events }: Watching): void {
  const current = new Map<string, Pod>()
  const expected: string[] = []
  for (const { revision, key, object } of history) {
    const old = current.get(key)
    const was = selects(labelSelector, old)
    const is = selects(labelSelector, object)
    if (object) current.set(key, object)
    else current.delete(key)
    if (revision <= after || (!was && !is)) continue
    expected.push(`${is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED'} ${key} ${revision} ${JSON.stringify((is ? object : old)?.metadata.labels)}`)
  }
  expect(events.map(({ type, object }) => `${type} ${keyOf(object)} ${object.metadata.resourceVersion} ${JSON.stringify(object.metadata.labels)}`)).toEqual(expected)
}

/** Any past that is asked for is what it was, in one piece or in pages. */
function checkLists({ cluster, history, random }: World): void {
  for (let round = 0; round < 20; round += 1) {
    const revision = random.between(sinceStart(cluster), cluster.store.revision)
    const state = new Map<string, Pod>()
    for (const write of history) {
      if (write.revision > revision) break
      if (write.object) state.set(write.key, write.object)
      else state.delete(write.key)
    }
    const expected = [...state.keys()].sort().map((key) => state.get(key))
    const exact = { resourceVersion: String(revision), resourceVersionMatch: 'Exact' } as const
    expect(must(cluster.client.list('pods', 'default', exact)).items).toEqual(expected)
    const paged: Pod[] = []
    let page = must(cluster.client.list('pods', undefined, { ...exact, limit: 2 }))
    for (;;) {
      paged.push(...page.items)
      expect(page.metadata.resourceVersion).toBe(String(revision))
      expect((page.metadata.remainingItemCount ?? 0) + paged.length).toBe(expected.length)
      const token = page.metadata.continue
      if (!token) break
      // What is written meanwhile does not show in the pages that are left.
      must(cluster.client.patch('namespaces', 'default', 'merge', { metadata: { labels: { round: String(random.below(1_000_000)) } } }))
      page = must(cluster.client.list('pods', undefined, { limit: 2, continue: token }))
    }
    expect(paged).toEqual(expected)
  }
}
