import { expect, test } from 'vitest'
import { nextDrawn, type Weighed } from './gradually.ts'

const cards = (count: number, pods: number): Weighed[] => Array.from({ length: count }, (_, index) => ({ id: `nodes/worker-${index}`, pods }))

test('a small cluster is drawn at once', () => {
  expect(nextDrawn(new Set(), cards(8, 20)).size).toBe(8)
})

test.each([[100, 10], [10, 100], [3, 1000]])('%i machines with %i pods each are drawn over several frames, in their order, and none is left out', (count, pods) => {
  const all = cards(count, pods)
  let drawn: ReadonlySet<string> = new Set()
  const frames: number[] = []
  while (drawn.size < all.length) {
    const next = nextDrawn(drawn, all)
    expect([...next]).toEqual(all.slice(0, next.size).map(({ id }) => id))
    frames.push(next.size - drawn.size)
    drawn = next
  }
  expect(frames.length).toBeGreaterThan(2)
  for (const more of frames) expect((more - 1) * (pods + 10)).toBeLessThan(80)
})

test('what was drawn stays when others come and go', () => {
  const drawn = nextDrawn(new Set(), cards(8, 20))
  const next = nextDrawn(drawn, cards(100, 10).slice(1))
  expect(next.has('nodes/worker-0')).toBe(false)
  expect([...next].slice(0, 7)).toEqual([...drawn].slice(1))
  expect(next.size).toBeLessThan(20)
})
