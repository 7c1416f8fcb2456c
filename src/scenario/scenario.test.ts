import { expect, test } from 'vitest'
import type { ApiRequest } from '../sim/api/request.ts'
import type { Run } from '../sim/cluster/run.ts'
import { gallery, startScenario } from './gallery.ts'
import { readScenario, summaryOf, writeScenario } from './scenario.ts'
import { secretsIn, withoutSecretData } from './secrets.ts'

type ApiRequestOfUser = Omit<ApiRequest, 'user'>

const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'eA==' }, stringData: { b: 'y' } }
const run: Run = {
  version: 1, seed: 3, options: { workers: 2, zones: 2, flags: { kubelet: { 'max-pods': '5' } } },
  commands: [
    { at: 0, command: { kind: 'apply', manifests: [secret, { kind: 'ConfigMap' }, { kind: 'ConfigMap' }] } },
    { at: 10, command: { kind: 'power-off', node: 'worker-1' } },
    { at: 10, command: { kind: 'kill', pod: 'default/a', container: 'c' } },
    { at: 20, command: { kind: 'scale', resource: 'deployments', key: 'default/web', replicas: 3 } },
    { at: 30, command: { kind: 'request', request: { verb: 'delete', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'a' } } },
  ],
}
const requesting = (over: object) => written({ commands: [{ at: 5, kind: 'request', request: { verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'default', ...over } }] })
const written = (over: object) => JSON.stringify({ ...(JSON.parse(writeScenario({ title: 'T', run })) as object), ...over })

test('what is written reads back as the same, with how far it had come', () => {
  const scenario = { title: 'Two nodes', run, until: 90_000 }
  expect(readScenario(writeScenario(scenario))).toEqual({ ok: true, scenario })
})

test('faults read back as they were, and malformed ones are refused in words', () => {
  const faults = [{ kind: 'freeze', node: 'worker-1' }, { kind: 'slow', component: 'etcd', by: 500 }, { kind: 'cut-off', component: 'kubelet', node: 'worker-2', direction: 'in' }, { kind: 'compact' }] as const
  const commands = [...faults.map((fault, at) => ({ at, command: { kind: 'fault' as const, fault, for: 1000 } })), { at: 9, command: { kind: 'end-fault' as const, fault: { kind: 'freeze' as const, node: 'worker-1' } } }]
  const scenario = { title: 'Faults', run: { ...run, commands } }
  expect(readScenario(writeScenario(scenario))).toEqual({ ok: true, scenario })
  const problemOf = (fault: unknown) => readScenario(written({ commands: [{ at: 0, kind: 'fault', fault }] }))
  expect(problemOf({ kind: 'burn' })).toEqual({ ok: false, problem: 'command 1: there is no fault "burn"' })
  expect(problemOf({ kind: 'constructor' })).toMatchObject({ ok: false })
  expect(problemOf({ kind: 'slow', component: 'etcd' })).toEqual({ ok: false, problem: 'command 1: slow needs by' })
  expect(problemOf({ kind: 'freeze' })).toEqual({ ok: false, problem: 'command 1: freeze needs node or component' })
  for (const wrong of [{ kind: 'slow', component: 'etcd', by: 60_001 }, { kind: 'slow', component: 'etcd', by: -1 }, { kind: 'clock-skew', node: 'a', by: 0 }, { kind: 'registry-slow', times: 1.5 }, { kind: 'throttle', oneIn: 1001 }, { kind: 'stop', component: 'cron' }, { kind: 'freeze', node: '' }]) expect(problemOf(wrong)).toMatchObject({ ok: false, problem: expect.stringMatching(/cannot have/) })
  expect(readScenario(written({ commands: [{ at: 0, kind: 'fault', fault: { kind: 'freeze', node: 'a' }, for: 1e12 }] }))).toMatchObject({ ok: false, problem: expect.stringMatching(/for must be a whole number of milliseconds from 1 to 86400000/) })
  expect(problemOf({ kind: 'freeze', node: 'worker-1', by: 5 })).toEqual({ ok: false, problem: 'command 1: freeze cannot have by 5' })
})

test('a preview tells what a scenario would do, and secrets are counted and left out', () => {
  expect(summaryOf({ title: 'T', run })).toEqual({ title: 'T', workers: 2, commands: 5, kinds: new Map([['Secret', 1], ['ConfigMap', 2]]), faults: 2 })
  const place = { group: '', version: 'v1', namespace: 'default' }
  const requests: ApiRequestOfUser[] = [
    { ...place, verb: 'update', resource: 'secrets', name: 's', body: { ...secret, metadata: { name: 's', namespace: 'default' } } },
    { ...place, verb: 'create', resource: 'pods', body: { kind: 'Pod', metadata: { name: 'a' } } },
    { ...place, verb: 'create', resource: 'pods', name: 'a', subresource: 'binding', body: { kind: 'Binding', metadata: { name: 'a' } } },
  ]
  const edited = { ...run, commands: [...run.commands, ...requests.map((request) => ({ at: 40, command: { kind: 'request' as const, request } }))] }
  expect(summaryOf({ title: 'T', run: edited }).kinds).toEqual(new Map([['Secret', 1], ['ConfigMap', 2], ['Pod', 1]]))
  expect(secretsIn(run)).toBe(1)
  const text = writeScenario({ title: 'T', run: withoutSecretData(run) })
  expect(text).not.toMatch(/eA==|stringData/)
  expect(readScenario(text).ok).toBe(true)
})

test('a Secret that was edited is left out, too, with what was applied before', () => {
  const { kind, apiVersion, metadata, ...texts } = secret
  const edited = { apiVersion, kind, metadata: { ...metadata, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(secret), by: 'me' } }, ...texts, type: 'Opaque' }
  const place = { group: '', version: 'v1', resource: 'secrets', namespace: 'default', name: 's' }
  const requests: ApiRequestOfUser[] = [
    { ...place, verb: 'update', body: edited },
    { ...place, verb: 'patch', patchType: 'merge', body: texts },
    { ...place, verb: 'patch', patchType: 'json', body: [{ op: 'add', path: '/data/a', value: 'eA==' }] },
    { ...place, verb: 'delete', body: { propagationPolicy: 'Orphan' } },
  ]
  const edits: Run = { ...run, commands: requests.map((request, at) => ({ at, command: { kind: 'request', request } })) }
  expect(secretsIn(edits)).toBe(3)
  const text = writeScenario({ title: 'T', run: withoutSecretData(edits) })
  expect(text).not.toMatch(/eA==|"y"|last-applied/)
  expect(text).toContain('"type":"Opaque"')
  expect(text).toContain('"by":"me"')
  expect(readScenario(text).ok).toBe(true)
})

test.each([
  ['[]', /not a Kubarium scenario/],
  ['{"kubarium":2}', /format 2, which this version/],
  ['{', /not JSON/],
  ['{"a":'.repeat(80) + '1' + '}'.repeat(80), /nested deeper than 64/],
  [`"${'x'.repeat(1024 * 1024)}"`, /larger than 1024 KiB/],
  [written({ seed: -1 }), /seed/],
  [written({ title: 5 }), /title/],
  [written({ options: { workers: 1e9 } }), /workers must be/],
  [written({ options: { __proto__x: 1 } }), /unknown option "__proto__x"/],
  [written({ until: 1.5 }), /until/],
  [written({ commands: [{ at: 5, kind: 'stop', component: 'etcd' }, { at: 4, kind: 'start', component: 'etcd' }] }), /command 2: its time/],
  [written({ commands: [{ at: 5, kind: 'explode' }] }), /command 1: unknown kind "explode"/],
  [written({ commands: [{ at: 5, kind: 'scale', resource: 'deployments', key: 'a/b', replicas: 'x' }] }), /scale needs replicas/],
  [written({ commands: [{ at: 5, kind: 'delete', resource: 'constructor', key: 'a/b' }] }), /there is no resource "constructor"/],
  [written({ commands: [{ at: 5, kind: 'kill', pod: 'a/b', container: {} }] }), /container must be a text/],
  [written({ commands: [{ at: 5, kind: 'delete', resource: 'pods', key: 'a/b', gracePeriodSeconds: 'now' }] }), /gracePeriodSeconds must be/],
  [requesting({ verb: undefined }), /command 1: request needs verb/],
  [requesting({ verb: 'watch' }), /request cannot have verb "watch"/],
  [requesting({ name: 5 }), /request cannot have name 5/],
  [requesting({ patchType: 'apply' }), /request cannot have patchType "apply"/],
  [requesting({ options: { labelSelector: ['a'] } }), /request cannot have options \{"labelSelector"/],
  [requesting({ options: { constructor: 'a' } }), /request cannot have options/],
  [requesting({ user: 'system:admin' }), /request cannot have user "system:admin"/],
  [written({ commands: Array.from({ length: 5001 }, () => ({ at: 5, kind: 'stop', component: 'etcd' })) }), /at most 5000 commands/],
])('%.60s… is refused with what is wrong', (text, message) => {
  const read = readScenario(text)
  expect(read.ok ? 'read' : read.problem).toMatch(message)
})

test('every scenario of the gallery survives being written and read', () => {
  expect(gallery.length).toBeGreaterThanOrEqual(6)
  for (const { scenario } of [startScenario, ...gallery]) expect(readScenario(writeScenario(scenario))).toMatchObject({ ok: true })
})
