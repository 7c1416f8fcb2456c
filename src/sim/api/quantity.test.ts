import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addQuantities, compareQuantities, formatQuantity, milliValue, parseQuantity, readQuantity, subtractQuantities, wholeValue, type Quantity } from './quantity.ts'

const suffixes = fc.constantFrom('', 'm', 'u', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-3')
const text = fc.tuple(fc.integer({ min: 0, max: 99_999 }), suffixes).map(([amount, suffix]) => `${amount}${suffix}`)

function read(quantity: string): Quantity {
  const found = parseQuantity(quantity)
  if (!found) throw new Error(`${quantity} is no quantity`)
  return found
}

test('what is written is read as the same amount (seed 1)', () => {
  fc.assert(fc.property(text, text, (one, other) => {
    const sum = addQuantities(read(one), read(other))
    expect(compareQuantities(read(formatQuantity(sum)), sum)).toBe(0)
    expect(compareQuantities(subtractQuantities(sum, read(other)), read(one))).toBe(0)
  }), { seed: 1 })
})

test('rounds up: who asks for something gets something', () => {
  expect(milliValue('100u')).toBe(1)
  expect(wholeValue('1500m')).toBe(2)
  expect(wholeValue('1Gi')).toBe(1_073_741_824)
})

test.each([['Ki', '0'], ['-Ti', '0'], ['0Pi', '0'], ['Pi', null], ['-Ei', null]])('%s without a number is %s', (text, amount) => {
  const found = readQuantity(text)
  expect(found.ok ? formatQuantity(found.value) : null).toBe(amount)
})

test('what is no quantity counts as nothing, and a monstrous exponent is none', () => {
  expect(wholeValue('lots')).toBe(0)
  expect(parseQuantity('1e999999999')).toBeNull()
})

test('endless fractions are read at once: a billionth is the least', () => {
  const formatted = (text: string) => formatQuantity(read(text))
  expect(formatted(`0.${'0'.repeat(500_000)}1`)).toBe('1n')
  expect(formatted(`0.5${'0'.repeat(500_000)}`)).toBe('500m')
  expect(formatted(`0.5${'0'.repeat(500_000)}1k`)).toBe('500000000001n')
  expect(formatted(`0.25${'0'.repeat(500_000)}Ki`)).toBe('256')
})

// Took minutes before: a division for each zero.
test('endless zeros at the end are read and printed at once', () => {
  const formatted = (text: string) => formatQuantity(read(text))
  expect(formatted(`1${'0'.repeat(999_999)}`)).toBe('1')
  expect(formatted(`-12${'0'.repeat(1_000_000)}`)).toBe('-120')
  expect(formatted(`1${'0'.repeat(500_000)}.5`)).toBe(`1${'0'.repeat(500_000)}500m`)
})

// Took half a minute before: each digit was tried as the first of a suffix.
test('endless digits that are no quantity are refused at once', () => {
  for (const text of [`1.${'0'.repeat(500_000)}x`, `${'0'.repeat(500_000)}x`, `1${'2'.repeat(500_000)}.x`]) expect(readQuantity(text).ok).toBe(false)
})
