import type { IntOrString } from './generated/types.ts'
import { quoted } from './go-text.ts'

export type Scaled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string }

/** A number as it is, or a percentage of `total`, rounded up or down. */
export function scaledValue(value: IntOrString, total: number, rounding: 'up' | 'down'): Scaled<number> {
  if (typeof value === 'number') return { ok: true, value }
  if (!value.endsWith('%')) return failure('invalid type: string is not a percentage')
  const digits = value.slice(0, -1)
  const percent = Number(digits)
  if (!/^[+-]?\d+$/.test(digits)) return failure(`invalid value ${quoted(value)}: strconv.Atoi: parsing ${quoted(digits)}: invalid syntax`)
  if (BigInt.asIntN(64, BigInt(digits.replace('+', ''))) !== BigInt(digits.replace('+', ''))) {
    return failure(`invalid value ${quoted(value)}: strconv.Atoi: parsing ${quoted(digits)}: value out of range`)
  }
  const share = (percent * total) / 100
  // Adding zero turns -0 into 0.
  return { ok: true, value: (rounding === 'up' ? Math.ceil(share) : Math.floor(share)) + 0 }
}

/** A number if the text is one of 32 bits, else the text: how a flag or a selector's port is read. */
export function parseIntOrString(text: string): IntOrString {
  if (!/^[+-]?\d+$/.test(text)) return text
  const value = Number(text)
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? value + 0 : text
}

/** How many pods a rolling update may make above and leave missing below the wanted number: never both none, or nothing could move. */
export function rollingUpdateBounds(
  maxSurge: IntOrString | undefined, maxUnavailable: IntOrString | undefined, replicas: number,
): Scaled<{ readonly surge: number; readonly unavailable: number }> {
  const surge = scaledValue(maxSurge ?? 0, replicas, 'up')
  if (!surge.ok) return surge
  const unavailable = scaledValue(maxUnavailable ?? 0, replicas, 'down')
  if (!unavailable.ok) return unavailable
  return { ok: true, value: { surge: surge.value, unavailable: surge.value === 0 && unavailable.value === 0 ? 1 : unavailable.value } }
}

function failure(message: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error: `invalid value for IntOrString: ${message}` }
}
