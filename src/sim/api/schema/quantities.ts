import type { ScalarResult } from './scalars.ts'

const form = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][-+]?\d+)?$/
const formatError = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** A resource.Quantity as it is stored: JSON numbers and texts become canonical text. */
export function canonicalQuantity(value: unknown): ScalarResult {
  if (typeof value !== 'string' && typeof value !== 'number') return { ok: false, error: formatError }
  const text = String(value)
  return form.test(text) ? { ok: true, value: text } : { ok: false, error: formatError }
}
