import { compareQuantities, formatQuantity, parseQuantity, readQuantity, roundUpQuantity, zeroQuantity } from '../quantity.ts'
import type { ScalarResult } from './scalars.ts'

const formatError = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const milli = -3

/** A resource.Quantity as it is stored: JSON numbers and texts become canonical text; in lists of resources nothing is finer than a thousandth. */
export function canonicalQuantity(value: unknown, inResourceList: boolean): ScalarResult {
  if (typeof value !== 'string' && typeof value !== 'number') return { ok: false, error: formatError }
  const read = readQuantity(String(value).trim())
  if (!read.ok) return read
  return { ok: true, value: formatQuantity(inResourceList ? roundUpQuantity(read.value, milli) : read.value) }
}

/** Negative, zero or positive, as the first stored quantity is less, equal or more; what is no quantity is zero. */
export function compareAmounts(one: string, other: string): number {
  return compareQuantities(parseQuantity(one) ?? zeroQuantity, parseQuantity(other) ?? zeroQuantity)
}

/** Negative, zero or positive, as the stored quantity is. */
export function signOf(quantity: string): number {
  return compareAmounts(quantity, '0')
}

/** True for an amount without a fraction. */
export function isWhole(quantity: string): boolean {
  const read = parseQuantity(quantity) ?? zeroQuantity
  return compareQuantities(read, roundUpQuantity(read, 0)) === 0
}
