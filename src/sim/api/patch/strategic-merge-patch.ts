import type { Patched } from './json-patch.ts'
import { goString, goText, isList, isObject, jsonType, put, sameJson, valueOf, type JsonObject } from './json-values.ts'
import {
  checkOrder, directiveKey, findItem, hasDirective, itemKind, listOrFault, mergeValueOf, ordered, partition, removeDuplicates, StrategicFault,
} from './merge-lists.ts'
import { patchFieldOf, type PatchField, type PatchType } from './patch-schema.ts'
import { quoted } from '../go-text.ts'

const retainKeysKey = '$retainKeys'
const orderPrefix = '$setElementOrder'
const deletePrefix = '$deleteFromPrimitiveList'

/** Applying a patch to an object, or joining two patches into one that does what both do. */
export interface MergeOptions {
  /** Carry the `$…` lists out; else they are kept for whoever applies the joined patch. */
  readonly carriesOut: boolean
}

/** Applies a strategic merge patch: lists with a merge key are merged by it, directives delete, replace and order. */
export function applyStrategicPatch(type: PatchType, original: unknown, patch: unknown): Patched {
  const document = original === null ? {} : original
  const change = patch === null ? {} : patch
  if (!isObject(document) || !isObject(change)) return { ok: false, error: 'invalid JSON document' }
  return guarded(() => mergeObjects(document, change, type, { carriesOut: true }))
}

/** The value, or the fault that was met on the way. */
export function guarded(merge: () => unknown): Patched {
  try {
    return { ok: true, value: merge() }
  } catch (error) {
    if (error instanceof StrategicFault) return { ok: false, error: error.message }
    throw error
  }
}

/** Merges one object of a patch into the object that stands there; neither is changed. */
export function mergeObjects(original: JsonObject, patch: JsonObject, type: PatchType, options: MergeOptions): JsonObject {
  if (Object.hasOwn(patch, directiveKey)) return directed(patch)
  const result: Record<string, unknown> = { ...original }
  const rest: Record<string, unknown> = { ...patch }
  retainKeys(result, rest, options)
  mergeOrderedLists(result, rest, type, options)
  for (const key of Object.keys(rest)) mergeField(result, key, rest[key], type, options)
  return result
}

/** An object that says what is to be done with the whole of what stands there. */
function directed(patch: JsonObject): JsonObject {
  const directive = patch[directiveKey]
  if (directive === 'delete') return {}
  if (directive !== 'replace') throw unknownDirective(patch)
  return Object.fromEntries(Object.entries(patch).filter(([key]) => key !== directiveKey))
}

function unknownDirective(patch: JsonObject): StrategicFault {
  return new StrategicFault(`unknown patch type: ${goString(patch[directiveKey])} in map: ${goText(patch)}`)
}

/** `$retainKeys` lists all keys that may be there afterwards: of a union, setting one member clears the others. */
function retainKeys(result: Record<string, unknown>, rest: Record<string, unknown>, options: MergeOptions): void {
  if (!Object.hasOwn(rest, retainKeysKey)) return
  const listed = rest[retainKeysKey]
  delete rest[retainKeysKey]
  if (!options.carriesOut) {
    const before = valueOf(result, retainKeysKey)
    if (before !== undefined && !sameJson(before, listed)) {
      throw new StrategicFault(`${goText(before)} and ${goText(listed)} are not deep equal: this may happen when calculating the 3-way diff patch`)
    }
    put(result, retainKeysKey, listed)
    return
  }
  if (!isList(listed)) throw new StrategicFault('invalid patch format of retainKeys')
  const kept = new Set(listed)
  for (const key of Object.keys(rest)) {
    if (rest[key] === null || key.startsWith(deletePrefix) || key.startsWith(orderPrefix)) continue
    if (!kept.has(key)) throw new StrategicFault('invalid patch format of retainKeys')
  }
  for (const key of Object.keys(result)) if (!kept.has(key)) delete result[key]
}

/** Lists that come with a `$setElementOrder` list, which rules over the order in the patch and that over the order on the server. */
function mergeOrderedLists(result: Record<string, unknown>, rest: Record<string, unknown>, type: PatchType, options: MergeOptions): void {
  for (const key of Object.keys(rest)) {
    if (!key.startsWith(orderPrefix)) continue
    const stated = rest[key]
    if (!options.carriesOut) {
      const before = valueOf(result, key)
      if (before !== undefined && !sameJson(before, stated)) throw new StrategicFault('invalid patch format of setElementOrder list')
      put(result, key, stated)
    }
    delete rest[key]
    const order = listOrFault(stated)
    const field = fieldKey(key, orderPrefix)
    const original = valueOf(result, field)
    const patch = valueOf(rest, field)
    const server = original === undefined ? [] : [...listOrFault(original)]
    const length = server.length
    const change = patch === undefined ? [] : listOrFault(patch)
    const rule = ruleOf(type, field)
    checkOrder(change, order, rule.mergeKey)
    if (original === undefined && patch === undefined) continue
    const merged = patch === undefined ? server : original === undefined ? (withoutDirectives(change) as unknown[]) : mergeLists(server, change, rule, false, options)
    const parts = partition(merged, order, rule.mergeKey)
    // Go's list is changed in place by the merge, and that changed list is what orders what only the server has.
    const live = server.slice(0, length)
    put(result, field, ordered(parts, order, live, rule.mergeKey, itemKind(live, change)))
    delete rest[field]
  }
}

function mergeField(result: Record<string, unknown>, key: string, change: unknown, type: PatchType, options: MergeOptions): void {
  const deletes = key.startsWith(deletePrefix)
  if (deletes && !options.carriesOut) return put(result, key, change)
  const field = deletes ? fieldKey(key, deletePrefix) : key
  if (change === null) {
    delete result[field]
    // Whoever joins two patches must keep the null: it will delete on the server.
    if (options.carriesOut) return
  }
  const current = valueOf(result, field)
  if (current === undefined || jsonType(current) !== jsonType(change)) {
    if (deletes) return
    const value = withoutDirectives(options.carriesOut ? withoutNulls(change) : change)
    if (value === undefined) delete result[field]
    else put(result, field, value)
  } else if (isObject(current) && isObject(change)) {
    const rule = ruleOf(type, field)
    put(result, field, rule.strategy === 'replace' ? change : mergeObjects(current, change, rule.type, options))
  } else if (isList(current) && isList(change)) {
    put(result, field, mergeLists([...current], change, ruleOf(type, field), deletes, options))
  } else put(result, field, change)
}

/** As many as upstream lets a JSON patch have operations: sorting takes the square of it. */
const mostItems = 10_000

/** Merges a list of a patch into `server`, which is changed on the way as Go changes it. */
function mergeLists(server: unknown[], patch: readonly unknown[], rule: PatchField, deletes: boolean, options: MergeOptions): readonly unknown[] {
  // What is to be deleted is, however the field is patched otherwise.
  if (rule.strategy !== 'merge' && !deletes) return patch
  if (server.length === 0 && patch.length === 0) return server
  if (server.length + patch.length > mostItems) throw new StrategicFault(`the allowed maximum of items in merged lists is ${mostItems}, got ${server.length + patch.length}`)
  if (itemKind(server, patch) === 'scalar') return mergeScalars(server, patch, rule, deletes && options.carriesOut)
  if (rule.mergeKey === '') throw new StrategicFault('cannot merge lists without merge key for struct')
  const elementType: PatchType = rule.type.kind === 'list' ? rule.type.element : { kind: 'any' }
  const { items, length: kept, patch: plain } = carryOutDirectives(server, patch, rule.mergeKey)
  let length = kept
  const places = new Map<unknown, number>()
  for (let at = length - 1; at >= 0; at -= 1) places.set((items[at] as JsonObject)[rule.mergeKey], at)
  for (const item of plain) {
    const value = mergeValueOf(item, rule.mergeKey)
    const at = places.get(value)
    if (at !== undefined) items[at] = mergeObjects(items[at] as JsonObject, item as JsonObject, elementType, options)
    else {
      places.set(value, length)
      items[length] = item
      length += 1
    }
  }
  const parts = partition(items.slice(0, length), plain, rule.mergeKey)
  return ordered(parts, plain, items.slice(0, kept), rule.mergeKey, 'object')
}

function mergeScalars(server: unknown[], patch: readonly unknown[], rule: PatchField, deletes: boolean): unknown[] {
  if (deletes) {
    const gone = new Set(patch)
    return server.filter((item) => !gone.has(item))
  }
  const both = [...server, ...patch]
  const length = removeDuplicates(both, both.length)
  // In Go both lists share memory when the first has room to grow, and decoding leaves room up to the next power of two.
  if (both.length <= roomOf(server.length)) for (let at = 0; at < server.length; at += 1) server[at] = both[at]
  return ordered(partition(both.slice(0, length), patch, rule.mergeKey), patch, server, rule.mergeKey, 'scalar')
}

function roomOf(length: number): number {
  let room = length === 0 ? 0 : 1
  while (room < length) room *= 2
  return room
}

/** Deletes and replaces as the directives among the patch's items say; what is left of the patch are plain items. */
function carryOutDirectives(server: unknown[], patch: readonly unknown[], mergeKey: string): { items: unknown[]; length: number; patch: readonly unknown[] } {
  const plain = patch.filter((item) => !hasDirective(item))
  let length = server.length
  let replaces = false
  for (const item of patch.filter(hasDirective)) {
    const directive = item[directiveKey]
    if (directive === 'replace') replaces = true
    else if (directive === 'merge') throw new StrategicFault('merging lists cannot yet be specified in the patch')
    else if (directive !== 'delete') throw unknownDirective(item)
    else {
      const value = mergeValueOf(item, mergeKey)
      for (let at = findItem(server, length, mergeKey, value); at >= 0; at = findItem(server, length, mergeKey, value)) {
        // Shifted in place: the list keeps its length in memory and ends in a copy of its last item.
        for (let to = at; to < length - 1; to += 1) server[to] = server[to + 1]
        length -= 1
      }
    }
  }
  return replaces ? { items: plain, length: plain.length, patch: [] } : { items: server, length, patch: plain }
}

/** How a field is patched; one that the struct does not have is refused. */
export function ruleOf(type: PatchType, field: string): PatchField {
  const rule = patchFieldOf(type, field)
  if (!rule) throw new StrategicFault(`unable to find api field in struct ${type.kind === 'struct' ? type.name : ''} for the json field ${quoted(field)}`)
  return rule
}

/** `containers` of `$setElementOrder/containers`. */
function fieldKey(key: string, prefix: string): string {
  const slash = key.indexOf('/')
  if (slash !== prefix.length) throw new StrategicFault(prefix === orderPrefix ? 'invalid patch format of setElementOrder list' : 'invalid patch format of primitive list')
  return key.slice(slash + 1)
}

/** What is new has nothing that directives could act on: items and objects that are directives vanish. Undefined: the whole value does. */
function withoutDirectives(value: unknown): unknown {
  if (isList(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  if (hasDirective(value)) return undefined
  return mapped(value, withoutDirectives)
}

function withoutNulls(value: unknown): unknown {
  if (isList(value)) return value.map((item) => (item === null ? null : withoutNulls(item)))
  return isObject(value) ? mapped(value, (inner) => (inner === null ? undefined : withoutNulls(inner))) : value
}

function mapped(object: JsonObject, change: (value: unknown) => unknown): JsonObject {
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(object)) {
    const value = change(object[key])
    if (value !== undefined) put(result, key, value)
  }
  return result
}
