/**
 * Equal as the API sees it (apiequality.Semantic): an absent, null or empty list or map are the same, key order is nothing. Shared structure is equal at once.
 */
export function semanticEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (isEmpty(one)) return isEmpty(other)
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one)) return Array.isArray(other) && equalLists(one, other)
  return !Array.isArray(other) && equalRecords(one as Fields, other as Fields)
}

type Fields = Readonly<Record<string, unknown>>

function equalLists(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at += 1) if (!semanticEqual(one[at], other[at])) return false
  return true
}

function equalRecords(one: Fields, other: Fields): boolean {
  for (const key in one) if (!semanticEqual(one[key], Object.hasOwn(other, key) ? other[key] : undefined)) return false
  for (const key in other) if (!isEmpty(other[key]) && !Object.hasOwn(one, key)) return false
  return true
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
