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

/** More than fit on a call's stack, fewer than are read at all. */
const deep = 190_000
const term = (fields: object) => pod({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [fields] } } } })
const ephemeral = (template: object) => pod({ volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: template } }] })
const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }], ...spec } })
const bad = (value: unknown) => Object.fromEntries(many(deep / 2, (at) => [`a ${at}`, value]) as [string, unknown][])

// Each ended the process: its faults were the arguments of one call.
test.each<[what: string, resource: string, body: object]>([
  ['finalizers', 'pods', { ...pod({}), metadata: { name: 'p', finalizers: many(deep, () => 'a b') } }],
  ['tolerations in an annotation', 'pods', { ...pod({}), metadata: { name: 'p', annotations: { 'scheduler.alpha.kubernetes.io/tolerations': `[${many(900_000, () => '{}').join(',')}]` } } }],
  ['values of a node selector', 'pods', term({ matchExpressions: [{ key: 'a', operator: 'In', values: many(deep, () => 'a b') }] })],
  ['fields of a node selector', 'pods', term({ matchFields: many(deep / 3, () => ({ key: 'a' })) })],
  ['limits of a pod', 'pods', pod({ resources: { limits: bad('-1') } })],
  ['labels of a claim', 'pods', ephemeral({ metadata: { labels: bad('a b') }, spec: {} })],
  ['access modes of a claim', 'pods', ephemeral({ spec: { accessModes: many(deep, () => 'a b') } })],
  ['cluster IPs', 'services', service({ clusterIPs: many(deep, () => 'a') })],
  ['IP families', 'services', service({ ipFamilies: many(deep, () => 'IPv5') })],
])('endless faults are refused, and the first thousand told: %s', (_what, resource, body) => {
  const answer = create(resource, body)
  expect(answer).toMatchObject({ ok: false, status: { code: 422, message: expect.stringMatching(/ and \d{5,} more\]$/) } })
  expect((answer as { readonly status: { readonly details: { readonly causes: readonly unknown[] } } }).status.details.causes).toHaveLength(1000)
})

test('an endless reference to a field is read once', () => {
  const fieldPath = `a${"['".repeat(1_000_000)}x`
  expect(create('pods', pod({ containers: [{ ...container, env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath } } }] }] }))).toMatchObject({ ok: false, status: { reason: 'Invalid' } })
})

test('an endless version is read once', () => {
  expect(create('pods', { ...pod({}), metadata: { name: 'p', resourceVersion: `${'1'.repeat(500_000)}m` } })).toMatchObject({ ok: true })
  expect(create('pods', { ...pod({}), metadata: { name: 'p', resourceVersion: `${'0'.repeat(500_000)}1` } })).toMatchObject({ ok: false })
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
