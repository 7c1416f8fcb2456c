import { expect } from 'vitest'
import { conformance, refusal, withLabels, type Bench } from './conformance.ts'

const encoded = (text: string) => Buffer.from(text).toString('base64')
const immutableMessage = 'data: Forbidden: field is immutable when `immutable` is set'

conformance('configmap-empty-key', (bench) => {
  const status = refusal(bench.tryCreate('configmaps', { metadata: { name: 'configmap-test-emptykey' }, data: { '': 'value-1' } }))
  expect([status.code, status.reason]).toEqual([422, 'Invalid'])
  expect(bench.exists('configmaps', bench.key('configmap-test-emptykey'))).toBe(false)
})

conformance('configmap-lifecycle', (bench) => {
  const label = 'test-configmap-static=true'
  bench.create('configmaps', { metadata: { name: 'test-configmap-1', labels: { 'test-configmap-static': 'true' } }, data: { valueName: 'value' } })
  bench.patch('configmaps', bench.key('test-configmap-1'), 'strategic', { metadata: { labels: { 'test-configmap': 'patched' } }, data: { valueName: 'value1' } })
  expect(bench.get('configmaps', bench.key('test-configmap-1'))).toMatchObject({ metadata: { labels: { 'test-configmap': 'patched' } }, data: { valueName: 'value1' } })
  expect(bench.listEverywhere('configmaps', label)).toMatchObject([{ metadata: { name: 'test-configmap-1', labels: { 'test-configmap': 'patched' } }, data: { valueName: 'value1' } }])
  bench.deleteCollection('configmaps', label)
  expect(bench.list('configmaps', label)).toEqual([])
})

conformance('configmap-update', (bench) => {
  bench.create('configmaps', { metadata: { name: 'update' }, data: { data: 'value' } })
  expect(bench.update('configmaps', bench.key('update'), (map) => ({ ...map, data: { data: 'value-2' } })).data).toEqual({ data: 'value-2' })
  expect(bench.get('configmaps', bench.key('update')).data).toEqual({ data: 'value-2' })
})

conformance('secret-empty-key', (bench) => {
  const status = refusal(bench.tryCreate('secrets', { metadata: { name: 'secret-emptykey-test' }, data: { '': encoded('value-1') } }))
  expect([status.code, status.reason]).toEqual([422, 'Invalid'])
})

conformance('secret-patch', (bench) => {
  const label = 'testsecret-constant=true'
  bench.create('secrets', { metadata: { name: 'test-secret', labels: { 'testsecret-constant': 'true' } }, data: { key: encoded('value') }, type: 'Opaque' })
  expect(bench.listEverywhere('secrets', label)).toHaveLength(1)
  bench.patch('secrets', bench.key('test-secret'), 'strategic', { metadata: { labels: { testsecret: 'true' } }, data: { key: encoded('value1') } })
  expect(bench.get('secrets', bench.key('test-secret'))).toMatchObject({ metadata: { labels: { testsecret: 'true', 'testsecret-constant': 'true' } }, data: { key: encoded('value1') } })
  bench.deleteCollection('secrets', label)
  expect(bench.listEverywhere('secrets', label)).toEqual([])
})

function becomesImmutable(bench: Bench, resource: 'configmaps' | 'secrets'): void {
  const key = bench.key('immutable')
  const withData = (value: string) => bench.tryUpdate(resource, key, (object) => ({ ...object, data: { ...object.data, key: encoded(value) } }))
  bench.create(resource, { metadata: { name: 'immutable' }, data: { key: encoded('value-1') } })
  expect(withData('value-2').ok).toBe(true)
  expect(bench.update(resource, key, (object) => ({ ...object, immutable: true })).immutable).toBe(true)
  const refusals = [withData('value-3'), bench.tryUpdate(resource, key, (object) => ({ ...object, immutable: false }))].map(refusal)
  for (const { code, reason } of refusals) expect([code, reason]).toEqual([422, 'Invalid'])
  expect(refusals[0]!.message).toContain(immutableMessage)
  expect(refusals[1]!.message).toContain('field is immutable when `immutable` is set')
  expect(bench.update(resource, key, (object) => withLabels(object, { label: 'changed' })).metadata.labels).toEqual({ label: 'changed' })
  expect(bench.get(resource, key).data).toEqual({ key: encoded('value-2') })
  bench.delete(resource, key)
  expect(bench.exists(resource, key)).toBe(false)
}

conformance('configmap-immutable', (bench) => becomesImmutable(bench, 'configmaps'))
conformance('secret-immutable', (bench) => becomesImmutable(bench, 'secrets'))
