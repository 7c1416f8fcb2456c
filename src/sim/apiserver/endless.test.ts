import { expect, test } from 'vitest'
import { must, type Result } from '../api/status.ts'
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
