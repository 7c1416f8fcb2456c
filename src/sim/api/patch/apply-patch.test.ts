import { describe, expect, test } from 'vitest'
import { deepFreeze } from '../objects.ts'
import { applyPatch } from './apply-patch.ts'
import { planApply } from './plan-apply.ts'

const pod = { apiVersion: 'v1', kind: 'Pod' }

describe('what strangers send stays data', () => {
  const poison = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"data":{"__proto__":"x"}}') as unknown

  test.each(['merge', 'strategic'] as const)('a %s patch with __proto__ sets a key of that name and no prototype', (type) => {
    const result = applyPatch(type, { apiVersion: 'v1', kind: 'ConfigMap' }, { data: { a: '1' } }, poison)
    expect(result.ok && JSON.stringify(result.value)).toBe('{"data":{"a":"1","__proto__":"x"},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('a JSON patch adds a key named __proto__ and does not reach the prototype through one', () => {
    const added = applyPatch('json', pod, { a: {} }, [{ op: 'add', path: '/a/__proto__', value: { polluted: true } }])
    expect(added.ok && JSON.stringify(added.value)).toBe('{"a":{"__proto__":{"polluted":true}}}')
    expect(applyPatch('json', pod, { a: {} }, [{ op: 'add', path: '/a/__proto__/polluted', value: true }]).ok).toBe(false)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('what strangers send is bounded', () => {
  test('refuses one JSON patch operation more than the API server takes', () => {
    const operation = { op: 'test', path: '/a', value: 1 }
    expect(applyPatch('json', pod, { a: 1 }, Array.from({ length: 10_000 }, () => operation)).ok).toBe(true)
    const refusal = applyPatch('json', pod, { a: 1 }, Array.from({ length: 10_001 }, () => operation))
    expect(refusal).toEqual({ ok: false, fault: 'tooMany', error: 'The allowed maximum operations in a JSON patch is 10000, got 10001' })
  })

  test('refuses lists that would be merged for minutes', () => {
    const env = (name: string) => ({ spec: { containers: [{ name: 'c', env: Array.from({ length: 5_000 }, (_, at) => ({ name: `${name}${at}`, value: 'x' })) }] } })
    expect(applyPatch('strategic', { apiVersion: 'v1', kind: 'Pod' }, env('a'), env('b'))).toMatchObject({ ok: true })
    const more = { spec: { containers: [{ name: 'c', env: [...env('b').spec.containers[0]!.env, { name: 'one', value: 'more' }] }] } }
    expect(applyPatch('strategic', { apiVersion: 'v1', kind: 'Pod' }, env('a'), more)).toMatchObject({ ok: false, error: 'the allowed maximum of items in merged lists is 10000, got 10001' })
  })

  test('refuses copies that double the document again and again', () => {
    const copies = Array.from({ length: 40 }, (_, at) => ({ op: 'copy', from: '/a', path: `/a/x${at}` }))
    const refusal = applyPatch('json', pod, { a: { text: 'x'.repeat(100) } }, copies)
    expect(refusal.ok || refusal.error).toMatch(/^Unable to complete the copy, the accumulated size increase of copy is \d+, exceeding the limit 3145728$/)
  })

  test('refuses a patch that is nested without end instead of running out of stack', () => {
    let deep: unknown = 1
    for (let level = 0; level < 200; level += 1) deep = { a: deep }
    expect(applyPatch('merge', pod, {}, deep)).toEqual({ ok: false, fault: 'undecodable', error: 'exceeded max depth' })
  })
})

test('shares what a patch does not touch with the stored object, and changes nothing in it', () => {
  const stored = deepFreeze({ metadata: { name: 'web', labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' }] } })
  const result = applyPatch('strategic', pod, stored, { spec: { containers: [{ name: 'b', image: 'b:2' }] } })
  const value = (result.ok ? result.value : {}) as typeof stored
  expect(value.spec.containers.map(({ image }) => image)).toEqual(['a:1', 'b:2'])
  expect(value.metadata).toBe(stored.metadata)
  expect(value.spec.containers.find(({ name }) => name === 'a')).toBe(stored.spec.containers[0])
})

test('apply takes back what it applied last time and leaves alone what others set', () => {
  const applied = { metadata: { name: 'web' }, spec: { replicas: 2, paused: true } }
  const live = { metadata: { name: 'web', annotations: { by: 'a controller' } }, spec: { replicas: 5, paused: true, progressDeadlineSeconds: 600 } }
  const plan = planApply(applied, { metadata: { name: 'web' }, spec: { replicas: 2 } }, live, { apiVersion: 'apps/v1', kind: 'Deployment' })
  expect(plan).toEqual({ ok: true, value: { spec: { replicas: 2, paused: null } } })
})
