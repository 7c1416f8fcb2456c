import { goText, goTypeName, isList, isObject, valueOf, type JsonObject } from './json-values.ts'

/** Why a strategic merge patch does not apply, in the library's words. */
export class StrategicFault extends Error {}

export const directiveKey = '$patch'

/** True when an item of a patch is a directive rather than data. */
export function hasDirective(item: unknown): item is JsonObject {
  return isObject(item) && Object.hasOwn(item, directiveKey)
}

export function listOrFault(value: unknown): readonly unknown[] {
  if (!isList(value)) throw new StrategicFault(`expected a []interface {}, but received a ${goTypeName(value)}`)
  return value
}

/** An item of a list of objects; anything else is the sender's fault. */
function objectOrFault(value: unknown): JsonObject {
  if (!isObject(value)) throw new StrategicFault(`expected a map[string]interface {}, but received a ${goTypeName(value)}`)
  return value
}

/** The value of an item's merge key. */
export function mergeValueOf(item: unknown, mergeKey: string): unknown {
  const object = objectOrFault(item)
  if (!Object.hasOwn(object, mergeKey)) throw new StrategicFault(`map: ${goText(object)} does not contain declared merge key: ${mergeKey}`)
  return object[mergeKey]
}

/** Whether lists hold objects or scalars; lists that hold both, or other lists, cannot be merged. */
export function itemKind(...lists: readonly (readonly unknown[])[]): 'object' | 'scalar' {
  let first: string | null = null
  for (const item of lists.flat(1)) {
    const type = isObject(item) ? 'object' : goTypeName(item)
    if (first === null && isList(item)) throw new StrategicFault('lists of lists are not supported')
    if (first !== null && type !== first) throw new StrategicFault(`list element types are not identical: ${goText(lists)}`)
    first = type
  }
  if (first === null) throw new StrategicFault('no elements in any of the given slices')
  return first === 'object' ? 'object' : 'scalar'
}

/** Where the item with this value of the merge key stands among the first `length`; -1 when nowhere. */
export function findItem(items: readonly unknown[], length: number, mergeKey: string, value: unknown): number {
  for (let at = 0; at < length; at += 1) {
    const item = items[at]
    if (!isObject(item)) throw new StrategicFault(`value for key ${at} is not a map`)
    if (Object.hasOwn(item, mergeKey) && item[mergeKey] === value) return at
  }
  return -1
}

/** Splits a merged list into the items that a list names and those that only the server has. */
export function partition(items: readonly unknown[], named: readonly unknown[], mergeKey: string): { patched: unknown[]; serverOnly: unknown[] } {
  const patched: unknown[] = []
  const serverOnly: unknown[] = []
  const isNamed = mergeKey === '' ? scalarsOf(named) : keysOf(named, mergeKey)
  for (const item of items) {
    (isNamed(mergeKey === '' ? item : mergeValueOf(item, mergeKey)) ? patched : serverOnly).push(item)
  }
  return { patched, serverOnly }
}

function scalarsOf(items: readonly unknown[]): (value: unknown) => boolean {
  const values = new Set(items)
  return (value) => values.has(value)
}

/** What `findItem` would find, for those who ask about many items. */
function keysOf(items: readonly unknown[], mergeKey: string): (value: unknown) => boolean {
  const stranger = items.findIndex((item) => !isObject(item))
  const known = (stranger < 0 ? items : items.slice(0, stranger)) as readonly JsonObject[]
  const values = new Set(known.flatMap((item) => (Object.hasOwn(item, mergeKey) ? [item[mergeKey]] : [])))
  return (value) => values.has(value) || (stranger >= 0 && findItem(items, items.length, mergeKey, value) >= 0)
}

/** Both parts in their own order, woven together as the server's list has them where it knows both. */
export function ordered(
  parts: { readonly patched: readonly unknown[]; readonly serverOnly: readonly unknown[] },
  patchOrder: readonly unknown[], serverOrder: readonly unknown[], mergeKey: string, kind: 'object' | 'scalar',
): unknown[] {
  const right = sortedBy(parts.patched, patchOrder, mergeKey, kind)
  const left = sortedBy(parts.serverOnly, serverOrder, mergeKey, kind)
  const place = placesIn(serverOrder, mergeKey, kind)
  const result: unknown[] = []
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    const one = i < left.length ? place(left[i]) : -1
    const other = j < right.length ? place(right[j]) : -1
    const takesLeft = j >= right.length || (i < left.length && one >= 0 && other >= 0 && one < other)
    result.push(takesLeft ? left[i] : right[j])
    if (takesLeft) i += 1
    else j += 1
  }
  return result
}

/** Items in the order of a list that names them; those to be deleted come last. */
export function sortedBy(items: readonly unknown[], order: readonly unknown[], mergeKey: string, kind: 'object' | 'scalar'): unknown[] {
  const deleted: unknown[] = []
  const sorted: unknown[] = []
  if (kind === 'object') for (const item of [...items, ...order]) mergeValueOf(item, mergeKey)
  for (const item of items) (kind === 'object' && hasDirective(item) && item[directiveKey] === 'delete' ? deleted : sorted).push(item)
  const place = placesIn(order, mergeKey, kind)
  const places = sorted.map(place)
  // Insertion, as Go does it: an item that the order does not name moves in front of whatever stands before it.
  for (let at = 1; at < sorted.length; at += 1) {
    for (let to = at; to > 0; to -= 1) {
      const here = places[to] ?? -1
      const before = places[to - 1] ?? -1
      if (here >= 0 && before >= 0 && here >= before) break
      swap(sorted, to)
      swap(places, to)
    }
  }
  return [...sorted, ...deleted]
}

function swap(items: unknown[], at: number): void {
  const item = items[at]
  items[at] = items[at - 1]
  items[at - 1] = item
}

/** Tells the place of an item in a list: by merge key for objects, by value for scalars; -1 when it is not there. */
function placesIn(order: readonly unknown[], mergeKey: string, kind: 'object' | 'scalar'): (item: unknown) => number {
  const keyOf = (item: unknown): unknown => (kind === 'scalar' ? item : isObject(item) ? (valueOf(item, mergeKey) ?? null) : null)
  const places = new Map<unknown, number>()
  for (const [at, item] of order.entries()) if (!places.has(keyOf(item))) places.set(keyOf(item), at)
  return (item) => places.get(keyOf(item)) ?? -1
}

/** Refuses a patch whose items stand in another order than its `$setElementOrder` list says. */
export function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (order.length === 0 || patch.length === 0) return
  const kept = mergeKey === '' ? patch : patch.filter((item) => objectOrFault(item)[directiveKey] !== 'delete')
  let at = 0
  let place = 0
  while (at < kept.length && place < order.length) {
    if (hasDirective(kept[at])) {
      at += 1
      continue
    }
    const same = mergeKey === '' ? kept[at] === order[place] : mergeValueOf(kept[at], mergeKey) === mergeValueOf(order[place], mergeKey)
    if (same) at += 1
    place += 1
  }
  if (at < kept.length && place >= order.length) {
    throw new StrategicFault(`The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`)
  }
}

/** Removes later duplicates from the first `length` items in place, filling each gap with the last; answers how many are left. */
export function removeDuplicates(items: unknown[], length: number): number {
  let last = length - 1
  for (let i = 0; i < last; i += 1) {
    for (let j = i + 1; j <= last; j += 1) {
      if (items[i] !== items[j]) continue
      items[j] = items[last]
      last -= 1
      j -= 1
    }
  }
  return Math.max(last + 1, 0)
}
