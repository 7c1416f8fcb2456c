// Upstream: apimachinery/pkg/runtime/converter.go FromUnstructured (v1.36). Left out: lists of numbers for bytes.
import { isList, isObject, jsonType, put } from '../patch/json-values.ts'
import { structOf, structOfType, type GoStruct, type GoType } from './go-type.ts'
import { canonicalQuantity } from './quantities.ts'
import { decodeBytes, decodeTime, type ScalarResult } from './scalars.ts'

/** The document as something that can be read, or why it cannot be: the first fault in the order of Go's fields. */
export type Restored = { readonly ok: true; readonly value: Fields } | { readonly ok: false; readonly error: string }

type Fields = Readonly<Record<string, unknown>>

class RestoreFault extends Error {}

/**
 * What a strategic merge patch made of an object of this kind goes straight into Go's structs, without JSON: other values fit than in a body that is read,
 * and the faults have other words.
 */
export function restore(kind: string, document: Fields): Restored {
  try {
    return { ok: true, value: restoreStruct(structOf(kind), document) }
  } catch (fault) {
    if (fault instanceof RestoreFault) return { ok: false, error: fault.message }
    throw fault
  }
}

function restoreStruct(struct: GoStruct, value: Fields): Fields {
  const result: Record<string, unknown> = { ...value }
  for (const { name, type } of struct.fields) if (Object.hasOwn(value, name)) result[name] = restoreValue(type, value[name])
  return result
}

function restoreValue(type: GoType, value: unknown): unknown {
  if (value === null || value === undefined) return value
  switch (type.kind) {
    case 'string':
      if (Number.isInteger(value)) throw new RestoreFault(`cannot convert int64 to ${type.text}`)
      return ofKind('string', value)
    case 'bool':
      return ofKind('bool', value)
    case 'int32':
    case 'int64':
      if (typeof value !== 'number') throw new RestoreFault(`unrecognized type: ${type.kind}`)
      if (!Number.isInteger(value)) throw new RestoreFault(`cannot convert float64 to ${type.text}`)
      // Go keeps the low bits of what is too large.
      return type.kind === 'int32' ? Number(BigInt.asIntN(32, BigInt(value))) : value
    case 'struct':
      if (!isObject(value)) throw new RestoreFault(`cannot restore struct from: ${goKind(value)}`)
      return restoreStruct(structOfType(type), value)
    case 'list':
      if (!isList(value)) throw new RestoreFault(`cannot restore slice from ${goKind(value)}`)
      return value.map((item) => restoreValue(type.element!, item))
    case 'map': {
      if (!isObject(value)) throw new RestoreFault(`cannot restore map from ${goKind(value)}`)
      const result: Record<string, unknown> = {}
      for (const key of Object.keys(value)) put(result, key, restoreValue(type.element!, value[key]))
      return result
    }
    case 'any':
      return value
    default:
      return restoreText(type, value)
  }
}

/** What reads itself from JSON, and bytes. */
function restoreText({ kind }: GoType, value: unknown): unknown {
  if (kind === 'quantity') return known(canonicalQuantity(value, false), value)
  if (kind === 'bytes') {
    if (typeof value !== 'string') throw new RestoreFault(`cannot restore slice from ${goKind(value)}`)
    return known(decodeBytes(value), value, 'error decoding from json: ')
  }
  if (kind === 'intOrString') {
    if (typeof value === 'string' || Number.isInteger(value)) return value
    throw new RestoreFault(`json: cannot unmarshal ${jsonType(value)}${typeof value === 'number' ? ` ${value}` : ''} into Go value of type int32`)
  }
  if (typeof value !== 'string') throw new RestoreFault(`json: cannot unmarshal ${jsonType(value)} into Go value of type string`)
  return known(decodeTime(value, kind === 'time' ? 'time' : 'microTime'), value)
}

/** The value as it came, if it is one. */
function known(result: ScalarResult, value: unknown, start = ''): unknown {
  if (result.ok) return value
  throw new RestoreFault(start + result.error)
}

function ofKind(wanted: 'string' | 'bool', value: unknown): unknown {
  if (goKind(value) === wanted) return value
  throw new RestoreFault(`unrecognized type: ${wanted}`)
}

/** Go's reflect.Kind of a decoded JSON value. */
function goKind(value: unknown): string {
  if (isList(value)) return 'slice'
  if (isObject(value)) return 'map'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

