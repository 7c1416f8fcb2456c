import type { KubernetesObject } from '../objects.ts'

/** A new object's generation: it counts the changes to what is asked for. */
export function firstGeneration<T extends KubernetesObject>(object: T): T {
  return { ...object, metadata: { ...object.metadata, generation: 1 } }
}

/** The generation of an update: one more when `changed`, else what it was. */
export function countGeneration<T extends KubernetesObject>(next: T, old: T, changed: boolean): T {
  const before = old.metadata.generation ?? 0
  const generation = changed ? before + 1 : before
  if (next.metadata.generation === generation || (generation === 0 && next.metadata.generation === undefined)) return next
  return { ...next, metadata: { ...next.metadata, ...(generation > 0 ? { generation } : { generation: undefined }) } }
}

/** Keeps what an update may not touch, sharing the old one's structure. */
export function keep<T extends KubernetesObject, K extends keyof T>(next: T, old: T, field: K): T {
  return next[field] === old[field] ? next : { ...next, [field]: old[field] }
}
