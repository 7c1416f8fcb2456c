import { difference } from './harness.ts'

/** Compares only what is expected: other fields of the answer do not matter, and null asks for nothing to be there. */
export function partialDifference(expected: Readonly<Record<string, unknown>>, actual: Readonly<Record<string, unknown>>): string | null {
  for (const [key, value] of Object.entries(expected)) {
    const found = isRecord(value) && isRecord(actual[key]) ? partialDifference(value, actual[key]) : difference(value ?? undefined, actual[key], key)
    if (found) return found
  }
  return null
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
