import { expect, test } from 'vitest'
import { parseSelector, selectorOf } from './labels.ts'

test('a label may have the name of something every JavaScript object has', () => {
  expect(selectorOf({ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }).matches({ app: 'web' })).toBe(false)
  expect(selectorOf({ matchExpressions: [{ key: 'toString', operator: 'DoesNotExist' }] }).matches({})).toBe(true)
  expect(selectorOf({ matchLabels: { constructor: 'x' } }).matches({ constructor: 'x' })).toBe(true)
})

test('compiles a stored selector once', () => {
  const selector = { matchLabels: { app: 'web' } }
  expect(selectorOf(selector)).toBe(selectorOf(selector))
})

test('a selector that is absent selects nothing, an empty one everything', () => {
  expect(selectorOf(undefined).matches({ app: 'web' })).toBe(false)
  expect(selectorOf({}).matches(undefined)).toBe(true)
})

test('tells which labels an index can look up', () => {
  const parsed = parseSelector('app=web,tier in (front),zone in (a, b),!old')
  expect(parsed.ok && parsed.value.equalities).toEqual([['app', 'web'], ['tier', 'front']])
})
