import { expect, test } from 'vitest'
import { createWallClock, formatMicroTime, formatTime, parseTime } from './time.ts'

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['2026-01-01T09:00:00Z', 1_767_258_000_000],
  ['2000-02-29T23:59:59Z', 951_868_799_000],
  ['1969-12-31T23:59:59Z', -1000],
  ['2100-03-01T00:00:00Z', 4_107_542_400_000],
])('%s is read and written as what it is', (text, millis) => {
  expect(parseTime(text)).toBe(millis)
  expect(formatTime(millis)).toBe(text)
})

test('fractions and offsets are read; micro times have six digits', () => {
  expect(parseTime('2026-01-01T10:30:00.123456+01:30')).toBe(1_767_258_000_123)
  expect(formatMicroTime(1_767_258_000_007)).toBe('2026-01-01T09:00:00.007000Z')
})

test.each(['', '2026-01-01', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01T24:00:00Z', 'now', '2026-01-01 00:00:00Z'])('%j is no time', (text) => {
  expect(parseTime(text)).toBeNull()
})

test('a wall clock turns stored times back into virtual instants', () => {
  const clock = createWallClock({ now: 12_345 }, 1_767_258_000_000)
  expect(clock.time()).toBe('2026-01-01T09:00:12Z')
  expect(clock.instantOf(clock.time())).toBe(12_000)
})
