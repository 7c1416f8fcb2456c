import { sealedList } from '../kernel/sealed-list.ts'
import type { ObjectKey } from '../api/objects.ts'
import type { Lister } from './component.ts'
import { compareNamespaces, SortedBucket, type Entry, type Named } from './sorted-bucket.ts'

interface Index<T extends Named> {
  readonly name: string
  readonly valuesOf: (object: T) => readonly string[]
  readonly keepsValues: (old: T, object: T) => boolean
  readonly buckets: Map<string, SortedBucket<T>>
}

/** What is in one namespace, or in none. */
interface Place<T extends Named> {
  readonly namespace: string
  /** Under the names that the objects themselves hold: a key as one text would be another text for each. */
  readonly byName: Map<string, Entry<T>>
  /** Made when somebody lists for the first time: many informers are only asked by key or index. */
  sorted: SortedBucket<T> | null
}

const nothing: readonly never[] = sealedList([])

/** client-go's thread-safe store with its indexers: what an informer knows, found by key, by namespace and by index. */
export class ObjectCache<T extends Named> implements Lister<T> {
  /** In the order of their keys; there are few. */
  private places: readonly Place<T>[] = nothing
  /** Where something was looked for last: mostly it is there that the next is, too. */
  private last: Place<T> | null = null
  private indexes: readonly Index<T>[] = nothing
  /** All namespaces' lists in one, as long as nothing changes. */
  private all: readonly T[] | null = null

  get(key: ObjectKey): T | undefined {
    const slash = key.indexOf('/')
    if (slash < 0) return this.find(undefined, key)
    for (const { namespace, byName } of this.places) if (namespace.length === slash && key.startsWith(namespace)) return byName.get(key.slice(slash + 1))?.object
    return undefined
  }

  find(namespace: string | undefined, name: string): T | undefined {
    return this.placeOf(namespace ?? '')?.byName.get(name)?.object
  }

  list(namespace?: string): readonly T[] {
    if (namespace !== undefined) return listOf(this.placeOf(namespace))
    if (this.places.length < 2) return listOf(this.places[0])
    return (this.all ??= this.places.flatMap(listOf))
  }

  byIndex(index: string, value: string): readonly T[] {
    for (const { name, buckets } of this.indexes) if (name === index) return buckets.get(value)?.list ?? nothing
    return nothing
  }

  indexValues(index: string): Iterable<string> {
    return this.indexes.find(({ name }) => name === index)?.buckets.keys() ?? nothing
  }

  addIndex(name: string, valuesOf: (object: T) => readonly string[], keepsValues: (old: T, object: T) => boolean = () => false): void {
    const index = { name, valuesOf, keepsValues, buckets: new Map<string, SortedBucket<T>>() }
    this.indexes = [...this.indexes.filter((other) => other.name !== name), index]
    for (const { byName } of this.places) for (const entry of byName.values()) reindex(index, entry, nothing, valuesOf(entry.object))
  }

  /** What was there before. */
  put(object: T): T | undefined {
    const { namespace = '', name } = object.metadata
    const place = this.placeOf(namespace) ?? this.addPlace(namespace)
    const entry = place.byName.get(name)
    this.all = null
    if (!entry) {
      this.add(place, object)
      return undefined
    }
    const old = entry.object
    entry.object = object
    const { indexes } = this
    for (let at = 0; at < indexes.length; at += 1) {
      const index = indexes[at]!
      if (!index.keepsValues(old, object)) reindex(index, entry, index.valuesOf(old), index.valuesOf(object))
    }
    return old
  }

  /** What was there under the key of this object. */
  remove({ metadata: { namespace = '', name } }: T): T | undefined {
    const place = this.placeOf(namespace)
    const entry = place?.byName.get(name)
    if (!place || !entry) return undefined
    place.byName.delete(name)
    place.sorted?.remove(entry)
    if (place.byName.size === 0) this.dropPlace(place)
    this.all = null
    for (const index of this.indexes) reindex(index, entry, index.valuesOf(entry.object), nothing)
    return entry.object
  }

  private add(place: Place<T>, object: T): void {
    const entry = { object }
    place.byName.set(object.metadata.name, entry)
    place.sorted?.add(entry)
    for (const index of this.indexes) reindex(index, entry, nothing, index.valuesOf(object))
  }

  private placeOf(namespace: string): Place<T> | undefined {
    const { places, last } = this
    if (last?.namespace === namespace) return last
    for (let at = 0; at < places.length; at += 1) if (places[at]!.namespace === namespace) return (this.last = places[at]!)
    return undefined
  }

  private addPlace(namespace: string): Place<T> {
    const place: Place<T> = { namespace, byName: new Map(), sorted: null }
    this.places = [...this.places, place].sort((a, b) => compareNamespaces(a.namespace, b.namespace))
    return place
  }

  private dropPlace(place: Place<T>): void {
    this.places = this.places.filter((other) => other !== place)
    this.last = null
  }
}

function listOf<T extends Named>(place: Place<T> | undefined): readonly T[] {
  if (!place) return nothing
  return (place.sorted ??= new SortedBucket([...place.byName.values()])).list
}

/** So many values are compared with one another. */
const few = 16

/** What stays under a value is there already: the bucket shows its newest version by itself. */
function reindex<T extends Named>({ buckets }: Index<T>, entry: Entry<T>, before: readonly string[], values: readonly string[]): void {
  if (before === values) return
  if (before.length + values.length > few) return reindexMany(buckets, entry, new Set(before), new Set(values))
  for (let at = 0; at < before.length; at += 1) if (!values.includes(before[at]!)) dropFrom(buckets, before[at]!, entry)
  // Who says a value twice is there once.
  for (let at = 0; at < values.length; at += 1) if (!before.includes(values[at]!) && values.indexOf(values[at]!) === at) addTo(buckets, values[at]!, entry)
}

function reindexMany<T extends Named>(buckets: Index<T>['buckets'], entry: Entry<T>, before: ReadonlySet<string>, values: ReadonlySet<string>): void {
  for (const value of before) if (!values.has(value)) dropFrom(buckets, value, entry)
  for (const value of values) if (!before.has(value)) addTo(buckets, value, entry)
}

function addTo<T extends Named>(buckets: Map<string, SortedBucket<T>>, value: string, entry: Entry<T>): void {
  const bucket = buckets.get(value)
  if (bucket) bucket.add(entry)
  else buckets.set(value, new SortedBucket([entry]))
}

function dropFrom<T extends Named>(buckets: Map<string, SortedBucket<T>>, value: string, entry: Entry<T>): void {
  const bucket = buckets.get(value)
  bucket?.remove(entry)
  if (bucket?.size === 0) buckets.delete(value)
}
