/** Equal as JSON: keys in any order, a key that is undefined counts as absent. Shared parts are equal without being walked. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => equalJson(item, b[at]))
  }
  const left = a as Readonly<Record<string, unknown>>
  const right = b as Readonly<Record<string, unknown>>
  let common = 0
  for (const key of Object.keys(left)) {
    if (left[key] === undefined) continue
    if (!Object.hasOwn(right, key) || !equalJson(left[key], right[key])) return false
    common += 1
  }
  for (const key of Object.keys(right)) if (right[key] !== undefined) common -= 1
  return common === 0
}
