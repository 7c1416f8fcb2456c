/**
 * Equal as the API sees it (apiequality.Semantic): an absent, null or empty list or map are the same, key order is nothing. Shared structure is equal at once.
 */
export function semanticEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (isEmpty(one) && isEmpty(other)) return true
  if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && one.every((inner, at) => semanticEqual(inner, other[at]))
  if (!isRecord(one) || !isRecord(other) || Array.isArray(other)) return false
  for (const key of Object.keys(one)) if (!semanticEqual(one[key], own(other, key))) return false
  for (const key of Object.keys(other)) if (!Object.hasOwn(one, key) && !isEmpty(other[key])) return false
  return true
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
