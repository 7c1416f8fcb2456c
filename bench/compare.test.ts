import { expect, test } from 'vitest'
import { compareCosts } from './compare.ts'

const runs = (...costs: number[]) => costs.map((ready) => ({ ready }))
const isSlower = (before: number[], now: number[]) => compareCosts(runs(...before), runs(...now)).map((each) => each.isSlower)

test('a tenth dearer in most pairs is slower', () => {
  expect(isSlower([1, 1.1, 1, 0.9, 1], [1.2, 1.3, 1.15, 1.2, 0.9])).toEqual([true])
  expect(isSlower([1, 1, 1, 1, 1], [1.05, 1.05, 1.05, 1.05, 1.05])).toEqual([false])
})

test('a machine that was busy during some runs makes nothing slower', () => {
  // The median is a fifth higher, but as often as not the neighbouring run was dearer.
  expect(isSlower([1, 1, 3, 3, 1], [1.2, 1.2, 1, 1, 1.2])).toEqual([false])
})

test('what is cheaper is not slower', () => {
  const [comparison] = compareCosts(runs(2, 2, 2), runs(1, 1, 1))
  expect(comparison).toMatchObject({ before: 2, now: 1, ratio: 0.5, dearer: 0, isSlower: false })
})
