import { expect, test } from 'vitest'
import { RandomStreams } from './random.ts'

const draw = (seed: number, name: string) => Array.from({ length: 20 }, () => new RandomStreams(seed).of(name).below(1_000_000))

test('the same seed and name give the same numbers; another seed or name gives others', () => {
  expect(draw(1, 'uid')).toEqual(draw(1, 'uid'))
  expect(draw(1, 'uid')).not.toEqual(draw(2, 'uid'))
  expect(draw(1, 'uid')).not.toEqual(draw(1, 'jitter'))
})

test('one more draw from a stream shifts nothing in another', () => {
  const plain = new RandomStreams(7)
  const disturbed = new RandomStreams(7)
  disturbed.of('faults').below(10)
  expect(disturbed.of('scheduler').below(1000)).toBe(plain.of('scheduler').below(1000))
})

test('numbers stay below their bound and fall evenly (seed 3)', () => {
  const random = new RandomStreams(3).of('even')
  const counts = Array.from({ length: 7 }, () => 0)
  for (let drawn = 0; drawn < 70_000; drawn += 1) counts[random.below(7)]! += 1
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  expect(Math.abs(Array.from({ length: 10_000 }, () => random.chance(1, 4)).filter(Boolean).length - 2500)).toBeLessThan(150)
})

test('names and uids look like those of Kubernetes', () => {
  const random = new RandomStreams(4).of('names')
  for (let drawn = 0; drawn < 100; drawn += 1) {
    expect(random.suffix(5)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  }
})

test('the first numbers of a stream never change: links already sent depend on them', () => {
  const random = new RandomStreams(1).of('uid')
  expect([random.below(1000), random.below(1000), random.below(1000)]).toMatchInlineSnapshot(`
    [
      267,
      243,
      712,
    ]
  `)
})
