import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../sim/api/objects.ts'
import { lastAppliedAnnotation } from '../../sim/api/last-applied.ts'
import { editableYaml, replacementOf } from './documents.ts'

const live = (resourceVersion: string, over: object = {}): KubernetesObject => ({
  apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map', resourceVersion, annotations: { [lastAppliedAnnotation]: '{}', by: 'me' } }, data: { key: 'one' }, ...over,
}) as unknown as KubernetesObject
const edited = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map', resourceVersion: '1', annotations: { by: 'you' } }, data: { key: 'two' } }

test('an edit keeps what the text does not show: kubectl goes on knowing what it applied', () => {
  const initial = editableYaml(live('1'))
  expect(initial).not.toContain('last-applied')
  expect(replacementOf(live('1'), edited, initial)).toEqual({ ...edited, metadata: { ...edited.metadata, annotations: { [lastAppliedAnnotation]: '{}', by: 'you' } } })
  const { annotations: _none, ...metadata } = edited.metadata
  expect(replacementOf(live('1'), { ...edited, metadata }, initial)).toMatchObject({ metadata: { annotations: { [lastAppliedAnnotation]: '{}' } } })
})

test('an edit is made on top of a newer status, and is a conflict with anything else', () => {
  const initial = editableYaml(live('1'))
  expect(replacementOf(live('2', { status: { ready: true } }), edited, initial)).toMatchObject({ metadata: { resourceVersion: '2' } })
  expect(replacementOf(live('2', { data: { key: 'three' } }), edited, initial)).toMatchObject({ metadata: { resourceVersion: '1' } })
})

test('metadata that somebody emptied keeps it, too; what is no metadata is left to the API server to judge', () => {
  const kept = { metadata: { annotations: { [lastAppliedAnnotation]: '{}' } } }
  for (const emptied of [{}, { metadata: {} }, { metadata: { annotations: null } }]) expect(replacementOf(live('1'), emptied, '')).toEqual(kept)
  for (const broken of [{ metadata: 'x' }, { metadata: null }, { metadata: { annotations: ['x'] } }]) expect(replacementOf(live('1'), broken, '')).toEqual(broken)
})
