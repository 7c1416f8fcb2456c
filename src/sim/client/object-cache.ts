import type { ObjectKey } from '../api/objects.ts'
import type { Lister } from './component.ts'
import { SortedBucket } from './sorted-bucket.ts'

interface Index<T> {
  readonly valuesOf: (object: T) => readonly string[]
  readonly buckets: Map<string, SortedBucket<T>>
}

const nothing: readonly never[] = Object.freeze([])

/** client-go's thread-safe store with its indexers: what an informer knows, found by key, by namespace and by index. */
export class ObjectCache<T extends { readonly metadata: { readonly namespace?: string } }> implements Lister<T> {
  private readonly byKey = new Map<ObjectKey, T>()
  private readonly indexes = new Map<string, Index<T>>()
  /** Made when somebody lists for the first time: many informers are only asked by key or index. */
  private all: SortedBucket<T> | null = null
  private namespaces: Map<string, SortedBucket<T>> | null = null

  get(key: ObjectKey): T | undefined {
    return this.byKey.get(key)
  }

  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return (this.all ??= this.sortedAll()).list
    return (this.namespaces ??= this.sortedByNamespace()).get(namespace)?.list ?? nothing
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.indexes.get(index)?.buckets.get(value)?.list ?? nothing
  }

  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    const index = { valuesOf, buckets: new Map<string, SortedBucket<T>>() }
    this.indexes.set(name, index)
    for (const [key, object] of this.byKey) for (const value of valuesOf(object)) bucketOf(index.buckets, value).put(key, object)
  }

  keys(): ObjectKey[] {
    return [...this.byKey.keys()]
  }

  /** What was there before. */
  put(key: ObjectKey, object: T): T | undefined {
    const old = this.byKey.get(key)
    this.byKey.set(key, object)
    this.all?.put(key, object)
    if (this.namespaces) bucketOf(this.namespaces, object.metadata.namespace ?? '').put(key, object)
    for (const index of this.indexes.values()) reindex(index, key, old, object)
    return old
  }

  remove(key: ObjectKey): T | undefined {
    const old = this.byKey.get(key)
    if (!old) return undefined
    this.byKey.delete(key)
    this.all?.remove(key)
    if (this.namespaces) dropFrom(this.namespaces, old.metadata.namespace ?? '', key)
    for (const index of this.indexes.values()) reindex(index, key, old, undefined)
    return old
  }

  private sortedAll(): SortedBucket<T> {
    const bucket = new SortedBucket<T>()
    for (const key of this.keys().sort()) bucket.put(key, this.byKey.get(key)!)
    return bucket
  }

  private sortedByNamespace(): Map<string, SortedBucket<T>> {
    const buckets = new Map<string, SortedBucket<T>>()
    for (const key of this.keys().sort()) {
      const object = this.byKey.get(key)!
      bucketOf(buckets, object.metadata.namespace ?? '').put(key, object)
    }
    return buckets
  }
}

function reindex<T>({ valuesOf, buckets }: Index<T>, key: ObjectKey, old: T | undefined, object: T | undefined): void {
  const values = object === undefined ? nothing : valuesOf(object)
  if (old !== undefined) for (const value of valuesOf(old)) if (!values.includes(value as never)) dropFrom(buckets, value, key)
  if (object !== undefined) for (const value of values) bucketOf(buckets, value).put(key, object)
}

function bucketOf<T>(buckets: Map<string, SortedBucket<T>>, value: string): SortedBucket<T> {
  let bucket = buckets.get(value)
  if (!bucket) buckets.set(value, (bucket = new SortedBucket()))
  return bucket
}

function dropFrom<T>(buckets: Map<string, SortedBucket<T>>, value: string, key: ObjectKey): void {
  const bucket = buckets.get(value)
  bucket?.remove(key)
  if (bucket?.size === 0) buckets.delete(value)
}
