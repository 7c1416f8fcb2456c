import { beforeEach, expect, test } from 'vitest'
import type { ApiRequest } from '../api/request.ts'
import { must, type Result } from '../api/status.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import { asHeaders } from './warnings.ts'

let cluster: TestCluster

beforeEach(() => {
  cluster = createTestCluster()
})

const oldLabel = { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }
const ofPod = 'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'
const ofTemplate = `spec.template.${ofPod}`
const podSpec = { containers: [{ name: 'c', image: 'app:v1' }], ...oldLabel }
const pod = (metadata: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec })
const template = { metadata: { labels: { app: 'web' } }, spec: podSpec }
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, template } }

function request(request: Partial<ApiRequest>): Result<unknown> {
  return cluster.apiServer.request({ verb: 'create', group: '', version: 'v1', resource: 'pods', namespace: 'default', user: 'test', ...request })
}

/** Of Deployments. */
function about(rest: Partial<ApiRequest>): Result<unknown> {
  return request({ group: 'apps', resource: 'deployments', ...rest })
}

test('are told with a creation, a rehearsed one too', () => {
  const options = { dryRun: true }
  expect(request({ body: pod({ name: 'p' }), options })).toMatchObject({ ok: true, warnings: [ofPod] })
  expect(request({ body: pod({ name: 'p' }) })).toMatchObject({ ok: true, warnings: [ofPod] })
  expect(about({ body: deployment, options })).toMatchObject({ ok: true, warnings: [ofTemplate] })
})

test('of what is refused, those are told that come before it is judged', () => {
  const key = 'container.apparmor.security.beta.kubernetes.io/c'
  const warnings = [`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`]
  const body = pod({ name: 'p', annotations: { [key]: 'x' } })
  expect(request({ body })).toMatchObject({ ok: false, status: { message: expect.stringContaining('invalid AppArmor profile name: "x"') }, warnings })
  expect(request({ body: { ...body, metadata: { name: 'p' }, spec: { ...podSpec, containers: [] } } })).not.toHaveProperty('warnings.0')
})

test('are told when the spec changes, by whatever request', () => {
  must(about({ body: deployment }))
  const stored = must(about({ verb: 'get', name: 'web' })) as { readonly metadata: object; readonly spec: object }
  const put = (change: object) => about({ verb: 'update', name: 'web', body: { ...stored, ...change } })
  expect(put({ metadata: { ...stored.metadata, labels: { a: 'b' } } })).not.toHaveProperty('warnings')
  const { resourceVersion: _any, ...metadata } = stored.metadata as { readonly resourceVersion: string }
  expect(put({ metadata, spec: { ...stored.spec, paused: true } })).toMatchObject({ ok: true, warnings: [ofTemplate] })
  const patch = (rest: Partial<ApiRequest>) => about({ verb: 'patch', name: 'web', ...rest })
  expect(patch({ patchType: 'merge', body: { spec: { paused: false } }, options: { dryRun: true } })).toMatchObject({ ok: true, warnings: [ofTemplate] })
  expect(patch({ patchType: 'strategic', body: { spec: { paused: false } } })).toMatchObject({ ok: true, warnings: [ofTemplate] })
  expect(patch({ patchType: 'json', body: [{ op: 'add', path: '/metadata/labels', value: { c: 'd' } }] })).not.toHaveProperty('warnings')
  expect(patch({ subresource: 'scale', patchType: 'merge', body: { spec: { replicas: 3 } } })).toMatchObject({ ok: true, value: { kind: 'Scale' }, warnings: [ofTemplate] })
  expect(patch({ subresource: 'status', patchType: 'merge', body: { status: { replicas: 1 } } })).not.toHaveProperty('warnings')
})

test('are told at the status door of the addresses that are reported there', () => {
  must(request({ body: pod({ name: 'p' }) }))
  const answer = request({ verb: 'patch', name: 'p', subresource: 'status', patchType: 'merge', body: { status: { podIP: 'FD00::1', podIPs: [{ ip: 'FD00::1' }] } } })
  expect(answer).toMatchObject({ ok: true, warnings: ['status.podIPs[0].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")'] })
})

test('come with a refusal of what is valid, and not with one of what is not', () => {
  const unknown = { ...pod({ name: 'p' }), spec: { ...podSpec, colour: 'red' } }
  const ofField = 'unknown field "spec.colour"'
  must(request({ body: pod({ name: 'p' }) }))
  expect(request({ body: unknown })).toMatchObject({ ok: false, status: { reason: 'AlreadyExists' }, warnings: [ofField, ofPod] })
  expect(request({ body: { ...unknown, metadata: { name: '-' } } })).toMatchObject({ ok: false, status: { reason: 'Invalid' }, warnings: [ofField] })
  must(request({ resource: 'resourcequotas', body: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { pods: '1' } } } }))
  const counted = { status: { hard: { pods: '1' }, used: { pods: '1' } } }
  must(request({ verb: 'patch', resource: 'resourcequotas', name: 'q', subresource: 'status', patchType: 'merge', body: counted }))
  expect(request({ body: pod({ name: 'q' }) })).toMatchObject({ ok: false, status: { reason: 'Forbidden' }, warnings: [ofPod] })
})

test('are the same for every pod of a template', () => {
  const tell = () => request({ body: pod({ generateName: 'web-' }) })
  expect([tell(), tell(), tell()]).toMatchObject(Array.from({ length: 3 }, () => ({ ok: true, warnings: [ofPod] })))
})

test('that are too long together lose their ends, and at last each other', () => {
  const long = (length: number) => Array.from({ length }, (_, at) => `${at} `.padEnd(400, 'x'))
  const full = [...long(10), 'y'.repeat(96)]
  expect(asHeaders(full)).toEqual(full)
  expect(asHeaders(long(11))).toEqual(long(11).map((text) => text.slice(0, 256)))
  expect(asHeaders([...long(30), 'short'])).toEqual(long(16).map((text) => text.slice(0, 256)))
  expect(asHeaders(['a', '', 'b', 'a', 'c\n'])).toEqual(['a', 'b'])
})

test('are found in little time, however much a stranger repeats', () => {
  const many = (length: number, one: (at: number) => object) => Array.from({ length }, (_, at) => one(at))
  const container = { ...podSpec.containers[0], ports: many(40_000, () => ({ containerPort: 80 })), env: many(20_000, (at) => ({ name: `a${at}` })) }
  const volume = (length: number) => ({ name: 'v', configMap: { name: 'c', items: many(length, () => ({ key: 'k', path: 'p' })) } })
  const hostAliases = many(10_000, (at) => ({ ip: `10.0.${at >> 8}.${at & 255}` }))
  expect(request({ body: { ...pod({ name: 'ports' }), spec: { containers: [container], hostAliases } } })).toMatchObject({ ok: true })
  expect(request({ body: { ...pod({ name: 'files' }), spec: { ...podSpec, volumes: [volume(40_000)] } } })).toMatchObject({ ok: true })
  const pem = Buffer.from(`-----BEGIN CERTIFICATE-----\n${`${':'.repeat(2000)}\n`.repeat(20)}${'-----BEGIN A:-----\n'.repeat(30_000)}`).toString('base64')
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, type: 'kubernetes.io/tls', data: { 'tls.crt': pem, 'tls.key': '' } }
  expect(request({ resource: 'secrets', body: secret })).toMatchObject({ ok: true, warnings: ['tls: failed to find any PEM data in certificate input'] })
})
