/**
 * Says where an answer falls short of a partial expectation, or null: only fields that are expected count; null means absent or empty;
 * keys ending in `Contains` or `Prefix` ask for a part of the text.
 */
export function partialDifference(expected: unknown, actual: unknown, path = ''): string | null {
  if (expected === null) return isEmpty(actual) ? null : `at ${path}: expected nothing, got ${JSON.stringify(actual)}`
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return `at ${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`
    return firstOf(expected.map((item, at) => partialDifference(item, actual[at], `${path}[${at}]`)))
  }
  if (typeof expected === 'object') {
    if (typeof actual !== 'object' || actual === null) return `at ${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`
    return firstOf(Object.entries(expected as object).map(([key, value]) => field(key, value, actual as Record<string, unknown>, path)))
  }
  if (Object.is(expected, actual) || (expected === '' && actual === undefined)) return null
  return `at ${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`
}

function field(key: string, expected: unknown, actual: Record<string, unknown>, path: string): string | null {
  const part = /^(.+)(Contains|Prefix)$/.exec(key)
  if (part && !(key in actual)) {
    const text = String(actual[part[1]!] ?? '')
    const fits = part[2] === 'Contains' ? text.includes(String(expected)) : text.startsWith(String(expected))
    return fits ? null : `at ${path}.${part[1]}: expected a text with ${JSON.stringify(expected)}, got ${JSON.stringify(text)}`
  }
  return partialDifference(expected, actual[key], `${path}.${key}`)
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function firstOf(differences: readonly (string | null)[]): string | null {
  return differences.find((difference) => difference !== null) ?? null
}
