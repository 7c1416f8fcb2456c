import { expect, test } from 'vitest'
import type { Cluster } from '../cluster.ts'
import { begin, clusterWithWeb, containersOf, deployment, isReady, minute, must, podOf, podsOf, scale, second, when } from './testing.ts'

const readyPods = (cluster: Cluster) => podsOf(cluster).filter(isReady).length
const restartsOf = (cluster: Cluster, component: string) => podOf(cluster, component).status.containerStatuses?.[0]?.restartCount
const read = (cluster: Cluster) => cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'pods' } })

/** What is listed from now on. */
function listsOf(cluster: Cluster): string[] {
  const lists: string[] = []
  const server = cluster.apiServer!
  const request = server.request.bind(server)
  server.request = (asked) => {
    if (asked.verb === 'list') lists.push(asked.resource)
    return request(asked)
  }
  return lists
}

/** How long it takes from a scaling until all pods are Ready. */
function timeToScale(cluster: Cluster, replicas: number): number {
  const from = cluster.now
  must(scale(cluster, replicas))
  return when(cluster, from + 10 * minute, () => readyPods(cluster) === replicas) - from
}

test.each(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const)('%s that is restarted loses its memory, and all goes on', (component) => {
  const cluster = clusterWithWeb()
  const before = containersOf(cluster)
  begin(cluster, { kind: 'restart', component })
  cluster.advanceTo(2 * minute)
  expect(restartsOf(cluster, component)).toBe(1)
  must(scale(cluster, 6))
  cluster.advanceTo(3 * minute)
  expect(readyPods(cluster)).toBe(6)
  expect(containersOf(cluster)).toEqual(expect.arrayContaining(before))
})

test.each(['kube-scheduler', 'kube-controller-manager', 'etcd', 'kube-apiserver'] as const)('%s that is slow makes a scaling slow, until it is as before', (component) => {
  const usual = timeToScale(clusterWithWeb(), 8)
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'slow', component, by: 2 * second }, 5 * minute)
  expect(timeToScale(cluster, 8)).toBeGreaterThan(usual + 2 * second)
  cluster.advanceTo(7 * minute)
  must(scale(cluster, 4))
  cluster.advanceTo(8 * minute)
  expect(timeToScale(cluster, 8)).toBeLessThan(usual + 2 * second)
})

test('a scheduler that is too slow for its lease loses it, and leads again when it is quick', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'slow', component: 'kube-scheduler', by: 6 * second }, 2 * minute)
  cluster.advanceTo(2 * minute)
  expect(restartsOf(cluster, 'kube-scheduler')).toBeGreaterThanOrEqual(1)
  cluster.advanceTo(6 * minute)
  expect(timeToScale(cluster, 6)).toBeLessThan(20 * second)
})

test('a scheduler that is cut off gives up its lease after ten seconds, and nothing is scheduled until it is back', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'cut-off', component: 'kube-scheduler' }, minute)
  must(scale(cluster, 6))
  cluster.advanceTo(minute + 50 * second)
  expect(podsOf(cluster).filter(({ spec }) => spec.nodeName === undefined)).toHaveLength(2)
  expect(cluster.scheduler).toBeNull()
  cluster.advanceTo(5 * minute)
  expect(readyPods(cluster)).toBe(6)
})

test('a frozen process goes on where it stood; a probe that it does not answer has it started anew', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'freeze', component: 'kube-controller-manager' }, 30 * second)
  must(scale(cluster, 6))
  cluster.advanceTo(minute + 29 * second)
  expect(podsOf(cluster)).toHaveLength(4)
  cluster.advanceTo(2 * minute)
  expect(readyPods(cluster)).toBe(6)
  expect(restartsOf(cluster, 'kube-controller-manager')).toBe(0)
  begin(cluster, { kind: 'freeze', component: 'kube-controller-manager' }, 3 * minute)
  cluster.advanceTo(7 * minute)
  expect(restartsOf(cluster, 'kube-controller-manager')).toBeGreaterThanOrEqual(1)
})

test('kube-proxy can be cut off while the kubelet beside it is not: only the rules of its node grow old', () => {
  const cluster = clusterWithWeb()
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }
  begin(cluster, { kind: 'cut-off', component: 'kube-proxy', node: 'worker-1' }, 2 * minute)
  must(cluster.perform({ kind: 'apply', manifests: [service] }))
  cluster.advanceTo(2 * minute)
  const known = (node: string) => cluster.rules.sightOf(node)?.services.some(({ metadata }) => metadata.name === 'web')
  expect([known('worker-1'), known('worker-2')]).toEqual([false, true])
  expect(isReady(podOf(cluster, 'kube-proxy'))).toBe(true)
  cluster.advanceTo(4 * minute)
  expect(known('worker-1')).toBe(true)
})

test.each(['stop', 'stale', 'freeze'] as const)('the rules of a node stay as they are while its kube-proxy is hit by %s', (kind) => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind, component: 'kube-proxy', node: 'worker-1' }, minute)
  must(cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }] }))
  const known = () => cluster.rules.sightOf('worker-1')?.services.some(({ metadata }) => metadata.name === 'web')
  cluster.advanceTo(2 * minute - second)
  expect(known()).toBe(false)
  cluster.advanceTo(2 * minute + 5 * second)
  expect(known()).toBe(true)
})

test.each([true, false])('a scheduler whose cache is stale places pods on a node that is gone; told or listed anew (%s), it makes it good', (relist) => {
  // Pods and nodes are listed anew in either order: this seed has the nodes first.
  const cluster = clusterWithWeb(relist ? 1 : 11)
  begin(cluster, { kind: 'stale', component: 'kube-scheduler', relist }, minute)
  must(cluster.perform({ kind: 'cordon', node: 'worker-1' }))
  must(scale(cluster, 8))
  cluster.advanceTo(minute + 59 * second)
  // It has not heard of the new pods either.
  expect(podsOf(cluster).filter(({ spec }) => spec.nodeName === undefined)).toHaveLength(4)
  cluster.advanceTo(3 * minute)
  expect(readyPods(cluster)).toBe(8)
  expect(podsOf(cluster).filter(({ spec }) => spec.nodeName === 'worker-1')).toHaveLength(2)
})

test('while etcd cannot be reached reads and writes are answered with its time-out, and nothing is lost', () => {
  const cluster = clusterWithWeb()
  const before = containersOf(cluster)
  begin(cluster, { kind: 'cut-off', component: 'etcd' }, 20 * second)
  const [answer, written] = [read(cluster), scale(cluster, 6)]
  for (const refused of [answer, written]) expect(refused.ok ? null : [refused.status.code, refused.status.message]).toEqual([500, 'etcdserver: request timed out'])
  cluster.advanceTo(5 * minute)
  expect(containersOf(cluster)).toEqual(before)
  must(scale(cluster, 6))
  cluster.advanceTo(6 * minute)
  expect(readyPods(cluster)).toBe(6)
})

test('an API server whose etcd is away for minutes fails its liveness probe and is started again and again', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'cut-off', component: 'etcd' }, 5 * minute)
  cluster.advanceTo(13 * minute)
  expect(restartsOf(cluster, 'kube-apiserver')).toBeGreaterThanOrEqual(2)
  expect(readyPods(cluster)).toBe(4)
})

test('watchers that were behind when etcd was compacted list anew and miss nothing', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'stale', component: 'kube-controller-manager' }, 20 * second)
  must(scale(cluster, 6))
  cluster.advanceTo(cluster.now + 5 * second)
  const lists = listsOf(cluster)
  begin(cluster, { kind: 'compact' })
  expect(cluster.store.compactedRevision).toBe(cluster.store.revision)
  expect(lists).toEqual([])
  cluster.advanceTo(cluster.now + 10 * second)
  expect(lists.length).toBeGreaterThan(5)
  cluster.advanceTo(3 * minute)
  expect(readyPods(cluster)).toBe(6)
})

test('an answer that is lost after the write leads to no pod too many', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'lose-answers', component: 'kube-controller-manager', oneIn: 2 }, 2 * minute)
  must(cluster.perform({ kind: 'apply', manifests: [deployment('api', 10)] }))
  cluster.advanceTo(4 * minute)
  const api = podsOf(cluster).filter(({ metadata }) => metadata.labels?.['app'] === 'api')
  expect([api.length, api.filter(isReady).length]).toEqual([10, 10])
})

test('a person whose answer is lost sees no answer, but it was done', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'lose-answers', oneIn: 1 }, second)
  const answer = scale(cluster, 6)
  expect(answer.ok ? null : answer.status.reason).toBe('Unreachable')
  cluster.advanceTo(2 * minute)
  expect(readyPods(cluster)).toBe(6)
})

test('a client that is told to come back later does, ten times a call, and its leases are served all the same', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'throttle', component: 'kube-controller-manager' }, minute)
  must(scale(cluster, 6))
  cluster.advanceTo(2 * minute)
  expect(podsOf(cluster)).toHaveLength(4)
  cluster.advanceTo(5 * minute)
  expect(readyPods(cluster)).toBe(6)
  expect(restartsOf(cluster, 'kube-controller-manager')).toBe(0)
})

test('a call that is refused with 429 tells for how long, in the words of client-go', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'throttle', retryAfterSeconds: 5 }, second)
  const answer = scale(cluster, 6)
  expect(answer.ok ? null : [answer.status.code, answer.status.reason, answer.status.details?.retryAfterSeconds]).toEqual([429, 'TooManyRequests', 5])
  expect(answer.ok ? '' : answer.status.message).toContain('the server has received too many requests and has asked us to try again later')
})

test('watches that are dropped are begun again, and nothing is missed', () => {
  const cluster = clusterWithWeb()
  const before = containersOf(cluster)
  begin(cluster, { kind: 'drop-watches' })
  must(scale(cluster, 6))
  cluster.advanceTo(2 * minute)
  expect(readyPods(cluster)).toBe(6)
  expect(containersOf(cluster)).toEqual(expect.arrayContaining(before))
})

test('kube-proxy that is restarted has its rules at once, and one that is slow has them late', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'restart', component: 'kube-proxy', node: 'worker-1' })
  begin(cluster, { kind: 'slow', component: 'kube-proxy', node: 'worker-2', by: 20 * second }, minute)
  cluster.advanceTo(cluster.now + 10 * second)
  must(cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }] }))
  const known = () => ['worker-1', 'worker-2'].map((node) => cluster.rules.sightOf(node)?.services.some(({ metadata }) => metadata.name === 'web'))
  cluster.advanceTo(cluster.now + 5 * second)
  expect(known()).toEqual([true, false])
  cluster.advanceTo(cluster.now + 10 * second)
  expect(known()).toEqual([true, true])
  expect(podsOf(cluster, 'kube-system').filter(({ metadata }) => metadata.name.startsWith('kube-proxy')).map(({ status }) => status.containerStatuses?.[0]?.restartCount).sort()).toEqual([0, 0, 1])
})
