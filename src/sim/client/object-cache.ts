import type { ObjectKey } from '../api/objects.ts'
import type { Lister } from './component.ts'
import { compareNamespaces, SortedBucket, type Named } from './sorted-bucket.ts'

interface Index<T extends Named> {
  readonly name: string
  readonly valuesOf: (object: T) => readonly string[]
  readonly buckets: Map<string, SortedBucket<T>>
}

/** What is in one namespace, or in none. */
interface Place<T extends Named> {
  readonly namespace: string
  /** Under the names that the objects themselves hold: a key as one text would be another text for each. */
  readonly byName: Map<string, T>
  /** Made when somebody lists for the first time: many informers are only asked by key or index. */
  sorted: SortedBucket<T> | null
}

const nothing: readonly never[] = Object.freeze([])

/** client-go's thread-safe store with its indexers: what an informer knows, found by key, by namespace and by index. */
export class ObjectCache<T extends Named> implements Lister<T> {
  /** In the order of their keys; there are few. */
  private places: readonly Place<T>[] = nothing
  private indexes: readonly Index<T>[] = nothing
  /** All namespaces' lists in one, as long as nothing changes. */
  private all: readonly T[] | null = null

  get(key: ObjectKey): T | undefined {
    const slash = key.indexOf('/')
    if (slash < 0) return this.placeOf('')?.byName.get(key)
    for (const { namespace, byName } of this.places) if (namespace.length === slash && key.startsWith(namespace)) return byName.get(key.slice(slash + 1))
    return undefined
  }

  list(namespace?: string): readonly T[] {
    if (namespace !== undefined) return this.listOf(this.placeOf(namespace))
    if (this.places.length < 2) return this.listOf(this.places[0])
    return (this.all ??= this.places.flatMap((place) => this.listOf(place)))
  }

  byIndex(index: string, value: string): readonly T[] {
    for (const { name, buckets } of this.indexes) if (name === index) return buckets.get(value)?.list ?? nothing
    return nothing
  }

  indexValues(index: string): Iterable<string> {
    return this.indexes.find(({ name }) => name === index)?.buckets.keys() ?? nothing
  }

  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    const index = { name, valuesOf, buckets: new Map<string, SortedBucket<T>>() }
    this.indexes = [...this.indexes.filter((other) => other.name !== name), index]
    for (const { byName } of this.places) for (const object of byName.values()) for (const value of valuesOf(object)) bucketOf(index.buckets, value).put(object)
  }

  /** What was there before. */
  put(object: T): T | undefined {
    const { namespace = '', name } = object.metadata
    const { byName, sorted } = this.placeOf(namespace) ?? this.addPlace(namespace)
    const old = byName.get(name)
    byName.set(name, object)
    sorted?.put(object, old)
    this.all = null
    const { indexes } = this
    for (let at = 0; at < indexes.length; at += 1) reindex(indexes[at]!, old, object)
    return old
  }

  /** What was there under the key of this object. */
  remove({ metadata: { namespace = '', name } }: T): T | undefined {
    const place = this.placeOf(namespace)
    const old = place?.byName.get(name)
    if (!place || !old) return undefined
    place.byName.delete(name)
    place.sorted?.remove(old)
    if (place.byName.size === 0) this.places = this.places.filter((other) => other !== place)
    this.all = null
    for (const index of this.indexes) reindex(index, old, undefined)
    return old
  }

  private placeOf(namespace: string): Place<T> | undefined {
    for (const place of this.places) if (place.namespace === namespace) return place
    return undefined
  }

  private addPlace(namespace: string): Place<T> {
    const place: Place<T> = { namespace, byName: new Map(), sorted: null }
    this.places = [...this.places, place].sort((a, b) => compareNamespaces(a.namespace, b.namespace))
    return place
  }

  private listOf(place: Place<T> | undefined): readonly T[] {
    if (!place) return nothing
    if (!place.sorted) {
      place.sorted = new SortedBucket()
      const names = [...place.byName.keys()].sort()
      for (const name of names) place.sorted.put(place.byName.get(name)!)
    }
    return place.sorted.list
  }
}

function reindex<T extends Named>({ valuesOf, buckets }: Index<T>, old: T | undefined, object: T | undefined): void {
  const values = object === undefined ? nothing : valuesOf(object)
  const before = old === undefined ? nothing : valuesOf(old)
  if (old !== undefined && before !== values) for (const value of before) if (!values.includes(value)) dropFrom(buckets, value, old)
  if (object !== undefined) for (const value of values) bucketOf(buckets, value).put(object, old)
}

function bucketOf<T extends Named>(buckets: Map<string, SortedBucket<T>>, value: string): SortedBucket<T> {
  let bucket = buckets.get(value)
  if (!bucket) buckets.set(value, (bucket = new SortedBucket()))
  return bucket
}

function dropFrom<T extends Named>(buckets: Map<string, SortedBucket<T>>, value: string, object: T): void {
  const bucket = buckets.get(value)
  bucket?.remove(object)
  if (bucket?.size === 0) buckets.delete(value)
}
