import { expect, test } from 'vitest'
import { emptyMap, withEntry, withoutEntry, type SparseMap } from './sparse-map.ts'

test('what one owner puts in or takes out no other owner sees', () => {
  const mine: SparseMap<number> = withEntry<number>(emptyMap, 'a', 1)
  const more = withEntry(mine, 'b', 2)
  expect([...emptyMap]).toEqual([])
  expect([...mine]).toEqual([['a', 1]])
  expect([...withoutEntry(more, 'a')]).toEqual([['b', 2]])
  expect([...more]).toEqual([['a', 1], ['b', 2]])
})

test('a map that has lost its last entry weighs nothing again', () => {
  expect(withoutEntry(withEntry<number>(emptyMap, 'a', 1), 'a')).toBe(emptyMap)
  expect(withoutEntry(emptyMap, 'a')).toBe(emptyMap)
})
