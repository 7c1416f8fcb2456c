import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../sim/api/objects.ts'
import { lastAppliedAnnotation } from '../../sim/api/last-applied.ts'
import { resources } from '../../sim/api/resources.ts'
import { decodeObject } from '../../sim/api/schema.ts'
import type { Refusal } from '../../sim/api/status.ts'
import { editableYaml, problemsOf, replacementOf } from './documents.ts'
import { createManifestReader } from './manifest-reader.ts'
import { createReadingWorker } from './testing.ts'

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

test.each([
  ['metadata:\n  name: a\n  annotations:\n    at: x\n    by: 5\nspec:\n  containers: []', 7],
  ['metadata:\n  name: a\nspec:\n  containers:\n  - name: c\n    image: {}', 8],
  ['metadata:\n  name: a\nspec:\n  containers:\n  - name: c\n  - name: d\n    image: {}', 9],
  ['metadata:\n  name: a\nspec:\n  containers:\n  - name: c\n    ports:\n    - containerPort: 80\n  - name: d\n    ports:\n    - containerPort: 80\n    - containerPort: 80.5', 13],
  ['metadata:\n  name: a\nspec:\n  containers:\n  - name: c\n    command:\n    - sleep\n    - 5', 10],
  ['metadata:\n  name: a\nspec:\n  containers: []\n  volumes:\n  - name: v\n    emptyDir: yes', 9],
  ['metadata: name', 3],
])('a value of the wrong type is shown where it stands (%#)', async (rest, line) => {
  const reader = createManifestReader(createReadingWorker)
  const text = await reader.read(`apiVersion: v1\nkind: Pod\n${rest}\n`)
  const [document] = text.documents
  const { status } = decodeObject(resources.find(({ kind }) => kind === 'Pod')!, document!.manifest, 'Strict') as Refusal
  const remarks = problemsOf(status, 0, document!)
  expect(remarks.map(({ message }) => message)).toEqual([status.message])
  expect(await reader.find(text, remarks)).toEqual([{ line, column: expect.any(Number) }])
})
