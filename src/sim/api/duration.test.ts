import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

test.each([
  ['0', 0, '0s'], ['50s', 50_000, '50s'], ['1h30m', 5_400_000, '1h30m0s'], ['1.5s', 1_500, '1.5s'],
  ['250ms', 250, '250ms'], ['-2m', -120_000, '-2m0s'], ['1h0m0.007s', 3_600_007, '1h0m0.007s'],
])('%s is %i ms and is written %s', (text, millis, written) => {
  expect(parseDuration(text)).toBe(millis)
  expect(formatDuration(millis)).toBe(written)
})

test.each(['', 's', '5', '1d', '1h 5m', '--1s', '1s\n', `${'9'.repeat(30)}h`])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeNull()
})

test('a million digits are read once', () => {
  expect(parseDuration('1'.repeat(1_000_000))).toBeNull()
})
