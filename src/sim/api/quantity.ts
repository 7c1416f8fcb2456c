/** How a quantity is written: `500m` and `1G`, `1Gi`, or `1e3`. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** An exact amount: `unscaled` × 10^`exponent`, and the way it likes to be written. */
export interface Quantity {
  readonly unscaled: bigint
  readonly exponent: number
  readonly format: QuantityFormat
  /** Upstream keeps small amounts in an int64 and the others as decimals; what exceeds an int64 behaves differently. */
  readonly isDecimal: boolean
  /** The text it was read from, where upstream prints that again. */
  readonly text?: string
}

export type ParsedQuantity = { readonly ok: true; readonly value: Quantity } | { readonly ok: false; readonly error: string }

const formatError = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const suffixError = "unable to parse quantity's suffix"
/** Nowhere do digits stand beside digits: a long text that is no quantity would be tried again from each of them. */
const shape = /^([+-]?)0*([1-9]\d*)?(?:\.(\d*))?((?:[eEinumkKMGTP]+[-+]?\d*|[-+]\d*)?)$/
const decimalSuffixes = new Map([['n', -9], ['u', -6], ['m', -3], ['', 0], ['k', 3], ['M', 6], ['G', 9], ['T', 12], ['P', 15], ['E', 18]])
const decimalSuffixOf = new Map([...decimalSuffixes].map(([suffix, exponent]) => [exponent, suffix]))
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const largestInt64 = 9_223_372_036_854_775_807n
/** Beyond this an exponent only costs memory. */
const largestExponent = 10_000

export const zeroQuantity: Quantity = { unscaled: 0n, exponent: 0, format: 'DecimalSI', isDecimal: false }

/** Reads a quantity, or says why it is none. */
export function readQuantity(text: string): ParsedQuantity {
  const parts = shape.exec(text)
  if (!parts || text === '' || text.endsWith('\n')) return { ok: false, error: formatError }
  const [, sign = '', digits = '', fraction = '', suffix = ''] = parts
  const unit = unitOf(suffix)
  if (!unit) return { ok: false, error: suffixError }
  // Without a number it is zero, but Go gives up where it would need more than 64 bits.
  if ((suffix === 'Pi' || suffix === 'Ei') && !/\d/.test(text)) return { ok: false, error: 'unable to parse numeric part of quantity' }
  const whole = digits === '' ? '0' : digits
  return { ok: true, value: smallQuantity(text, sign, whole, fraction, unit) ?? decimalQuantity(sign, whole, fraction, unit) }
}

const parsed = new Map<string, Quantity | null>()
let letters = 0

/** Reads a quantity; null when it is none. The same few texts come again and again, so they are remembered. */
export function parseQuantity(text: string): Quantity | null {
  let found = parsed.get(text)
  if (found === undefined) {
    const result = readQuantity(text)
    found = result.ok ? result.value : null
    letters += text.length
    if (parsed.size >= 10_000 || letters > 10_000_000) {
      parsed.clear()
      letters = text.length
    }
    parsed.set(text, found)
  }
  return found
}

/** The amount in thousandths, rounded up: how processor time is counted. 0 when the text is no quantity. */
export function milliValue(text: string): number {
  const quantity = parseQuantity(text)
  return quantity ? Number(scaledValue(quantity, -3)) : 0
}

/** The amount in whole units, rounded up: how bytes and pieces are counted. 0 when the text is no quantity. */
export function wholeValue(text: string): number {
  const quantity = parseQuantity(text)
  return quantity ? Number(scaledValue(quantity, 0)) : 0
}

/** The amount in units of 10^`exponent`, rounded as upstream rounds; what does not fit into an int64 comes out as it does there. */
export function scaledValue(quantity: Quantity, exponent: number): bigint {
  const shift = quantity.exponent - exponent
  if (!quantity.isDecimal) {
    if (shift >= 0) return enlarged(quantity.unscaled, shift)
    return roundedAway(quantity.unscaled, power(-shift))
  }
  if (shift >= 0) return BigInt.asIntN(64, BigInt.asIntN(64, quantity.unscaled) * power(shift))
  const divisor = power(-shift)
  if (quantity.unscaled < largestInt64) {
    const low = BigInt.asIntN(64, quantity.unscaled)
    return low / divisor + (low % divisor === 0n ? 0n : 1n)
  }
  return BigInt.asIntN(64, quantity.unscaled / divisor + (quantity.unscaled % divisor === 0n ? 0n : 1n))
}

/** Go's multiplications by these powers of ten go on where they overflow, the others end in 0 (positiveScaleInt64). */
const overflowing = new Set([1, 2, 3, 6, 9])

function enlarged(unscaled: bigint, shift: number): bigint {
  if (shift > 19 && unscaled !== 0n) return 0n
  const product = unscaled * power(shift)
  return fitting(product) ?? (overflowing.has(shift) && unscaled !== -largestInt64 - 1n ? BigInt.asIntN(64, product) : 0n)
}

/** The amount as an int64, if it is one without rounding and was written as one; else null. */
export function asInt64(quantity: Quantity): bigint | null {
  if (quantity.isDecimal || quantity.exponent < 0) return null
  return quantity.exponent > 19 && quantity.unscaled !== 0n ? null : fitting(quantity.unscaled * power(quantity.exponent))
}

/** The amount as a floating-point number. */
export function floatValue(quantity: Quantity): number {
  return Number(`${quantity.unscaled}e${quantity.exponent}`)
}

/** The canonical text: no fraction, the largest fitting suffix. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text
  if (quantity.unscaled === 0n) return '0'
  if (quantity.format === 'BinarySI') {
    const whole = wholeOf(quantity)
    if (whole !== null && (whole >= 1024n || whole <= -1024n)) return formatBinary(whole)
  }
  const { unscaled, exponent } = withoutZeros(quantity)
  const zeros = ((exponent % 3) + 3) % 3
  const digits = `${unscaled}${'0'.repeat(zeros)}`
  const thousands = exponent - zeros
  if (quantity.format === 'DecimalExponent') return thousands === 0 ? digits : `${digits}e${thousands}`
  return `${digits}${decimalSuffixOf.get(thousands) ?? ''}`
}

/** The digits before the zeros at the end. As text: dividing by ten again and again takes for ever where a stranger wrote a million zeros. */
function withoutZeros({ unscaled, exponent }: Quantity): { readonly unscaled: string; readonly exponent: number } {
  const digits = String(unscaled)
  let end = digits.length
  while (digits.charAt(end - 1) === '0') end -= 1
  return { unscaled: digits.slice(0, end), exponent: exponent + digits.length - end }
}

export function addQuantities(one: Quantity, other: Quantity): Quantity {
  return combined(one, other, other.unscaled)
}

export function subtractQuantities(one: Quantity, other: Quantity): Quantity {
  return combined(one, other, -other.unscaled)
}

/** Times a whole number; `exact` is what upstream's Mul answers. */
export function multiplyQuantity(quantity: Quantity, by: bigint): { readonly value: Quantity; readonly exact: boolean } {
  const { text: _, ...rest } = quantity
  const unscaled = quantity.unscaled * by
  const fits = fitting(unscaled) !== null
  return { value: { ...rest, unscaled, isDecimal: quantity.isDecimal || !fits }, exact: fits }
}

export function negateQuantity(quantity: Quantity): Quantity {
  const { text: _, ...rest } = quantity
  return { ...rest, unscaled: -quantity.unscaled }
}

/** Rounded away from zero to a multiple of 10^`exponent`. */
export function roundUpQuantity(quantity: Quantity, exponent: number): Quantity {
  if (quantity.exponent >= exponent) return quantity
  const { text: _, ...rest } = quantity
  return { ...rest, unscaled: roundedAway(quantity.unscaled, power(exponent - quantity.exponent)), exponent }
}

/** Negative, zero or positive, as the first is less, equal or more. */
export function compareQuantities(one: Quantity, other: Quantity): number {
  const exponent = Math.min(one.exponent, other.exponent)
  const left = one.unscaled * power(one.exponent - exponent)
  const right = other.unscaled * power(other.exponent - exponent)
  return left < right ? -1 : left > right ? 1 : 0
}

interface Unit {
  readonly format: QuantityFormat
  /** Of ten, or of two for binary units. */
  readonly exponent: number
}

function unitOf(suffix: string): Unit | null {
  const decimal = decimalSuffixes.get(suffix)
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal }
  const binary = binarySuffixes.indexOf(suffix)
  if (binary > 0) return { format: 'BinarySI', exponent: 10 * binary }
  const power10 = /^[eE]([+-]?\d+)$/.exec(suffix)
  if (!power10 || !(Math.abs(Number(power10[1])) <= largestExponent)) return null
  return { format: 'DecimalExponent', exponent: Number(power10[1]) }
}

/** What fits into upstream's int64 with a scale; null when it takes a decimal. */
function smallQuantity(text: string, sign: string, digits: string, fraction: string, unit: Unit): Quantity | null {
  const isBinary = unit.format === 'BinarySI'
  const room = isBinary ? (fraction === '' ? 14 - digits.length - Math.trunc((unit.exponent * 3) / 10) : -1) : 18 - digits.length - fraction.length
  const exponent = (isBinary ? 0 : unit.exponent) - fraction.length
  if (room < 0 || exponent < -9) return null
  const shifted = digits + fraction
  const amount = BigInt(shifted)
  const unscaled = (sign === '-' ? -1n : 1n) * amount * (isBinary ? 1n << BigInt(unit.exponent) : 1n)
  // Upstream prints the text again when a glance tells that it is canonical already, and that glance is coarse: `+1`, `01` and `1.M` pass.
  const keepsText = isBinary ? (amount & 7n) !== 0n : exponent % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0')
  return { unscaled, exponent, format: unit.format, isDecimal: false, ...(keepsText && { text }) }
}

function decimalQuantity(sign: string, digits: string, written: string, unit: Unit): Quantity {
  const isBinary = unit.format === 'BinarySI'
  const fraction = significant(written, 40 + (isBinary ? 0 : Math.max(unit.exponent, 0)))
  let unscaled = BigInt(digits + fraction) * (isBinary ? 1n << BigInt(unit.exponent) : 1n)
  let exponent = (isBinary ? 0 : unit.exponent) - fraction.length
  if (unscaled > 0n) {
    // Nobody gets less than a billionth: who asks for something gets something.
    unscaled = exponent < -9 ? roundedAway(unscaled, power(-9 - exponent)) : unscaled * power(exponent + 9)
    exponent = -9
  }
  if (isBinary && unscaled > largestInt64 * power(-exponent)) {
    unscaled = largestInt64
    exponent = 0
  }
  const isFraction = unscaled > 0n && exponent < 0 && unscaled < power(-exponent)
  return { unscaled: sign === '-' ? -unscaled : unscaled, exponent, format: isBinary && isFraction ? 'DecimalSI' : unit.format, isDecimal: true }
}

/** Of the digits behind the point, those that a billionth can depend on: of the others it only matters whether there is one that is not zero. */
function significant(fraction: string, most: number): string {
  if (fraction.length <= most) return fraction
  return fraction.slice(0, most) + (/[1-9]/.test(fraction.slice(most)) ? '1' : '')
}

function combined(one: Quantity, other: Quantity, otherUnscaled: bigint): Quantity {
  const exponent = Math.min(one.exponent, other.exponent)
  const unscaled = one.unscaled * power(one.exponent - exponent) + otherUnscaled * power(other.exponent - exponent)
  // Zero has no way to be written: it takes that of what is added to it.
  const format = one.unscaled === 0n ? other.format : one.format
  return { unscaled, exponent, format, isDecimal: one.isDecimal || other.isDecimal || fitting(unscaled) === null }
}

function formatBinary(whole: bigint): string {
  let amount = whole
  let times = 0
  while (amount % 1024n === 0n && times < 6) {
    amount /= 1024n
    times += 1
  }
  return `${amount}${binarySuffixes[times] ?? ''}`
}

/** The amount without a fraction; null when it has one. */
function wholeOf({ unscaled, exponent }: Quantity): bigint | null {
  if (exponent >= 0) return unscaled * power(exponent)
  const divisor = power(-exponent)
  return unscaled % divisor === 0n ? unscaled / divisor : null
}

function roundedAway(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor === 0n ? quotient : value < 0n ? quotient - 1n : quotient + 1n
}

function fitting(value: bigint): bigint | null {
  return BigInt.asIntN(64, value) === value ? value : null
}

const powers: bigint[] = [1n]

/** 10^`exponent`. Those that are used every day are kept. */
function power(exponent: number): bigint {
  if (exponent > 100) return BigInt(`1${'0'.repeat(exponent)}`)
  for (let at = powers.length; at <= exponent; at += 1) powers.push((powers[at - 1] ?? 1n) * 10n)
  return powers[exponent] ?? 1n
}
