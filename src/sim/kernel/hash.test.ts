import { expect, test } from 'vitest'
import { RollingHash, canonicalJson } from './hash.ts'

const digest = (...parts: (string | number)[]) => {
  const hash = new RollingHash()
  for (const part of parts) {
    if (typeof part === 'number') hash.addNumber(part)
    else hash.addText(part)
  }
  return hash.digest
}

test('the hash tells order, boundaries, large and negative numbers apart', () => {
  const all = [digest('ab', 'c'), digest('a', 'bc'), digest('c', 'ab'), digest(1, 2), digest(2, 1), digest(2 ** 40), digest(0), digest(-1), digest(1)]
  expect(new Set(all).size).toBe(all.length)
  expect(digest('ab', 'c')).toBe(digest('ab', 'c'))
  expect(digest('x')).toMatch(/^[0-9a-f]{16}$/)
})

test('canonical JSON does not depend on the order in which keys were written, nor on absent ones', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined, 10: 1, 9: 2 })).toBe(canonicalJson({ 9: 2, 10: 1, b: [1, { c: 'x', d: null }] }))
  expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }))
})

test('of a value each part counts, and nothing but its parts', () => {
  const digestOf = (value: unknown): string => {
    const hash = new RollingHash()
    hash.addValue(value)
    return hash.digest
  }
  const same = digestOf({ a: 1, b: [true, null, 'x', 0.5], c: undefined })
  expect(digestOf({ b: [true, null, 'x', 0.5], a: 1 })).toBe(same)
  const others = [
    { a: 2, b: [true, null, 'x', 0.5] }, { a: -1, b: [true, null, 'x', 0.5] }, { a: '1', b: [true, null, 'x', 0.5] }, { a: 1, b: [false, null, 'x', 0.5] },
    { a: 1, b: [true, null, 'x', 0.25] }, { a: 1, b: [true, null, ['x', 0.5]] }, { a: 1, b: [true, null, 'x'] }, { a: 1 }, { a: { b: [true, null, 'x', 0.5] } }, [], {}, null, '',
  ]
  expect(new Set([same, ...others.map(digestOf)]).size).toBe(others.length + 1)
})
