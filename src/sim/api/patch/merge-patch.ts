import type { Patched } from './json-patch.ts'
import { isList, isObject, put, valueOf, type JsonObject } from './json-values.ts'

/** Applies a JSON merge patch (RFC 7396) as the server's library does: null removes, lists are replaced. */
export function applyMergePatch(document: unknown, patch: unknown): Patched {
  if (isList(patch)) return { ok: true, value: pruned(patch) }
  if (!isObject(patch)) return { ok: false, error: 'Invalid JSON Patch' }
  return { ok: true, value: isObject(document) ? merged(document, patch) : pruned(patch) }
}

function merged(document: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...document }
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    const current = valueOf(document, key)
    if (value === null) delete result[key]
    else if (isObject(current)) put(result, key, isObject(value) ? merged(current, value) : value)
    else put(result, key, pruned(value))
  }
  return sorted(result)
}

/** What is new has nothing to remove: its nulls vanish. Those that are items of lists stay. */
function pruned(value: unknown): unknown {
  if (isList(value)) return value.map(pruned)
  if (!isObject(value)) return value
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(value)) if (value[key] !== null) put(result, key, pruned(value[key]))
  return sorted(result)
}

/** What the library has looked into is a map of Go's, whose keys stand sorted in the JSON that is read afterwards. */
function sorted(object: JsonObject): JsonObject {
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(object).sort()) put(result, key, object[key])
  return result
}
