import type { GoField, GoStruct, GoType } from './go-type.ts'
import { structOf } from './go-type.ts'
import type { ScalarResult } from './scalars.ts'
import { decodeBytes, decodeTime } from './scalars.ts'
import { canonicalQuantity } from './quantities.ts'

/** What decoding makes of a JSON value: the object in the shape that Go's types print it in, and the fields it does not know. */
export type Decoding =
  | { readonly ok: true; readonly object: Readonly<Record<string, unknown>>; readonly unknownFields: readonly string[] }
  | { readonly ok: false; readonly error: string }

type Json = Readonly<Record<string, unknown>>

const maxDepth = 64
const maxNodes = 200_000
const maxUnknownFields = 100

/** Reads `value` as the Go struct `struct`: unknown fields pruned and named, nulls gone, zero values where Go prints them, keys in Go's order. */
export function decode(struct: string, value: Json): Decoding {
  const decoder = new Decoder()
  try {
    const object = decoder.struct(structOf(struct), value)
    return decoder.typeError === null ? { ok: true, object, unknownFields: decoder.unknownFields } : { ok: false, error: decoder.typeError }
  } catch (fault) {
    if (fault instanceof DecodeFault) return { ok: false, error: fault.message }
    throw fault
  }
}

/** A fault that ends decoding at once: a type that decodes itself complained, or the value is too deep or too large. */
class DecodeFault extends Error {}

/** Frozen values that were decoded without complaint: a template that a thousand pods share is read once. */
const decoded = new WeakMap<object, { readonly struct: string; readonly object: Json }>()

class Decoder {
  readonly unknownFields: string[] = []
  /** The first wrong type; Go goes on after it, but it is the answer unless something worse follows. */
  typeError: string | null = null
  /** Where we are: names of fields, keys and indices. */
  private readonly path: (string | number)[] = []
  /** The names of fields alone, and the struct that holds the last one: how Go's messages tell the place. */
  private readonly fieldPath: string[] = []
  private owner = ''
  private nodes = 0
  private inResourceList = false

  struct(struct: GoStruct, value: Json): Json {
    const frozen = Object.isFrozen(value)
    if (frozen) {
      const known = decoded.get(value)
      if (known?.struct === struct.name) return known.object
    }
    const clean = this.unknownFields.length
    this.enter()
    const found = this.fields(struct, value)
    let object: Json = assemble(struct, found)
    if (frozen && this.unknownFields.length === clean && this.typeError === null) {
      if (sameKeys(object, value)) object = value
      decoded.set(value, { struct: struct.name, object })
    }
    return object
  }

  private fields(struct: GoStruct, value: Json): Map<string, unknown> {
    const found = new Map<string, unknown>()
    const owner = this.owner
    for (const key of Object.keys(value)) {
      const field = struct.byName.get(key)
      this.path.push(key)
      if (field) {
        const inner = value[key]
        this.owner = struct.name
        this.fieldPath.push(key)
        if (inner !== null && inner !== undefined) found.set(key, this.value(field.type, inner))
        this.fieldPath.pop()
      } else if (value[key] !== undefined) {
        this.noteUnknown(pathText(this.path))
      }
      this.path.pop()
    }
    this.owner = owner
    return found
  }

  private value(type: GoType, value: unknown): unknown {
    switch (type.kind) {
      case 'string':
        return typeof value === 'string' ? value : this.wrongType(type, value, '')
      case 'bool':
        return typeof value === 'boolean' ? value : this.wrongType(type, value, false)
      case 'int32':
        return typeof value === 'number' && Number.isInteger(value) && value >= -2_147_483_648 && value <= 2_147_483_647 ? value : this.wrongType(type, value, 0)
      case 'int64':
        return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 9_223_372_036_854_775_808 ? value : this.wrongType(type, value, 0)
      case 'struct':
        return isRecord(value) ? this.struct(structOf(type.struct ?? ''), value) : this.wrongType(type, value, zeroOf(type))
      case 'list':
        return Array.isArray(value) ? this.list(type, value) : this.wrongType(type, value, [])
      case 'map':
        return isRecord(value) ? this.map(type, value) : this.wrongType(type, value, {})
      case 'any':
        this.walk(value, this.path.length)
        return value
      default:
        return this.selfDecoding(type, value)
    }
  }

  private list(type: GoType, values: readonly unknown[]): readonly unknown[] {
    if (values.length === 0) return values
    this.enter(values.length)
    const element = type.element ?? type
    const owner = this.owner
    let changed = !Object.isFrozen(values)
    const list: unknown[] = []
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at]
      this.path.push(at)
      const inner = value === null || value === undefined ? zeroOf(element) : this.value(element, value)
      this.path.pop()
      this.owner = owner
      if (inner !== value) changed = true
      list.push(inner)
    }
    return changed ? list : values
  }

  private map(type: GoType, values: Json): Json {
    const keys = Object.keys(values)
    if (keys.length === 0) return values
    this.enter(keys.length)
    const element = type.element ?? type
    const owner = this.owner
    this.inResourceList = type.text === 'v1.ResourceList'
    let changed = !Object.isFrozen(values)
    const entries: [string, unknown][] = []
    for (const key of keys) {
      const value = values[key]
      this.path.push(key)
      const inner = value === null || value === undefined ? zeroOf(element) : this.value(element, value)
      this.path.pop()
      this.owner = owner
      if (inner !== value) changed = true
      entries.push([key, inner])
    }
    this.inResourceList = false
    entries.sort(([one], [other]) => (one < other ? -1 : 1))
    // fromEntries defines own properties, so that a key named __proto__ is a key like any other.
    return changed ? Object.fromEntries(entries) : values
  }

  private selfDecoding(type: GoType, value: unknown): unknown {
    if (type.kind === 'quantity') return this.accept(canonicalQuantity(value, this.inResourceList))
    if (type.kind === 'intOrString') {
      if (typeof value === 'string') return value
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2_147_483_648 ? value : this.abort('int32', value)
    }
    if (typeof value !== 'string') return type.kind === 'bytes' ? this.wrongType(type, value, '') : this.abort('string', value)
    if (type.kind === 'bytes') return this.accept(decodeBytes(value))
    return this.accept(decodeTime(value, type.kind === 'time' ? 'time' : 'microTime'))
  }

  private accept(result: ScalarResult): string {
    if (result.ok) return result.value
    throw new DecodeFault(result.error)
  }

  private wrongType<T>(type: GoType, value: unknown, zero: T): T {
    this.typeError ??= this.typeErrorText(type.text, value)
    return zero
  }

  private abort(type: string, value: unknown): never {
    throw new DecodeFault(this.typeErrorText(type, value))
  }

  private typeErrorText(type: string, value: unknown): string {
    return `json: cannot unmarshal ${jsonName(value, type)} into Go struct field ${this.owner}.${this.fieldPath.join('.')} of type ${type}`
  }

  private noteUnknown(field: string): void {
    if (this.unknownFields.length < maxUnknownFields && !this.unknownFields.includes(field)) this.unknownFields.push(field)
  }

  /** What is kept as it came is bounded all the same. */
  private walk(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null) return
    if (depth > maxDepth) throw new DecodeFault('json: exceeded max depth')
    const inner = Object.values(value)
    this.enter(inner.length)
    for (const one of inner) this.walk(one, depth + 1)
  }

  private enter(nodes = 1): void {
    this.nodes += nodes
    if (this.path.length > maxDepth) throw new DecodeFault('json: exceeded max depth')
    if (this.nodes > maxNodes) throw new DecodeFault('json: too many values')
  }
}

function assemble(struct: GoStruct, found: ReadonlyMap<string, unknown>): Json {
  const object: Record<string, unknown> = {}
  for (const field of struct.fields) {
    const value = found.get(field.name)
    if (value === undefined) {
      const printed = absent(field)
      if (printed !== undefined) object[field.name] = printed
    } else if (!isOmitted(field, value)) {
      object[field.name] = value
    }
  }
  return object
}

/** What Go prints for a field that nobody set; undefined when it prints nothing. */
function absent({ type, pointer, always, omitZero }: GoField): unknown {
  if (omitZero) return undefined
  if (pointer) return always ? null : undefined
  if (type.kind === 'struct' || type.kind === 'quantity' || type.kind === 'intOrString' || type.kind === 'time' || type.kind === 'microTime') return zeroOf(type)
  return always ? zeroOf(type) : undefined
}

/** omitempty: a value that is given and yet not printed. */
function isOmitted({ type, pointer, always }: GoField, value: unknown): boolean {
  if (pointer || always) return false
  switch (type.kind) {
    case 'string':
    case 'bytes':
      return value === ''
    case 'bool':
      return value === false
    case 'int32':
    case 'int64':
      return value === 0
    case 'list':
      return Array.isArray(value) && value.length === 0
    case 'map':
      return isRecord(value) && Object.keys(value).length === 0
    default:
      return false
  }
}

const zeroStructs = new Map<string, Json>()

function zeroOf(type: GoType): unknown {
  switch (type.kind) {
    case 'string':
    case 'bytes':
      return ''
    case 'bool':
      return false
    case 'int32':
    case 'int64':
    case 'intOrString':
      return 0
    case 'quantity':
      return '0'
    case 'struct': {
      const name = type.struct ?? ''
      const known = zeroStructs.get(name)
      if (known) return known
      const zero = Object.freeze(assemble(structOf(name), new Map()))
      zeroStructs.set(name, zero)
      return zero
    }
    default:
      return null
  }
}

function sameKeys(one: Json, other: Json): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Go quotes the number itself only where a number was wanted. */
function jsonName(value: unknown, wanted: string): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return wanted.startsWith('int') ? `number ${String(value)}` : 'number'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** `spec.containers[0].name` */
function pathText(path: readonly (string | number)[]): string {
  let text = ''
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text ? `.${step}` : step
  return text
}
