import { isTooDeep, tooDeep } from '../body-limit.ts'
import { quoted } from '../go-text.ts'
import { Draft, indexOf, integer, type Container, type Place } from './draft.ts'
import { isList, isObject, type JsonObject, jsonType, put, sameJson, valueOf } from './json-values.ts'

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

/** The fields of a JSON patch's operations that no operation has, or the decoding error of what is none: what is looked at first, unless the sender does not want to know. */
export function unknownFieldsOf(patch: unknown): { readonly ok: true; readonly value: readonly string[] } | { readonly ok: false; readonly error: string } {
  const cannot = (value: unknown, into: string): string => `json: cannot unmarshal ${jsonType(value)} into Go ${into}`
  if (patch === null) return { ok: true, value: [] }
  if (!isList(patch)) return { ok: false, error: cannot(patch, 'value of type []handlers.jsonPatchOp') }
  const unknown: string[] = []
  for (const [at, operation] of patch.entries()) {
    if (operation === null) continue
    if (!isObject(operation)) return { ok: false, error: cannot(operation, 'value of type handlers.jsonPatchOp') }
    for (const [field, value] of Object.entries(operation)) {
      if (textFields.has(field) && value !== null && typeof value !== 'string') return { ok: false, error: cannot(value, `struct field jsonPatchOp.${field} of type string`) }
      if (!textFields.has(field) && field !== 'value' && unknown.length < mostUnknownFields) unknown.push(`[${at}].${field}`)
    }
  }
  return { ok: true, value: unknown }
}

const textFields: ReadonlySet<string> = new Set(['op', 'path', 'from'])
/** sigs.k8s.io/json maxStrictErrors. */
const mostUnknownFields = 100

/** Applies the operations of a JSON patch (RFC 6902), as leniently as the server's library does. The document itself is not changed. */
export function applyJsonPatch(document: unknown, operations: readonly JsonObject[]): Patched {
  const draft = new Draft(document)
  const copied = { bytes: 0 }
  try {
    for (const operation of operations) apply(draft, operation, copied)
  } catch (error) {
    if (error instanceof PatchFault) return { ok: false, error: error.message }
    throw error
  }
  return isTooDeep(draft.document) ? { ok: false, error: tooDeep } : { ok: true, value: draft.document }
}

class PatchFault extends Error {}

function apply(draft: Draft, operation: JsonObject, copied: { bytes: number }): void {
  const kind = valueOf(operation, 'op')
  switch (kind) {
    case 'add':
      return add(draft, pathOf(operation, kind), value(operation))
    case 'remove':
      return remove(draft, pathOf(operation, kind))
    case 'replace':
      return replace(draft, pathOf(operation, kind), value(operation))
    case 'move':
      return move(draft, operation)
    case 'copy':
      return copy(draft, operation, copied)
    case 'test':
      return test(draft, pathOf(operation, kind), value(operation))
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
  if (kind === 'add' || kind === 'remove' || kind === 'copy') throw new PatchFault(`${start}missing value`)
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

function add(draft: Draft, path: string, added: unknown): void {
  const place = draft.open(path)
  if (!place) throw new PatchFault(`add operation does not apply: doc is missing path: "${path}": missing value`)
  insert(place, added, `error in add for path: '${path}': `)
}

function remove(draft: Draft, path: string): void {
  const place = draft.open(path)
  if (!place) throw new PatchFault(`remove operation does not apply: doc is missing path: "${path}": missing value`)
  takeOut(place, `error in remove for path: '${path}': `)
}

function replace(draft: Draft, path: string, replacement: unknown): void {
  if (path === '') {
    if (!isObject(replacement) && !isList(replacement)) throw new PatchFault('replace operation value must be object or array: %!w(<nil>)')
    draft.document = replacement
    return
  }
  const place = draft.open(path)
  if (!place) throw new PatchFault(`replace operation does not apply: doc is missing path: ${path}: missing value`)
  const { container, key } = place
  if (!Array.isArray(container)) return put(container, key, replacement)
  const index = indexOf(container.length, key)
  if (index === null || index >= container.length) throw new PatchFault(`replace operation does not apply: doc is missing key: ${path}: missing value`)
  container[index] = replacement
}

function move(draft: Draft, operation: JsonObject): void {
  const from = fromOf(operation, 'move')
  const source = draft.open(from)
  if (!source) throw new PatchFault(`move operation does not apply: doc is missing from path: ${from}: missing value`)
  const start = `error in move for path: '${source.key}': `
  const moved = read(source, start)
  takeOut(source, start)
  const path = pathOf(operation, 'move')
  const place = draft.open(path)
  if (!place) throw new PatchFault(`move operation does not apply: doc is missing destination path: ${path}: missing value`)
  insert(place, moved, `error in move for path: '${path}': `)
}

function copy(draft: Draft, operation: JsonObject, copied: { bytes: number }): void {
  const from = fromOf(operation, 'copy')
  const source = draft.find(from)
  if (!source) throw new PatchFault(`copy operation does not apply: doc is missing from path: ${from}: missing value`)
  const original = read(source, `error in copy for from: '${from}': `)
  const path = pathOf(operation, 'copy')
  if (!draft.find(path)) throw new PatchFault(`copy operation does not apply: doc is missing destination path: ${path}: missing value`)
  if (isTooDeep(original)) throw new PatchFault(tooDeep)
  // Each copy may double the document: their sizes together are bounded.
  copied.bytes += JSON.stringify(original).length
  if (copied.bytes > copyLimit) {
    throw new PatchFault(`Unable to complete the copy, the accumulated size increase of copy is ${copied.bytes}, exceeding the limit ${copyLimit}`)
  }
  draft.share(original)
  const place = draft.open(path)
  if (place) insert(place, original, 'error while adding value during copy: ')
}

function test(draft: Draft, path: string, expected: unknown): void {
  const failed = `testing value ${path} failed: test failed`
  if (path === '') {
    if (!sameJson(draft.document, expected)) throw new PatchFault(failed)
    return
  }
  const place = draft.find(path)
  if (!place) throw new PatchFault(`test operation does not apply: is missing path: ${path}: missing value`)
  if (!sameJson(read(place, `error in test for path: '${path}': `), expected)) throw new PatchFault(failed)
}

function read({ container, key }: Place, start: string): unknown {
  return (isObject(container) ? valueOf(container, key) : container[checkedIndex(container.length, key, container.length, start)]) ?? null
}

function takeOut({ container, key }: Place<Container>, start: string): void {
  if (Array.isArray(container)) container.splice(checkedIndex(container.length, key, container.length, start), 1)
  else if (Object.hasOwn(container, key)) delete container[key]
  else throw new PatchFault(`${start}Unable to remove nonexistent key: ${key}: missing value`)
}

function insert({ container, key }: Place<Container>, added: unknown, start: string): void {
  if (!Array.isArray(container)) return put(container, key, added)
  if (key === '-') return void container.push(added)
  if (!integer.test(key)) throw new PatchFault(`${start}value was not a proper array index: '${key}': strconv.Atoi: parsing ${quoted(key)}: invalid syntax`)
  container.splice(checkedIndex(container.length + 1, key, container.length + 1, start), 0, added)
}

function checkedIndex(length: number, key: string, bound: number, start: string): number {
  if (!integer.test(key)) throw new PatchFault(`${start}strconv.Atoi: parsing ${quoted(key)}: invalid syntax`)
  const index = indexOf(length, key)
  if (index === null || index >= bound) throw new PatchFault(`${start}Unable to access invalid index: ${Number(key)}: invalid index referenced`)
  return index
}
