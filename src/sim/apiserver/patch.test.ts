import { describe, expect, test } from 'vitest'
import { deepFreeze } from '../api/objects.ts'
import { applyJsonPatch } from '../api/patch/json-patch.ts'
import type { PatchType } from '../api/request.ts'
import { createTestCluster } from '../cluster/testing.ts'
import { applyPatch } from './patch.ts'

const pod = { apiVersion: 'v1', kind: 'Pod' }

describe('what strangers send stays data', () => {
  const poison = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"data":{"__proto__":"x"}}') as unknown

  test.each(['merge', 'strategic'] as const)('a %s patch with __proto__ sets a key of that name and no prototype', (type) => {
    const result = applyPatch({ apiVersion: 'v1', kind: 'ConfigMap' }, type, poison, { data: { a: '1' } }, 'Strict')
    expect(result.ok && JSON.stringify(result.value)).toBe(type === 'merge'
      ? '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"data":{"__proto__":"x","a":"1"}}'
      : '{"data":{"a":"1","__proto__":"x"},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('a JSON patch adds a key named __proto__ and does not reach the prototype through one', () => {
    const added = applyPatch(pod, 'json', [{ op: 'add', path: '/a/__proto__', value: { polluted: true } }], { a: {} }, 'Strict')
    expect(added.ok && JSON.stringify(added.value)).toBe('{"a":{"__proto__":{"polluted":true}}}')
    expect(applyPatch(pod, 'json', [{ op: 'add', path: '/a/__proto__/polluted', value: true }], { a: {} }, 'Strict').ok).toBe(false)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('what strangers send is bounded', () => {
  test('refuses one JSON patch operation more than the API server takes', () => {
    const operation = { op: 'test', path: '/a', value: 1 }
    expect(applyPatch(pod, 'json', Array.from({ length: 10_000 }, () => operation), { a: 1 }, 'Strict').ok).toBe(true)
    const refusal = applyPatch(pod, 'json', Array.from({ length: 10_001 }, () => operation), { a: 1 }, 'Strict')
    expect(refusal).toMatchObject({ ok: false, status: { code: 413, message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001' } })
  })

  test('refuses lists that would be merged for minutes', () => {
    const env = (name: string) => ({ spec: { containers: [{ name: 'c', env: Array.from({ length: 5_000 }, (_, at) => ({ name: `${name}${at}`, value: 'x' })) }] } })
    expect(applyPatch(pod, 'strategic', env('b'), env('a'), 'Strict')).toMatchObject({ ok: true })
    const more = { spec: { containers: [{ name: 'c', env: [...env('b').spec.containers[0]!.env, { name: 'one', value: 'more' }] }] } }
    expect(applyPatch(pod, 'strategic', more, env('a'), 'Strict')).toMatchObject({ ok: false, status: { message: 'the allowed maximum of items in merged lists is 10000, got 10001' } })
  })

  test('refuses copies that double the document again and again', () => {
    const copies = Array.from({ length: 40 }, (_, at) => ({ op: 'copy', from: '/a', path: `/a/x${at}` }))
    const refusal = applyJsonPatch({ a: { text: 'x'.repeat(100) } }, copies)
    expect(refusal.ok || refusal.error).toMatch(/^Unable to complete the copy, the accumulated size increase of copy is \d+, exceeding the limit 3145728$/)
  })

  test('changes a long list as often as is allowed', () => {
    const items = Array.from({ length: 30_000 }, (_, at) => at)
    const operations = Array.from({ length: 9_999 }, (_, at) => ({ op: at % 3 === 2 ? 'remove' : 'add', path: '/items/0', value: at }))
    const patched = applyPatch(pod, 'json', operations, { items }, 'Strict')
    expect(patched.ok && (patched.value as { readonly items: unknown }).items).toEqual([...Array.from({ length: 3_333 }, (_, at) => at * 3).reverse(), ...items])
  })

  test('refuses what is nested without end instead of running out of stack', () => {
    const { apiServer } = createTestCluster()
    const request = (rest: object) => apiServer.request({ verb: 'patch', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: 'one', user: 'test', ...rest })
    expect(request({ verb: 'create', name: undefined, body: { metadata: { name: 'one' } } }).ok).toBe(true)
    const levels = (count: number): unknown => Array.from({ length: count }).reduce((inner) => ({ a: inner }), 1)
    const lists = Array.from({ length: 20_000 }).reduce((inner) => [inner], 1)
    const tooDeep = { ok: false, status: { code: 400, message: 'json: exceeded max depth' } }
    for (const patchType of ['json', 'merge', 'strategic'] satisfies PatchType[]) expect(request({ patchType, body: [levels(20_000)] })).toMatchObject(tooDeep)
    expect(request({ verb: 'create', name: undefined, body: lists })).toMatchObject(tooDeep)
    // Each copy makes the document twice as deep.
    const copies = Array.from({ length: 12 }, (_, at) => ({ op: 'copy', from: '/x', path: `/x${'/a'.repeat(50 * 2 ** at)}` }))
    expect(request({ patchType: 'json', body: [{ op: 'add', path: '/x', value: levels(50) }, ...copies] })).toMatchObject({ ok: false, status: { code: 422 } })
  })
})

test('what was copied within a document is two things from then on', () => {
  const document = deepFreeze({ a: { b: { c: 1 } } })
  const operations = [
    { op: 'add', path: '/a/b/d', value: 2 },
    { op: 'copy', from: '/a', path: '/e' },
    { op: 'copy', from: '/e', path: '/e/b/f' },
    { op: 'replace', path: '/e/b/c', value: 3 },
    { op: 'move', from: '/e/b/f', path: '/g' },
    { op: 'remove', path: '/g/b/d' },
  ]
  expect(applyJsonPatch(document, operations)).toEqual({ ok: true, value: { a: { b: { c: 1, d: 2 } }, e: { b: { c: 3, d: 2 } }, g: { b: { c: 1 } } } })
  expect(document).toEqual({ a: { b: { c: 1 } } })
})

test('shares what a patch does not touch with the stored object, and changes nothing in it', () => {
  const stored = deepFreeze({ metadata: { name: 'web', labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' }] } })
  const strategic = applyPatch(pod, 'strategic', { spec: { containers: [{ name: 'b', image: 'b:2' }] } }, stored, 'Strict')
  const json = applyPatch(pod, 'json', [{ op: 'replace', path: '/spec/containers/1/image', value: 'b:2' }], stored, 'Strict')
  for (const result of [strategic, json]) {
    const value = (result.ok ? result.value : {}) as typeof stored
    expect(value.spec.containers.map(({ image }) => image)).toEqual(['a:1', 'b:2'])
    expect(value.metadata).toBe(stored.metadata)
    expect(value.spec.containers.find(({ name }) => name === 'a')).toBe(stored.spec.containers[0])
  }
})
