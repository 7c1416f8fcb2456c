import { isComplete, sealedList } from '../../kernel/sealed-list.ts'
import { settled, type KubernetesObject } from '../objects.ts'
import type { GoStruct, GoType } from './go-type.ts'
import { structOf, structOfType } from './go-type.ts'

type Fields = Readonly<Record<string, unknown>>

/** An object as it is stored: a frozen copy under this version, made in one go because every write makes one. Parts that are frozen already are shared, as are the lists that they hold; undefined ones are left out. */
export function settledObject(object: KubernetesObject, resourceVersion: string): KubernetesObject {
  const struct = structOf(object.kind)
  const stored = struct.blank()
  const fields = object as KubernetesObject & Fields
  for (const key in fields) {
    const value = key === 'metadata' ? settledMetadata(struct, object.metadata, resourceVersion) : settledField(struct, fields, key)
    if (value !== undefined) stored[key] = value
  }
  return Object.freeze(stored) as unknown as KubernetesObject
}

/** An object that is being made of what was sent and of metadata, for its maker to change until it is sealed. */
export function draftObject(sent: KubernetesObject, metadata: KubernetesObject['metadata']): KubernetesObject {
  const draft = structOf(sent.kind).blank()
  const fields = sent as KubernetesObject & Fields
  for (const key in fields) {
    const value = key === 'metadata' ? metadata : fields[key]
    if (value !== undefined) draft[key] = value
  }
  return draft as unknown as KubernetesObject
}

/** The same of what its sender has made on a blank and given away: the very object. */
export function takenObject(given: KubernetesObject, metadata: KubernetesObject['metadata']): KubernetesObject {
  ;(given as { metadata: KubernetesObject['metadata'] }).metadata = metadata
  return given
}

/** What becomes of a complete part of this type when some of its fields change: complete as well, and so are the lists that it takes over. */
export function settledWith<T extends object>(type: string, part: T, changes: Partial<T>): T {
  const struct = structOf(type)
  const stored = struct.blank()
  for (const key in part) stored[key] = part[key]
  for (const key in changes) stored[key] = settledField(struct, changes as Fields, key)
  return Object.freeze(stored) as T
}

/** The metadata of such an object, empty. */
export function draftMetadata(kind: string): { -readonly [K in keyof KubernetesObject['metadata']]?: KubernetesObject['metadata'][K] } {
  return structOf(kind).blankMetadata()
}

/** Such an object as it is stored, if nobody has put another in its place: the very one, under this version and frozen. Its parts are frozen already. */
export function sealedObject(draft: KubernetesObject, resourceVersion: string): KubernetesObject {
  ;(draft.metadata as { resourceVersion: string }).resourceVersion = resourceVersion
  Object.freeze(draft.metadata)
  return Object.freeze(draft)
}

/** A copy of metadata with some fields changed: on a blank, because V8 copies what was made on one slowly when it is spread. */
export function metadataWith<T extends KubernetesObject['metadata']>(kind: string, metadata: T, changes: Partial<T>): T {
  const copy = structOf(kind).blankMetadata()
  const fields = metadata as T & Fields
  for (const key in fields) copy[key] = fields[key]
  for (const key in changes) copy[key] = changes[key]
  return copy as T
}

let objectMeta: GoStruct | null = null

function settledMetadata(kind: GoStruct, metadata: KubernetesObject['metadata'], resourceVersion: string): Fields {
  const struct = (objectMeta ??= structOf('ObjectMeta'))
  const stored = kind.blankMetadata()
  const fields = metadata as KubernetesObject['metadata'] & Fields
  for (const key in fields) {
    const value = key === 'resourceVersion' ? resourceVersion : settledField(struct, fields, key)
    if (value !== undefined) stored[key] = value
  }
  stored['resourceVersion'] = resourceVersion
  return Object.freeze(stored)
}

function settledField(struct: GoStruct, holder: Fields, key: string): unknown {
  const value = holder[key]
  if (typeof value !== 'object' || value === null) return settled(value)
  if (Array.isArray(value) ? isComplete(value, holder) : Object.isFrozen(value)) return value
  const field = struct.byName.get(key)
  return field ? settledAs(field.type, value) : settled(value)
}

function settledAs(type: GoType, value: object): unknown {
  if (Object.isFrozen(value)) return value
  if (type.kind === 'list' && Array.isArray(value)) {
    const { element = type } = type
    return sealedList(value.map((inner: unknown) => (typeof inner === 'object' && inner !== null ? settledAs(element, inner) : settled(inner))))
  }
  if (type.kind !== 'struct' || Array.isArray(value)) return settled(value)
  const struct = structOfType(type)
  const stored = struct.blank()
  const fields = value as Fields
  for (const key in fields) {
    const inner = settledField(struct, fields, key)
    if (inner !== undefined) stored[key] = inner
  }
  return Object.freeze(stored)
}
