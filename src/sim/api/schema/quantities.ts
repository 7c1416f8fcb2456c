import { compareQuantities, formatQuantity, parseQuantity, readQuantity, roundUpQuantity, zeroQuantity } from '../quantity.ts'
import type { ScalarResult } from './scalars.ts'

const formatError = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const milli = -3

/** The same few texts come again and again, so what they become is remembered: apart for lists of resources, which round. */
const remembered = 10_000
const longestRemembered = 40
const canonical = new Map<string, ScalarResult>()
const canonicalInLists = new Map<string, ScalarResult>()

/** A resource.Quantity as it is stored: JSON numbers and texts become canonical text; in lists of resources nothing is finer than a thousandth. */
export function canonicalQuantity(value: unknown, inResourceList: boolean): ScalarResult {
  if (typeof value !== 'string' && typeof value !== 'number') return { ok: false, error: formatError }
  const text = String(value)
  const known = inResourceList ? canonicalInLists : canonical
  let result = known.get(text)
  if (result) return result
  result = readCanonical(text, inResourceList)
  if (text.length > longestRemembered) return result
  if (known.size >= remembered) known.clear()
  known.set(text, result)
  return result
}

function readCanonical(text: string, inResourceList: boolean): ScalarResult {
  // Go trims the text as it stands in the JSON, where a line break is an escape like any other.
  const read = readQuantity(/[\n\r\t\f\v]/.test(text) ? text : text.trim())
  if (!read.ok) return read
  return { ok: true, value: formatQuantity(inResourceList ? roundUpQuantity(read.value, milli) : read.value) }
}

/** Negative, zero or positive, as the first stored quantity is less, equal or more; what is no quantity is zero. */
export function compareAmounts(one: string, other: string): number {
  return compareQuantities(parseQuantity(one) ?? zeroQuantity, parseQuantity(other) ?? zeroQuantity)
}

/** Negative, zero or positive, as the stored quantity is. */
export function signOf(quantity: string): number {
  const { unscaled } = parseQuantity(quantity) ?? zeroQuantity
  return unscaled < 0n ? -1 : unscaled > 0n ? 1 : 0
}

/** True for an amount without a fraction. */
export function isWhole(quantity: string): boolean {
  const read = parseQuantity(quantity) ?? zeroQuantity
  return read.exponent >= 0 || compareQuantities(read, roundUpQuantity(read, 0)) === 0
}
