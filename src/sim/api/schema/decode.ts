import { flatText } from '../../kernel/flat-text.ts'
import { isComplete, sealedList } from '../../kernel/sealed-list.ts'
import { countKeys, FieldStack } from './field-stack.ts'
import type { GoStruct, GoType } from './go-type.ts'
import { structOf, structOfType } from './go-type.ts'
import { Place } from './place.ts'
import type { ScalarResult } from './scalars.ts'
import { decodeBytes, decodeTime, isInt64 } from './scalars.ts'
import { canonicalQuantity } from './quantities.ts'
import { emptyList, emptyMap, zeroOf } from './zero-values.ts'

/** What decoding makes of a JSON value: the frozen object in the shape that Go's types print it in, and the fields it does not know. */
export type Decoding =
  | { readonly ok: true; readonly object: Json; readonly unknownFields: readonly string[]; readonly isSmall: boolean }
  | { readonly ok: false; readonly error: string }

type Json = Readonly<Record<string, unknown>>

/** What a body is, said or not: every object begins with it. */
export interface TypeMeta {
  readonly apiVersion: string
  readonly kind: string
}

const maxDepth = 64
const maxNodes = 200_000
const maxUnknownFields = 100

/**
 * Reads `value` as an object of this type: unknown fields pruned and named, nulls gone, zero values where Go prints them, keys in Go's order.
 * Parts that are the very parts of `stored`, an object of this type that was read before, are taken as they are; parts that say the same become its parts.
 */
export function decode(type: TypeMeta, value: Json, stored: Json | undefined): Decoding {
  decoder.begin()
  try {
    const object = decoder.struct(structOf(type.kind), value, stored, type)
    const { typeError, unknownFields, isSmall } = decoder
    return typeError === null ? { ok: true, object, unknownFields, isSmall } : { ok: false, error: typeError }
  } catch (fault) {
    decoder.clear()
    if (fault instanceof DecodeFault) return { ok: false, error: fault.message }
    throw fault
  }
}

/** A fault that ends decoding at once: a type that decodes itself complained, or the value is too deep or too large. */
class DecodeFault extends Error {}

/** Parts that were read without a change and can never change again: a template and a condition that a thousand pods share are read once. */
const knownParts = new WeakSet<object>()

const noFields: readonly string[] = []

/** Lasts, and reads one object after the other. */
class Decoder {
  unknownFields: readonly string[] = noFields
  /** The first wrong type; Go goes on after it, but it is the answer unless something worse follows. */
  typeError: string | null = null
  private readonly place = new Place()
  private nodes = 0
  private letters = 0
  private inResourceList = false
  private readonly stack = new FieldStack()

  begin(): void {
    this.unknownFields = noFields
    this.typeError = null
    this.place.depth = this.nodes = this.letters = 0
    this.inResourceList = false
  }

  /** After a fault: nothing is kept of what was being read. */
  clear(): void {
    this.place.clear()
    this.stack.clear()
  }

  /** So small that its JSON need not be measured: a struct of 45 fields with long names has less than two kilobytes beside its texts. */
  get isSmall(): boolean {
    return this.letters < 1_000_000 && this.nodes < 1000 && this.unknownFields.length === 0
  }

  struct(struct: GoStruct, value: Json, stored: unknown, type?: TypeMeta): Json {
    if (value === stored || (struct.isShared && knownParts.has(value))) return value
    this.enter(1)
    const base = this.stack.push(struct)
    const like = isRecord(stored) ? stored : emptyMap
    let unchanged = this.fields(struct, value, like, base)
    if (type) {
      unchanged &&= value['apiVersion'] === type.apiVersion && value['kind'] === type.kind
      this.stack.values[base] = type.apiVersion
      this.stack.values[base + 1] = type.kind
    }
    const object = this.stack.pop(struct, value, unchanged, like, base)
    if (object === value && struct.isShared) knownParts.add(value)
    return object
  }

  /** Puts what is given into its places above `base`; false if some of it is not what was given. */
  private fields(struct: GoStruct, value: Json, like: Json, base: number): boolean {
    const { place, stack: { values } } = this
    const { depth } = place
    let unchanged = true
    place.depth = depth + 1
    const isNew = like === emptyMap
    let known = 0
    for (const key in value) {
      // Objects of one type mostly come with the same fields in the same order as the last time.
      const next = struct.order[known]
      const field = next?.name === key ? next : struct.byName.get(key)
      if (field) {
        if (field !== next) struct.order[known] = field
        known += 1
      }
      const given = value[key]
      if (given === undefined) unchanged = false
      else if (!field) {
        place.set(depth, key, struct)
        this.noteUnknown()
        unchanged = false
      } else if (given === null) {
        values[base + field.index] = undefined
        // A null that is printed as null (the zero time) is compared when it is put in again.
        if (!struct.printing.includes(field)) unchanged = false
      } else {
        place.set(depth, key, struct)
        const before = isNew ? undefined : like[key]
        const inner = given === before ? this.keep(before) : this.value(field.type, given, before, value)
        if (inner !== given) unchanged = false
        values[base + field.index] = inner
      }
    }
    place.depth = depth
    return unchanged
  }

  private value(type: GoType, value: unknown, stored: unknown, holder: object): unknown {
    switch (type.kind) {
      case 'string':
        return typeof value === 'string' ? this.text(value) : this.wrongType(type, value, '')
      case 'bool':
        return typeof value === 'boolean' ? value : this.wrongType(type, value, false)
      case 'int32':
        return isInt32(value) ? value : this.wrongType(type, value, 0)
      case 'int64':
        return isInt64(value) ? value : this.wrongType(type, value, 0)
      case 'struct':
        return isRecord(value) ? this.struct(structOfType(type), value, stored) : this.wrongType(type, value, zeroOf(type))
      case 'list':
        return Array.isArray(value) ? this.list(type, value, stored, holder) : this.wrongType(type, value, emptyList)
      case 'map':
        return isRecord(value) ? this.map(type, value, stored) : this.wrongType(type, value, emptyMap)
      case 'any':
        return this.anything(value, holder, this.place.depth)
      default:
        return this.selfDecoding(type, value)
    }
  }

  /** What is stored already needs no reading; only a stranger's copy of a text counts. */
  private keep<T>(stored: T): T {
    if (typeof stored === 'string') this.letters += stored.length
    return stored
  }

  private text(value: string): string {
    this.letters += value.length
    return flatText(value)
  }

  private list(type: GoType, values: readonly unknown[], stored: unknown, holder: object): readonly unknown[] {
    if (values.length === 0) return isComplete(values, holder) ? values : emptyList
    this.enter(values.length)
    const element = type.element ?? type
    const like: readonly unknown[] = Array.isArray(stored) ? stored : emptyList
    const { place } = this
    const { depth } = place
    place.depth = depth + 1
    let same = like.length === values.length
    let unchanged = isComplete(values, holder)
    let list: unknown[] | null = null
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at]
      const before = like[at]
      place.set(depth, at, null)
      const inner = value === null || value === undefined ? zeroOf(element) : value === before ? this.keep(before) : this.value(element, value, before, holder)
      // While what came is what was sent, or what was there, one of these lists can be kept.
      if (!list && !(same && inner === before) && !(unchanged && inner === value)) list = (same ? like : values).slice(0, at)
      if (inner !== value) unchanged = false
      if (inner !== before) same = false
      list?.push(inner)
    }
    place.depth = depth
    return list ? sealedList(list) : same ? like : values
  }

  private map(type: GoType, values: Json, stored: unknown): Json {
    const keys = Object.keys(values).filter((key) => values[key] !== undefined)
    const frozen = Object.isFrozen(values) && countKeys(values) === keys.length
    if (keys.length === 0) return frozen ? values : emptyMap
    this.enter(keys.length)
    const element = type.element ?? type
    const like = isRecord(stored) ? stored : emptyMap
    const { place } = this
    const { depth } = place
    place.depth = depth + 1
    this.inResourceList = type.text === 'v1.ResourceList'
    let same = true
    let unchanged = frozen
    const map: Record<string, unknown> = {}
    for (const key of keys) {
      const value = values[key]
      const before = Object.hasOwn(like, key) ? like[key] : undefined
      place.set(depth, key, null)
      this.letters += key.length
      const inner = value === null ? zeroOf(element) : value === before ? this.keep(before) : this.value(element, value, before, values)
      if (inner !== value) unchanged = false
      if (inner !== before) same = false
      put(map, key, inner)
    }
    this.inResourceList = false
    place.depth = depth
    return same && countKeys(like) === keys.length ? like : unchanged ? values : Object.freeze(inOrder(map, keys))
  }

  private selfDecoding(type: GoType, value: unknown): unknown {
    if (type.kind === 'quantity') return this.accept(canonicalQuantity(value, this.inResourceList))
    if (type.kind === 'intOrString') {
      if (typeof value === 'string') return this.text(value)
      return isInt32(value) ? value : this.abort('int32', value)
    }
    if (typeof value !== 'string') return type.kind === 'bytes' ? this.wrongType(type, value, '') : this.abort('string', value)
    if (type.kind === 'bytes') return this.bytes(value)
    return this.accept(decodeTime(value, type.kind === 'time' ? 'time' : 'microTime'))
  }

  /** What is not base64 is a fault like a wrong type: Go goes on. */
  private bytes(value: string): string {
    const result = decodeBytes(this.text(value))
    if (result.ok) return flatText(result.value)
    this.typeError ??= result.error
    return ''
  }

  private accept(result: ScalarResult): string {
    if (result.ok) return flatText(result.value)
    throw new DecodeFault(result.error)
  }

  private wrongType<T>(type: GoType, value: unknown, zero: T): T {
    this.typeError ??= this.place.wrongType(type.text, value)
    return zero
  }

  private abort(type: string, value: unknown): never {
    throw new DecodeFault(this.place.wrongType(type, value))
  }

  private noteUnknown(): void {
    const field = this.place.toString()
    if (this.unknownFields.length < maxUnknownFields && !this.unknownFields.includes(field)) this.unknownFields = [...this.unknownFields, field]
  }

  /** What is kept as it came is bounded all the same, and a frozen shell around what is not frozen is not trusted. */
  private anything(value: unknown, holder: object, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (depth > maxDepth) throw new DecodeFault('json: exceeded max depth')
    const given = Object.entries(value)
    this.enter(given.length)
    const isList = Array.isArray(value)
    const shell = isList && !Object.isFrozen(value) ? holder : value
    const read = given.map(([key, inner]): [string, unknown] => [key, this.anything(inner, shell, depth + 1)])
    if (Object.isFrozen(shell) && read.every(([, inner], at) => inner === given[at]?.[1])) return value
    return isList ? sealedList(read.map(([, inner]) => inner)) : Object.freeze(Object.fromEntries(read))
  }

  private enter(nodes: number): void {
    this.nodes += nodes
    if (this.place.depth > maxDepth) throw new DecodeFault('json: exceeded max depth')
    if (this.nodes > maxNodes) throw new DecodeFault('json: too many values')
  }
}

const decoder = new Decoder()

/** Go reads a map in the order in which it came and prints it sorted; most came so. */
function inOrder(map: Json, keys: readonly string[]): Json {
  if (keys.every((key, at) => at === 0 || keys[at - 1]! < key)) return map
  const sorted: Record<string, unknown> = {}
  for (const key of [...keys].sort((one, other) => (one < other ? -1 : 1))) put(sorted, key, map[key])
  return sorted
}

/** A key named __proto__ is a key like any other. */
function put(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true })
  else map[flatText(key)] = value
}

function isInt32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= -2_147_483_648 && value <= 2_147_483_647
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
