import { expect, test } from 'vitest'
import { RandomStreams } from '../kernel/random.ts'
import { RecentTable } from './recent-table.ts'

const limit = 50

test.each([1, 2, 3, 4])('remembers what a map would that is kept in the order of use (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('table')
  const table = new RecentTable(2, limit)
  const model = new Map<number, number>()
  for (let step = 1; step <= 5_000; step += 1) {
    // Many keys share their lower bits, so that they stand in one another's way.
    const key = 1 + random.below(8) + random.below(20) * 0x100000000
    const known = model.get(key)
    const row = table.find(key)
    expect(row >= 0 ? [table.get(row, 0), table.get(row, 1)] : undefined).toEqual(known === undefined ? undefined : [known, -known])
    model.delete(key)
    if (known === undefined && model.size === limit) model.delete(model.keys().next().value!)
    model.set(key, step)
    const place = row >= 0 ? row : table.add(key)
    table.set(place, 0, step)
    table.set(place, 1, -step)
    if (random.below(300) === 0) {
      table.forget((each) => table.get(each, 0) % 3 > 0)
      for (const [each, value] of model) if (value % 3 > 0) model.delete(each)
    }
    expect(table.size).toBe(model.size)
  }
})

test('what was forgotten is not known, and a table that forgot everything begins anew', () => {
  const table = new RecentTable(1, limit)
  table.add(7)
  table.forget(() => true)
  expect(table.find(7)).toBe(-1)
  table.set(table.add(7), 0, 3)
  expect(table.get(table.find(7), 0)).toBe(3)
})
