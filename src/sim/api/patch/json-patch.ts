import { quoted } from '../go-text.ts'
import { isList, isObject, put, sameJson, valueOf, type JsonObject } from './json-values.ts'

/** A changed document, or why the patch does not apply. */
export type Patched = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string }

/** What copies may add to a document in all, in bytes of JSON: the largest body of a request. */
const copyLimit = 3 * 1024 * 1024

/** The operations of a JSON patch, or the decoding error of what is none. */
export function readOperations(patch: unknown): { readonly ok: true; readonly value: readonly JsonObject[] } | { readonly ok: false; readonly error: string } {
  const cannot = (value: unknown, type: string): string => `json: cannot unmarshal ${jsonType(value)} into Go value of type jsonpatch.${type}`
  if (patch === null) return { ok: true, value: [] }
  if (!isList(patch)) return { ok: false, error: cannot(patch, 'Patch') }
  const wrong = patch.find((operation) => operation !== null && !isObject(operation))
  if (wrong !== undefined) return { ok: false, error: cannot(wrong, 'Operation') }
  return { ok: true, value: patch.map((operation) => (isObject(operation) ? operation : {})) }
}

/** Applies the operations of a JSON patch (RFC 6902), as leniently as the server's library does. The document itself is not changed. */
export function applyJsonPatch(document: unknown, operations: readonly JsonObject[]): Patched {
  const copied = { bytes: 0 }
  let value = document
  try {
    for (const operation of operations) value = applyOperation(value, operation, copied)
  } catch (error) {
    if (error instanceof PatchFault) return { ok: false, error: error.message }
    throw error
  }
  return { ok: true, value }
}

class PatchFault extends Error {}

function applyOperation(document: unknown, operation: JsonObject, copied: { bytes: number }): unknown {
  const kind = valueOf(operation, 'op')
  switch (kind) {
    case 'add':
      return add(document, pathOf(operation, kind), value(operation))
    case 'remove':
      return remove(document, pathOf(operation, kind))
    case 'replace':
      return replace(document, pathOf(operation, kind), value(operation))
    case 'move':
      return move(document, operation)
    case 'copy':
      return copy(document, operation, copied)
    case 'test':
      test(document, pathOf(operation, kind), value(operation))
      return document
    default:
      throw new PatchFault(`Unexpected kind: ${typeof kind === 'string' ? kind : 'unknown'}`)
  }
}

/** An absent value and null are one to the library. */
function value(operation: JsonObject): unknown {
  return valueOf(operation, 'value') ?? null
}

function pathOf(operation: JsonObject, kind: string): string {
  const path = valueOf(operation, 'path')
  if (typeof path === 'string') return path
  const start = `${kind} operation failed to decode path: `
  if (kind === 'add' || kind === 'remove') throw new PatchFault(`${start}missing value`)
  throw new PatchFault(start + notText(path, 'operation missing path field'))
}

function fromOf(operation: JsonObject, kind: string): string {
  const from = valueOf(operation, 'from')
  if (typeof from === 'string') return from
  throw new PatchFault(`${kind} operation failed to decode from: ${notText(from, 'operation, missing from field')}`)
}

function notText(given: unknown, missing: string): string {
  return given === undefined || given === null ? `${missing}: missing value` : `json: cannot unmarshal ${jsonType(given)} into Go value of type string`
}

function add(document: unknown, path: string, added: unknown): unknown {
  return edit(document, path, (container, key) => inserted(container, key, added, `error in add for path: '${path}': `), () => {
    throw new PatchFault(`add operation does not apply: doc is missing path: "${path}": missing value`)
  })
}

function remove(document: unknown, path: string): unknown {
  return edit(document, path, (container, key) => removed(container, key, `error in remove for path: '${path}': `), () => {
    throw new PatchFault(`remove operation does not apply: doc is missing path: "${path}": missing value`)
  })
}

function replace(document: unknown, path: string, replacement: unknown): unknown {
  if (path === '') {
    if (isObject(replacement) || isList(replacement)) return replacement
    throw new PatchFault('replace operation value must be object or array: unexpected end of JSON input')
  }
  const replaced = (container: unknown, key: string): unknown => {
    if (isObject(container)) return withKey(container, key, replacement)
    const list = container as readonly unknown[]
    const index = indexOf(list.length, key)
    if (index === null || index >= list.length) throw new PatchFault(`replace operation does not apply: doc is missing key: ${path}: missing value`)
    return list.with(index, replacement)
  }
  return edit(document, path, replaced, () => {
    throw new PatchFault(`replace operation does not apply: doc is missing path: ${path}: missing value`)
  })
}

function move(document: unknown, operation: JsonObject): unknown {
  const from = fromOf(operation, 'move')
  const source = find(document, from)
  if (!source) throw new PatchFault(`move operation does not apply: doc is missing from path: ${from}: missing value`)
  const start = `error in move for path: '${source.key}': `
  const moved = read(source.container, source.key, start)
  const without = edit(document, from, (container, key) => removed(container, key, start), () => document)
  const path = pathOf(operation, 'move')
  return edit(without, path, (container, key) => inserted(container, key, moved, `error in move for path: '${path}': `), () => {
    throw new PatchFault(`move operation does not apply: doc is missing destination path: ${path}: missing value`)
  })
}

function copy(document: unknown, operation: JsonObject, copied: { bytes: number }): unknown {
  const from = fromOf(operation, 'copy')
  const source = find(document, from)
  if (!source) throw new PatchFault(`copy operation does not apply: doc is missing from path: ${from}: missing value`)
  const original = read(source.container, source.key, `error in copy for from: '${from}': `)
  const path = pathOf(operation, 'copy')
  if (!find(document, path)) throw new PatchFault(`copy operation does not apply: doc is missing destination path: ${path}: missing value`)
  // Each copy may double the document: their sizes together are bounded.
  copied.bytes += JSON.stringify(original).length
  if (copied.bytes > copyLimit) {
    throw new PatchFault(`Unable to complete the copy, the accumulated size increase of copy is ${copied.bytes}, exceeding the limit ${copyLimit}`)
  }
  return edit(document, path, (container, key) => inserted(container, key, original, 'error while adding value during copy: '), () => document)
}

function test(document: unknown, path: string, expected: unknown): void {
  const failed = `testing value ${path} failed: test failed`
  if (path === '') {
    if (!sameJson(document, expected)) throw new PatchFault(failed)
    return
  }
  const found = find(document, path)
  if (!found) throw new PatchFault(`test operation does not apply: is missing path: ${path}: missing value`)
  if (!sameJson(read(found.container, found.key, `error in test for path: '${path}': `), expected)) throw new PatchFault(failed)
}

/** The container that a path's last part is a key of, if all before it are there. */
function find(document: unknown, path: string): { readonly container: unknown; readonly key: string } | null {
  const parts = partsOf(path)
  if (!parts) return null
  let container = document
  for (const part of parts.slice(0, -1)) container = child(container, part)
  return isObject(container) || isList(container) ? { container, key: parts[parts.length - 1] ?? '' } : null
}

/** A document in which the container of a path is changed: everything beside the path stays the same value. */
function edit(document: unknown, path: string, change: (container: unknown, key: string) => unknown, missing: () => unknown): unknown {
  const parts = partsOf(path)
  if (!parts || !find(document, path)) return missing()
  const within = (container: unknown, at: number): unknown => {
    const part = parts[at] ?? ''
    if (at === parts.length - 1) return change(container, part)
    const changed = within(child(container, part), at + 1)
    return isList(container) ? container.with(indexOf(container.length, part) ?? 0, changed) : withKey(container as JsonObject, part, changed)
  }
  return within(document, 0)
}

function partsOf(path: string): string[] | null {
  const parts = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return parts.length < 2 ? null : parts.slice(1)
}

function child(container: unknown, key: string): unknown {
  if (isObject(container)) return valueOf(container, key)
  if (!isList(container)) return undefined
  const index = indexOf(container.length, key)
  return index === null ? undefined : container[index]
}

function read(container: unknown, key: string, start: string): unknown {
  if (isObject(container)) return valueOf(container, key) ?? null
  const list = container as readonly unknown[]
  return list[checkedIndex(list.length, key, list.length, start)] ?? null
}

function removed(container: unknown, key: string, start: string): unknown {
  if (isList(container)) {
    const index = checkedIndex(container.length, key, container.length, start)
    return container.filter((_, at) => at !== index)
  }
  if (!Object.hasOwn(container as JsonObject, key)) throw new PatchFault(`${start}Unable to remove nonexistent key: ${key}: missing value`)
  return withoutKey(container as JsonObject, key)
}

function inserted(container: unknown, key: string, added: unknown, start: string): unknown {
  if (isObject(container)) return withKey(container, key, added)
  const list = container as readonly unknown[]
  if (key === '-') return [...list, added]
  if (!integer.test(key)) throw new PatchFault(`${start}value was not a proper array index: '${key}': strconv.Atoi: parsing ${quoted(key)}: invalid syntax`)
  return list.toSpliced(checkedIndex(list.length + 1, key, list.length + 1, start), 0, added)
}

const integer = /^[+-]?\d{1,15}$/

/** The index that a key means, negative ones from the end; null when it is none. */
function indexOf(length: number, key: string): number | null {
  if (!integer.test(key)) return null
  const index = Number(key)
  return index >= 0 ? index : index < -length ? null : index + length
}

function checkedIndex(length: number, key: string, bound: number, start: string): number {
  if (!integer.test(key)) throw new PatchFault(`${start}strconv.Atoi: parsing ${quoted(key)}: invalid syntax`)
  const index = indexOf(length, key)
  if (index === null || index >= bound) throw new PatchFault(`${start}Unable to access invalid index: ${Number(key)}: invalid index referenced`)
  return index
}

function withKey(object: JsonObject, key: string, added: unknown): JsonObject {
  const result = { ...object }
  put(result, key, added)
  return result
}

function withoutKey(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([other]) => other !== key))
}

function jsonType(given: unknown): string {
  return isObject(given) ? 'object' : isList(given) ? 'array' : typeof given === 'boolean' ? 'bool' : given === null ? 'null' : typeof given
}
