import { expect, test } from 'vitest'
import { deepFreeze } from './objects.ts'
import { definitionOf } from './resources.ts'
import { decodeObject, decodeText } from './schema.ts'
import { must } from './status.ts'

const configMaps = definitionOf('configmaps')
const configMap = (rest: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' }, ...rest })

test('what is stored already is read without a copy, and a frozen part of it too', () => {
  const stored = deepFreeze(must(decodeObject(configMaps, configMap({ data: { b: '2', a: '1' } }), 'Strict')))
  expect(must(decodeObject(configMaps, stored, 'Strict'))).toBe(stored)
  const changed = must(decodeObject(configMaps, { ...stored, immutable: true }, 'Strict'))
  expect(changed.metadata).toBe(stored.metadata)
})

test('of a list some items are taken as they are and others made anew, wherever the first of those stands', () => {
  const pods = definitionOf('pods')
  const pod = (...containers: readonly object[]) => ({ metadata: { name: 'p' }, spec: { containers } })
  const [kept, other] = [deepFreeze({ name: 'kept', image: 'a', resources: {} }), { name: 'other', image: 'b', resources: {}, command: undefined }]
  const stored = deepFreeze(must(decodeObject(pods, pod({ name: 'was', image: 'x' }, { name: 'was too', image: 'y' }), 'Strict')))
  for (const containers of [[kept, other], [other, kept], [kept, kept, other]]) {
    const sent = Object.freeze({ ...pod(), spec: Object.freeze({ containers: Object.freeze(containers) }) })
    const read = must(decodeObject(pods, sent, 'Strict', stored)) as unknown as { spec: { containers: readonly object[] } }
    expect(read.spec.containers).toEqual(containers.map((container) => (container === other ? { name: 'other', image: 'b', resources: {} } : kept)))
    expect(read.spec.containers.filter((container) => container === kept)).toHaveLength(containers.length - 1)
  }
})

test('the names of users are keys like any other', () => {
  const decoded = must(decodeText(configMaps, '{"metadata":{"name":"c"},"data":{"__proto__":"x","constructor":"y"}}', 'Strict')) as unknown as { data: object }
  expect(Object.entries(decoded.data)).toEqual([['__proto__', 'x'], ['constructor', 'y']])
})

test('a body that is too deep is refused, not recursed into', () => {
  let deep: unknown = {}
  for (let level = 0; level < 100_000; level += 1) deep = { properties: deep }
  const answer = decodeObject(definitionOf('pods'), { metadata: { managedFields: [{ fieldsV1: deep }] } }, 'Strict')
  expect(answer.ok).toBe(false)
  expect(decodeText(configMaps, '['.repeat(100_000), 'Strict').ok).toBe(false)
})

test('repeated and unknown fields are told in the order of the text', () => {
  const text = '{"kind":"ConfigMap","apiVersion":"v1","data":{"a":"1","a":"2"},"spec":{"x":1,"x":2},"immutable":true,"immutable":false}'
  const answer = decodeText(configMaps, text, 'Strict')
  expect(answer.ok || answer.status.message).toContain('duplicate field "data.a", unknown field "spec", duplicate field "immutable"')
})

test('a fault of a type that reads itself outweighs an earlier wrong type', () => {
  const answer = decodeObject(definitionOf('nodes'), { metadata: { name: 1, creationTimestamp: 'x' } }, 'Strict')
  expect(answer.ok || answer.status.message).toContain('parsing time "x"')
})
