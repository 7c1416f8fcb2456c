import { expect, test } from 'vitest'
import { Pacer } from './pacer.ts'

test('a slow pace adds up its fractions and a fast one multiplies', () => {
  const pacer = new Pacer()
  pacer.set({ speed: 0.1, paused: false }, 0)
  let now = 0
  for (let real = 4; real <= 100; real += 4) now = pacer.targetAt(real, now)
  expect(now).toBe(10)
  pacer.set({ speed: 1000, paused: false }, 100)
  expect(pacer.targetAt(116, now)).toBe(10 + 16_000)
})

test('stands still while paused and does not catch up afterwards', () => {
  const pacer = new Pacer()
  pacer.set({ speed: 10, paused: true }, 0)
  expect(pacer.targetAt(5000, 70)).toBe(70)
  pacer.set({ speed: 10, paused: false }, 5000)
  expect(pacer.targetAt(5010, 70)).toBe(170)
})

test('a suspended tab is not made up for: an hour away counts as a quarter of a second', () => {
  const pacer = new Pacer()
  pacer.set({ speed: 1, paused: false }, 0)
  expect(pacer.targetAt(3_600_000, 0)).toBe(250)
})

test('a speed out of bounds is brought into them', () => {
  const pacer = new Pacer()
  for (const [asked, given] of [[0, 0.1], [1e9, 1000], [Number.NaN, 1]] as const) {
    pacer.set({ speed: asked, paused: false }, 0)
    expect(pacer.current.speed).toBe(given)
  }
})
