import type { ObjectMeta, OwnerReference } from './generated/types.ts'

/** What every stored object has. Stored objects are frozen and share structure: change one by making a new one. */
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
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}

/** Freezes an object and everything in it that is not frozen yet. What is frozen is complete: its insides are not walked again. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value
  // Stored objects are plain JSON, so that this visits their own keys only, and makes no list of them.
  for (const key in value) if (typeof value[key] === 'object') deepFreeze(value[key])
  return Object.freeze(value)
}
