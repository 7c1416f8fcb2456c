import { expect, test } from 'vitest'
import type { KubernetesObject } from '../objects.ts'
import { settledObject, settledWith } from './settle.ts'

const draft = (spec: object, metadata: object = {}) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', ...metadata }, spec }) as unknown as KubernetesObject & { readonly spec: typeof spec }

test('what is stored keeps nothing that its maker can still write to', () => {
  const [finalizers, containers, command] = [['a/b'], [{}], ['sleep']]
  containers[0] = { name: 'app', command }
  const stored = settledObject(draft({ containers }, { finalizers }), '7')
  finalizers.push('spoilt')
  command.push('spoilt')
  containers.push({})
  expect(stored).toEqual({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', finalizers: ['a/b'], resourceVersion: '7' }, spec: { containers: [{ name: 'app', command: ['sleep'] }] } })
})

test('the lists of a frozen part are complete: they are stored as they are, and so are those of a part that was made from it', () => {
  const spec = Object.freeze({ containers: [Object.freeze({ name: 'app' })] })
  const stored = settledObject(draft(spec), '1') as unknown as { readonly spec: typeof spec }
  expect(stored.spec).toBe(spec)
  const bound = settledWith<{ readonly containers: object; readonly nodeName?: string }>('PodSpec', spec, { nodeName: 'n1' })
  expect(bound).toEqual({ containers: [{ name: 'app' }], nodeName: 'n1' })
  expect(bound.containers).toBe(spec.containers)
  expect(Object.isFrozen(bound)).toBe(true)
})

test('tests freeze what is complete: whoever writes to it is found', () => {
  const stored = settledObject(draft({}, { finalizers: ['a/b'] }), '1')
  expect(() => (stored.metadata.finalizers as string[]).push('spoilt')).toThrow(TypeError)
})
