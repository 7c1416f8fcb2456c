/** Where two values differ, as far as a person needs to find it: `  spec.containers[0].env: null → [{…}]`. Upstream prints a diff of Go structs here. */
export function firstDifference(old: unknown, next: unknown, path = ''): string {
  if (isRecord(old) && isRecord(next)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(next)])
    for (const key of keys) {
      const found = firstDifference(old[key], next[key], path ? `${path}.${key}` : key)
      if (found) return found
    }
    return ''
  }
  if (Array.isArray(old) && Array.isArray(next) && old.length === next.length) {
    for (const [at, value] of old.entries()) {
      const found = firstDifference(value, next[at], `${path}[${at}]`)
      if (found) return found
    }
    return ''
  }
  const before = JSON.stringify(old ?? null)
  const after = JSON.stringify(next ?? null)
  return before === after || (isNothing(old) && isNothing(next)) ? '' : `- ${path}: ${before}\n+ ${path}: ${after}\n`
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
