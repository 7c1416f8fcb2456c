/** What the server reads of one request: apiserver MaxRequestBodyBytes. */
export const mostBytes = 3 * 1024 * 1024

/** Whether a body is larger than the server reads. Frozen parts came from the store, so they have been read already. */
export function isTooLarge(body: unknown): boolean {
  return remaining(body, mostBytes, 0) < 0
}

/** How deep a body, or what a patch makes of an object, may be nested: whoever reads it does so by recursion. Upstream's decoder takes 10,000 levels. */
const mostLevels = 100
/** What is said of a body that is nested deeper. */
export const tooDeep = 'json: exceeded max depth'

export function isTooDeep(body: unknown): boolean {
  return isDeeperThan(body, mostLevels)
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1))
}

/** How much of `budget` is left after this value, counted as its JSON would be; what is nested too deep is left to decoding to refuse. */
function remaining(value: unknown, budget: number, depth: number): number {
  if (typeof value === 'string') return budget - value.length - 2
  if (typeof value !== 'object' || value === null) return budget - 5
  if (Object.isFrozen(value) || depth > mostLevels) return budget
  let left = budget - 2
  for (const key in value) {
    left = remaining((value as Readonly<Record<string, unknown>>)[key], left - key.length - 4, depth + 1)
    if (left < 0) return left
  }
  return left
}
