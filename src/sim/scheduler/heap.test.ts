import { expect, test } from 'vitest'
import { RandomStreams } from '../kernel/random.ts'
import { Heap } from './heap.ts'

interface Item {
  readonly rank: number
  place: number
}

test.each([1, 2, 3])('gives out the first of what is left, whatever was taken out meanwhile (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('heap')
  const heap = new Heap<Item>((a, b) => a.rank < b.rank)
  const other = new Heap<Item>((a, b) => a.rank < b.rank)
  let left: Item[] = []
  const take = (item: Item): void => {
    expect(heap.remove(item)).toBe(true)
    expect(heap.has(item)).toBe(false)
    left = left.filter((some) => some !== item)
  }
  for (let rank = 0; rank < 600; rank += 1) {
    const item: Item = { rank: random.below(1_000) * 1_000 + rank, place: 0 }
    heap.push(item)
    left.push(item)
    if (random.chance(1, 3)) take(random.pick(left))
    if (random.chance(1, 6)) take(heap.peek()!)
    expect(other.has(item) || other.remove(item)).toBe(false)
    expect(heap.size).toBe(left.length)
    expect(heap.peek()?.rank).toBe(left.length === 0 ? undefined : Math.min(...left.map((some) => some.rank)))
  }
  const order = left.map((some) => some.rank).sort((a, b) => a - b)
  for (const rank of order) {
    expect(heap.peek()!.rank).toBe(rank)
    take(heap.peek()!)
  }
  expect(heap.peek()).toBeUndefined()
})
