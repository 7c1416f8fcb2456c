import { assert } from '../../kernel/assert.ts'
import { createBlank } from './blank.ts'
import { goTypes } from './go-types.ts'

/** What a JSON value must be to fit a Go type. */
export type GoKind = 'string' | 'bool' | 'int32' | 'int64' | 'struct' | 'list' | 'map' | 'time' | 'microTime' | 'quantity' | 'intOrString' | 'bytes' | 'any'

/** A Go type, as decoding sees it. */
export interface GoType {
  readonly kind: GoKind
  /** The type's name as Go's messages print it: `[]v1.Container`. */
  readonly text: string
  /** Of a list or map. */
  readonly element?: GoType
  /** Of a struct: its row in the table. */
  readonly struct?: string
  /** The same, once it has been asked for. */
  known?: GoStruct
}

/** One field of a Go struct. */
export interface GoField {
  readonly name: string
  /** Its place in the struct. */
  readonly index: number
  readonly type: GoType
  /** An explicit zero or empty value stays. */
  readonly pointer: boolean
  /** Printed even when empty. */
  readonly always: boolean
  /** Omitted when zero although a struct. */
  readonly omitZero: boolean
  /** The embedded struct that it is of, as Go's messages name it in a place. */
  readonly embeddedIn?: string
}

export interface GoStruct {
  /** As Go has it; two packages may have one of that name. */
  readonly name: string
  /** In Go's order, which is the order of printing; only that an object begins with its apiVersion. */
  readonly fields: readonly GoField[]
  readonly byName: ReadonlyMap<string, GoField>
  /** Which field came where in the object that was read last. */
  readonly order: (GoField | undefined)[]
  /** Many objects hold the very same ones. */
  readonly isShared: boolean
  /** The fields that are printed even when nobody set them. */
  readonly printing: readonly GoField[]
  /** Makes an empty object to hold such fields. */
  blank(): Record<string, unknown>
  /** The same for the metadata of such an object: kinds differ in how much they have. */
  blankMetadata(): Record<string, unknown>
}

const structs = new Map<string, GoStruct>()
const types = new Map<string, GoType>()

/** Structs of which many objects, or many versions of one, hold the very same. */
const shared: ReadonlySet<string> = new Set(['PodSpec', 'PodCondition', 'EndpointAddress'])

/** The struct of this name; asking for one that is not in the table is our own mistake. */
export function structOf(name: string): GoStruct {
  const known = structs.get(name)
  if (known) return known
  const row = goTypes[name]
  assert(row !== undefined, `no Go type ${name} in the table`)
  const texts = row === '' ? [] : row.split('|')
  if (texts[0] === 'kind:string' && texts[1] === 'apiVersion:string') texts.splice(0, 2, 'apiVersion:string', 'kind:string')
  const fields = parseFields(texts)
  const byName = new Map(fields.map((field) => [field.name, field]))
  const struct = { name: inGo(name), fields, byName, order: [], isShared: shared.has(name), printing: fields.filter(printsZero), blank: createBlank(), blankMetadata: createBlank() }
  structs.set(name, struct)
  return struct
}

/** The type of a struct by its name in the table. */
export function typeNamed(struct: string): GoType {
  return parseType(`v1.${struct}`)
}

/** The struct that a type is. */
export function structOfType(type: GoType): GoStruct {
  return (type.known ??= structOf(type.struct ?? ''))
}

function parseFields(texts: readonly string[]): GoField[] {
  let embeddedIn: string | undefined
  return texts.map((text, index) => {
    const start = text.indexOf('>')
    if (start > 0) embeddedIn = text.slice(0, start)
    const isLast = text.endsWith('<')
    const field = parseField(text.slice(start + 1, isLast ? -1 : undefined), index, embeddedIn)
    if (isLast) embeddedIn = undefined
    return field
  })
}

function parseField(text: string, index: number, embeddedIn: string | undefined): GoField {
  const colon = text.indexOf(':')
  const flag = text.at(-1)
  const always = flag === '!'
  const omitZero = flag === '0'
  const code = text.slice(colon + 1, always || omitZero ? -1 : undefined)
  const pointer = code.startsWith('*')
  return { name: text.slice(0, colon), index, type: parseType(pointer ? code.slice(1) : code), pointer, always, omitZero, ...(embeddedIn !== undefined && { embeddedIn }) }
}

/** Structs, and the types that print themselves, know no omitempty; pointers and all others do. */
function printsZero({ type: { kind }, pointer, always, omitZero }: GoField): boolean {
  if (omitZero) return false
  return always || (!pointer && ['struct', 'quantity', 'intOrString', 'time', 'microTime'].includes(kind))
}

const scalars: ReadonlyMap<string, GoKind> = new Map<string, GoKind>([
  ['string', 'string'], ['bool', 'bool'], ['int32', 'int32'], ['int64', 'int64'], ['[]uint8', 'bytes'], ['v1.Time', 'time'], ['v1.MicroTime', 'microTime'],
  ['resource.Quantity', 'quantity'], ['intstr.IntOrString', 'intOrString'], ['v1.FieldsV1', 'any'],
])

function parseType(code: string): GoType {
  const known = types.get(code)
  if (known) return known
  const type = readType(code)
  types.set(code, type)
  return type
}

function readType(code: string): GoType {
  const scalar = scalars.get(code)
  if (scalar) return { kind: scalar, text: code }
  if (code.endsWith('$')) return { kind: 'string', text: code.slice(0, -1) }
  const equals = code.indexOf('=')
  if (equals > 0) return { ...parseType(code.slice(equals + 1)), text: code.slice(0, equals) }
  if (code.startsWith('map[')) return { kind: 'map', text: code, element: parseType(code.slice(code.indexOf(']') + 1)) }
  if (code.startsWith('[]')) return { kind: 'list', text: inGo(code), element: elementOf(code.slice(2)) }
  return { kind: 'struct', text: inGo(code), struct: code.slice(code.indexOf('.') + 1) }
}

/** The table has two structs that Go calls EndpointPort, each in a package called v1. */
function inGo(text: string): string {
  return text.replace('CoreEndpointPort', 'EndpointPort')
}

/** Elements of lists carry no mark: what is not in the table of structs is a string type. */
function elementOf(code: string): GoType {
  const bare = code.slice(code.indexOf('.') + 1)
  return scalars.has(code) || code.startsWith('*') || goTypes[bare] !== undefined ? parseType(code) : { kind: 'string', text: code }
}
