import { flatText } from '../kernel/flat-text.ts'
import { sealedList } from '../kernel/sealed-list.ts'
import type { ObjectMeta, OwnerReference } from './generated/types.ts'

/** What every stored object has. Stored objects are frozen, and the lists in them are complete; they share structure: change one by making a new one. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

/** `namespace/name`, or `name` alone for what is not in a namespace. */
export type ObjectKey = string
/** This life of an object; a namesake that comes later has another. */
export type Uid = string

export type Labels = Readonly<Record<string, string>>

export function objectKey(namespace: string | undefined, name: string): ObjectKey {
  return namespace ? `${namespace}/${name}` : name
}

export function keyOf(object: { readonly metadata: Pick<ObjectMeta, 'namespace' | 'name'> }): ObjectKey {
  return objectKey(object.metadata.namespace, object.metadata.name)
}

export function splitKey(key: ObjectKey): { readonly namespace: string | undefined; readonly name: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { namespace: undefined, name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** The owner that manages this object, if one does (metav1.GetControllerOf). */
export function controllerOf(object: { readonly metadata: ObjectMeta }): OwnerReference | undefined {
  const { ownerReferences } = object.metadata
  if (ownerReferences === undefined) return undefined
  // By index: of all that asks in a busy cluster this asks most, and an iterator is one object more.
  for (let at = 0; at < ownerReferences.length; at += 1) if (ownerReferences[at]!.controller === true) return ownerReferences[at]
  return undefined
}

/** Freezes an object and every object in it that is not frozen yet. What is frozen is complete: its insides are not walked again. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value
  if (Array.isArray(value)) {
    for (const inner of value) deepFreeze(inner)
    return sealedList(value) as T
  }
  // Stored objects are plain JSON, so that this visits their own keys only, and makes no list of them.
  for (const key in value) if (typeof value[key] === 'object') deepFreeze(value[key])
  return Object.freeze(value)
}

/**
 * A frozen copy; parts that are frozen already are shared, and what is undefined is left out. A copy, and property by property, because freezing
 * what a spread has made costs V8 a hidden class of its own for every single object: 400 bytes each.
 */
export function settled<T>(value: T): T {
  if (typeof value === 'string') flatText(value)
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  // The copy has the type of what it is a copy of.
  if (Array.isArray(value)) return sealedList(value.map(settled)) as T
  const copy: Record<string, unknown> = {}
  for (const key in value) {
    const inner = settled(value[key])
    if (inner === undefined) continue
    if (key === '__proto__') Object.defineProperty(copy, key, { value: inner, enumerable: true })
    else copy[key] = inner
  }
  return Object.freeze(copy) as T
}
