import { quoted } from '../go-text.ts'
import type { Labels } from '../objects.ts'
import { isWhole } from '../schema/quantities.ts'

/** What is said of a fraction of a byte in a list of resources that stands at `path`. */
export function fractionWarnings(path: string, amounts: Labels | undefined, resource: string): string[] {
  const amount = amounts?.[resource]
  return amount === undefined || isWhole(amount) ? [] : [`${path}[${resource}]: fractional byte value ${quoted(amount)} is invalid, must be an integer`]
}
