import { sealedList } from '../../kernel/sealed-list.ts'
import type { GoField, GoStruct, GoType } from './go-type.ts'
import { structOfType } from './go-type.ts'

/** What Go prints for a field that nobody set, of those that print something then. */
export function zeroValue({ type, pointer }: GoField): unknown {
  return pointer ? null : zeroOf(type)
}

/** omitempty: a value that is given and yet not printed. */
export function isOmitted({ type, pointer, always }: GoField, value: unknown): boolean {
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
    case 'map':
      return value === emptyList || value === emptyMap || isEmpty(value)
    default:
      return false
  }
}

/** A list, and a map, that nothing is in. */
export const emptyList: readonly never[] = sealedList([])
export const emptyMap: Readonly<Record<string, never>> = Object.freeze({})

const zeroStructs = new Map<GoStruct, Readonly<Record<string, unknown>>>()

/** Go's zero value of a type, as it is printed. */
export function zeroOf(type: GoType): unknown {
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
    case 'struct':
      return zeroStruct(structOfType(type))
    default:
      return null
  }
}

function zeroStruct(struct: GoStruct): Readonly<Record<string, unknown>> {
  const known = zeroStructs.get(struct)
  if (known) return known
  const zero: Record<string, unknown> = {}
  for (const field of struct.printing) zero[field.name] = zeroValue(field)
  zeroStructs.set(struct, Object.freeze(zero))
  return zero
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.length === 0
  for (const _key in value) return false
  return true
}
