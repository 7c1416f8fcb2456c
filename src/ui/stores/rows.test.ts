import { expect, test } from 'vitest'
import { placeRows, roomyRows } from './rows.ts'

test('a pod keeps its row when others come and go', () => {
  const first = placeRows(undefined, ['a', 'b', 'c'])
  const second = placeRows(first, ['a', 'c', 'd'])
  expect(second.places).toEqual(['a', null, 'c', 'd'])
})

test('a freed row is reused last, and the one that is free longest first', () => {
  const full = placeRows(undefined, Array.from({ length: roomyRows }, (_, index) => `p${index}`))
  const without3 = placeRows(full, full.places.filter((uid) => uid !== 'p3') as string[])
  const without31 = placeRows(without3, without3.places.filter((uid) => uid !== null && uid !== 'p1') as string[])
  const next = placeRows(without31, [...(without31.places.filter((uid) => uid !== null) as string[]), 'new', 'newer', 'newest'])
  expect(next.places.indexOf('new')).toBe(3)
  expect(next.places.indexOf('newer')).toBe(1)
  expect(next.places.indexOf('newest')).toBe(roomyRows)
})

test('rows in which nothing moved keep their identity', () => {
  const first = placeRows(undefined, ['a'])
  expect(placeRows(first, ['a'])).toBe(first)
})
