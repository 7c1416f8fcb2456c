import { expect, test } from 'vitest'
import { RandomStreams } from '../kernel/random.ts'
import { LeastCount } from './least-count.ts'

test.each([1, 2, 3])('knows the least count after every change (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('counts')
  const counts = new Map([['a', 2], ['b', 5], ['c', 2]])
  const least = new LeastCount(new Map(counts))
  for (let at = 0; at < 300; at += 1) {
    const name = random.pick(['a', 'b', 'c', 'd'])
    const by = (counts.get(name) ?? 0) > 0 && random.chance(1, 2) ? -1 : 1
    counts.set(name, (counts.get(name) ?? 0) + by)
    least.add(name, by)
    expect(least.least).toBe(Math.min(...counts.values()))
    expect(least.of(name)).toBe(counts.get(name))
  }
  expect(least.size).toBe(counts.size)
})
