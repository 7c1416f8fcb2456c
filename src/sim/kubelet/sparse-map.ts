/** A map that is empty for most of its owners: an empty one is shared, because a Map of its own weighs 200 bytes even so. */
export type SparseMap<V> = ReadonlyMap<string, V>

/** What a sparse map starts as. */
export const emptyMap: SparseMap<never> = new Map<string, never>()

/** The map with one more entry. */
export function withEntry<V>(map: SparseMap<V>, key: string, value: V): SparseMap<V> {
  return new Map(map).set(key, value)
}

/** The map without an entry; the same one when it has none. */
export function withoutEntry<V>(map: SparseMap<V>, key: string): SparseMap<V> {
  if (!map.has(key)) return map
  if (map.size === 1) return emptyMap
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
