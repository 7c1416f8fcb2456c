import { expect, test } from 'vitest'
import { mutate, placesOf, sourceOf } from '../bundle.ts'
import { plantedBugs } from './all.ts'

test('there are at least thirty planted bugs, each with a name of its own', () => {
  expect(plantedBugs.length).toBeGreaterThanOrEqual(30)
  expect(new Set(plantedBugs.map(({ id }) => id)).size).toBe(plantedBugs.length)
})

test.each(plantedBugs.flatMap(placesOf))('the place where $id is planted is there exactly once', (planted) => {
  const source = sourceOf(planted)
  expect(mutate(source, planted)).not.toBe(source)
})
