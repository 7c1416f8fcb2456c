import { goText, isList, isObject, put, sameJson, valueOf, type JsonObject } from './json-values.ts'
import { directiveKey, itemKind, mergeValueOf, removeDuplicates, sortedBy, StrategicFault } from './merge-lists.ts'
import { patchFieldOf, type PatchField, type PatchType } from './patch-schema.ts'
import { ruleOf } from './strategic-merge-patch.ts'

/** Which differences a patch is to make up for. */
export interface DiffOptions {
  readonly additions: boolean
  readonly deletions: boolean
}

/** The strategic merge patch that makes `modified` of `original`. */
export function diffObjects(original: JsonObject, modified: JsonObject, type: PatchType, options: DiffOptions, retainsKeys = false): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(modified)) {
    const value = modified[key]
    const before = valueOf(original, key)
    if (before === undefined) {
      if (options.additions) put(patch, key, value)
    } else if (key === directiveKey) {
      if (typeof before !== 'string' || typeof value !== 'string') throw new StrategicFault(`invalid value for special key: ${directiveKey}`)
      if (before !== value) put(patch, key, value)
    } else if (isObject(before) && isObject(value)) diffObject(patch, key, before, value, type, options)
    else if (isList(before) && isList(value)) diffList(patch, key, before, value, type, options)
    else if (options.additions && !sameJson(before, value)) put(patch, key, value)
  }
  if (options.deletions) for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) put(patch, key, null)
  if (retainsKeys) {
    const kept = Object.keys(modified).filter((key) => modified[key] !== null).sort()
    const clears = Object.keys(original).some((key) => original[key] !== null && !Object.hasOwn(modified, key))
    if (kept.length > 0 && (clears || Object.keys(patch).length > 0)) put(patch, '$retainKeys', kept)
  }
  return patch
}

function diffObject(patch: Record<string, unknown>, key: string, before: JsonObject, value: JsonObject, type: PatchType, options: DiffOptions): void {
  const rule = changedRule(type, key, before, value)
  if (!rule) return
  if (rule.strategy === 'replace') {
    if (options.additions) put(patch, key, value)
    return
  }
  const inner = diffObjects(before, value, rule.type, options, rule.retainKeys)
  if (Object.keys(inner).length > 0) put(patch, key, inner)
}

function diffList(patch: Record<string, unknown>, key: string, before: readonly unknown[], value: readonly unknown[], type: PatchType, options: DiffOptions): void {
  const rule = changedRule(type, key, before, value)
  if (!rule) return
  if (rule.strategy !== 'merge') {
    if (options.additions && !sameJson(before, value)) put(patch, key, value)
    return
  }
  const { items, deleted, order } = diffLists(before, value, rule, options)
  if (items.length > 0) put(patch, key, items)
  if (deleted.length > 0) put(patch, `$deleteFromPrimitiveList/${key}`, deleted)
  if (order.length > 0) put(patch, `$setElementOrder/${key}`, order)
}

/** How a field is patched; a field that does not exist only matters when it has changed. */
function changedRule(type: PatchType, key: string, before: unknown, value: unknown): PatchField | null {
  return patchFieldOf(type, key) ?? (sameJson(before, value) ? null : ruleOf(type, key))
}

interface ListDiff {
  readonly items: readonly unknown[]
  readonly deleted: readonly unknown[]
  readonly order: readonly unknown[]
}

function diffLists(before: readonly unknown[], value: readonly unknown[], rule: PatchField, options: DiffOptions): ListDiff {
  if (before.length === 0) return { items: options.additions ? value : [], deleted: [], order: [] }
  return itemKind(before, value) === 'object' ? diffObjectLists(before, value, rule, options) : diffScalarLists(before, value, options)
}

function diffObjectLists(before: readonly unknown[], value: readonly unknown[], rule: PatchField, options: DiffOptions): ListDiff {
  const { mergeKey } = rule
  const elementType: PatchType = rule.type.kind === 'list' ? rule.type.element : { kind: 'any' }
  const changed: unknown[] = []
  const deletions: unknown[] = []
  const left = byKey(before, mergeKey)
  const right = byKey(value, mergeKey)
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    const one = left[i]
    const other = right[j]
    if (one && other && one.text === other.text) {
      const inner = diffObjects(one.item, other.item, elementType, options, rule.retainKeys)
      if (Object.keys(inner).length > 0) {
        put(inner, mergeKey, other.key)
        changed.push(inner)
      }
      i += 1
      j += 1
    } else if (other && (!one || one.text > other.text)) {
      if (options.additions) changed.push(other.item)
      j += 1
    } else if (one) {
      if (options.deletions) deletions.push({ [mergeKey]: one.key, [directiveKey]: 'delete' })
      i += 1
    }
  }
  const items = [...sortedBy(changed, value, mergeKey, 'object'), ...deletions]
  const sameOrder = before.length === value.length && value.every((item, at) => mergeValueOf(before[at], mergeKey) === mergeValueOf(item, mergeKey))
  const saysOrder = (options.additions && (items.length > 0 || !sameOrder)) || (options.deletions && items.length > 0)
  return { items, deleted: [], order: saysOrder ? value.map((item) => ({ [mergeKey]: mergeValueOf(item, mergeKey) })) : [] }
}

interface Keyed {
  readonly item: JsonObject
  readonly key: unknown
  readonly text: string
}

/** Sorted by the text of the merge key. Upstream's sorting turns items of equal keys around. */
function byKey(list: readonly unknown[], mergeKey: string): Keyed[] {
  const keyed = list.map((item) => {
    const key = mergeValueOf(item, mergeKey)
    return { item: item as JsonObject, key, text: goText(key) }
  })
  return keyed.reverse().sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
}

function diffScalarLists(before: readonly unknown[], value: readonly unknown[], options: DiffOptions): ListDiff {
  const left = byText(before)
  const right = byText(value)
  const added: unknown[] = []
  const deleted: unknown[] = []
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    const one = i < left.length ? goText(left[i]) : null
    const other = j < right.length ? goText(right[j]) : null
    if (one !== null && one === other) {
      i += 1
      j += 1
    } else if (other !== null && (one === null || one > other)) {
      if (options.additions) added.push(right[j])
      j += 1
    } else {
      if (options.deletions) deleted.push(left[i])
      i += 1
    }
  }
  const gone = deleted.slice(0, removeDuplicates(deleted, deleted.length))
  // Upstream sorts the old list in place before it compares: an unsorted list counts as changed.
  const saysOrder = (options.deletions && gone.length > 0) || (options.additions && !sameJson(left, value))
  return { items: sortedBy(added, value, '', 'scalar'), deleted: gone, order: saysOrder ? value : [] }
}

function byText(list: readonly unknown[]): unknown[] {
  return [...list].sort((a, b) => {
    const one = goText(a)
    const other = goText(b)
    return one < other ? -1 : one > other ? 1 : 0
  })
}
