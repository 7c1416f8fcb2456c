import { expect, test } from 'vitest'
import { must, type Result } from '../api/status.ts'
import { Cluster } from '../cluster/cluster.ts'
import { createTestCluster } from '../cluster/testing.ts'

const many = (length: number, one: (at: number) => unknown) => Array.from({ length }, (_, at) => one(at))
const container = { name: 'c', image: 'app:v1' }
const pod = (spec: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [container], ...spec } })
const quota = (spec: object) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec })

function create(resource: string, body: unknown, cluster = createTestCluster()): Result<unknown> {
  return cluster.apiServer.request({ verb: 'create', group: '', version: 'v1', resource, namespace: 'default', user: 'test', body })
}

// Each took from seconds to for ever before.
test('endless lists are judged', () => {
  const constraint = (at: number) => ({ maxSkew: 1, topologyKey: `k${at}`, whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} })
  expect(create('pods', pod({ topologySpreadConstraints: many(20_000, constraint) }))).toMatchObject({ ok: true })
  const keys = { matchLabelKeys: many(30_000, (at) => `a${at}`), mismatchLabelKeys: many(30_000, (at) => `b${at}`) }
  const term = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } }, ...keys }
  expect(create('pods', pod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }))).toMatchObject({ ok: true })
})

test('of a quota with endless scopes not everything is said of each', () => {
  const hard = { services: '1', pods: '1' }
  expect(create('resourcequotas', quota({ hard: { ...Object.fromEntries(many(60_000, (at) => [`count/a${at}`, '1']) as [string, string][]) }, scopes: many(60_000, () => 'Terminating') }))).toMatchObject({ ok: true })
  for (const spec of [{ hard, scopes: many(60_000, () => 'Terminating') }, { hard, scopes: many(60_000, (at) => `S${at}`) }, { hard, scopeSelector: { matchExpressions: many(20_000, () => ({ scopeName: 'Terminating', operator: 'Exists' })) } }]) {
    const answer = create('resourcequotas', quota(spec))
    expect(answer).toMatchObject({ ok: false, status: { reason: 'Invalid' } })
    expect(JSON.stringify(answer).length).toBeLessThan(10_000_000)
  }
})

test('endless tolerations stay what they were', () => {
  const cluster = createTestCluster()
  const tolerations = many(10_000, (at) => ({ key: `k${at}`, operator: 'Exists' }))
  const stored = must(create('pods', pod({ tolerations }), cluster)) as { readonly spec: { readonly tolerations: readonly unknown[] } }
  const put = (kept: readonly unknown[]) => cluster.apiServer.request({ verb: 'update', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'p', user: 'test', body: { ...stored, spec: { ...stored.spec, tolerations: kept } } })
  expect(put(stored.spec.tolerations.slice(1))).toMatchObject({ ok: false, status: { message: expect.stringContaining('existing toleration can not be modified') } })
  expect(put([...stored.spec.tolerations].reverse())).toMatchObject({ ok: true })
})

test('endless statuses are judged, and a kubelet lives with them', () => {
  const cluster = new Cluster(1, { workers: 1 })
  cluster.advanceTo(5_000)
  cluster.perform({ kind: 'apply', manifests: [pod({ restartPolicy: 'Never', containers: [{ ...container, command: ['sleep', '1000000'] }] })] })
  cluster.advanceTo(30_000)
  const status = (resource: string, name: string, told: object) =>
    cluster.perform({ kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource, ...(resource === 'pods' && { namespace: 'default' }), name, subresource: 'status', patchType: 'merge', body: { status: told } } })
  const address = (at: number) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`
  const ips = many(50_000, (at) => ({ ip: address(at) }))
  expect(status('pods', 'p', { podIP: address(0), podIPs: ips })).toMatchObject({ ok: false, status: { reason: 'Invalid' } })
  expect(status('pods', 'p', { hostIP: address(0), hostIPs: ips })).toMatchObject({ ok: false, status: { reason: 'Invalid' } })
  expect(status('nodes', 'worker-1', { addresses: many(40_000, (at) => ({ type: 'InternalIP', address: address(at) })) })).toMatchObject({ ok: true })
  const conditions = many(30_000, (at) => ({ type: `x.io/${at}`, status: 'True' }))
  for (const [resource, name] of [['pods', 'p'], ['nodes', 'worker-1']] as const) {
    for (const told of [conditions, [...conditions].reverse()]) expect(status(resource, name, { conditions: told })).toMatchObject({ ok: true })
  }
  const statusOf = (at: number, state: object) => ({ name: `c${at}`, image: 'a', imageID: '', ready: false, restartCount: 0, state })
  expect(status('pods', 'p', { conditions: [], containerStatuses: many(20_000, (at) => statusOf(at, { terminated: { exitCode: 1 } })) })).toMatchObject({ ok: true })
  expect(status('pods', 'p', { containerStatuses: many(20_000, (at) => statusOf(20_000 - at, {})) })).toMatchObject({ ok: false, status: { message: expect.stringContaining('may not be transitioned to non-terminated state') } })
  cluster.advanceTo(400_000)
})
