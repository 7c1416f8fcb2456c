import { sealedList } from '../kernel/sealed-list.ts'
/** What is known of an object by name. */
export interface Named {
  readonly metadata: { readonly namespace?: string; readonly name: string }
}

/** The place of one object in a cache: whoever holds on to it sees the newest version. */
export interface Entry<T extends Named> {
  object: T
}

/** So many that have come are put in their places one by one; for more all are sorted anew. */
const few = 16

const nothing: readonly never[] = sealedList([])

/** Entries that are put in the order of their keys when somebody asks: many buckets are filled, and few are looked into. Arrays that were handed out never change. */
export class SortedBucket<T extends Named> {
  private readonly entries: Entry<T>[]
  /** So many of the first are in order. */
  private ordered = 0
  private handedOut: readonly T[] = nothing

  constructor(entries: Entry<T>[]) {
    this.entries = entries
  }

  get size(): number {
    return this.entries.length
  }

  get list(): readonly T[] {
    const { entries, handedOut } = this
    if (this.ordered < entries.length) this.order()
    return isListOf(handedOut, entries) ? handedOut : (this.handedOut = entries.map(({ object }) => object))
  }

  /** What is not here yet. */
  add(entry: Entry<T>): void {
    this.entries.push(entry)
  }

  remove(entry: Entry<T>): void {
    const at = this.entries.indexOf(entry)
    if (at < 0) return
    this.entries.splice(at, 1)
    if (at < this.ordered) this.ordered -= 1
  }

  private order(): void {
    const { entries } = this
    if (entries.length - this.ordered > few) entries.sort(compareEntries)
    else for (let late = this.ordered; late < entries.length; late += 1) this.putInPlace(late)
    this.ordered = entries.length
  }

  /** All before it are in order. */
  private putInPlace(late: number): void {
    const { entries } = this
    const entry = entries[late]!
    let low = 0
    let high = late
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareEntries(entries[middle]!, entry) < 0) low = middle + 1
      else high = middle
    }
    if (low === late) return
    entries.splice(late, 1)
    entries.splice(low, 0, entry)
  }
}

function isListOf<T extends Named>(list: readonly T[], entries: readonly Entry<T>[]): boolean {
  if (list.length !== entries.length) return false
  for (let at = 0; at < list.length; at += 1) if (list[at] !== entries[at]!.object) return false
  return true
}

/** By namespace/name as one text, without making that text: most objects met are of one namespace. */
function compareEntries({ object: { metadata: a } }: Entry<Named>, { object: { metadata: b } }: Entry<Named>): number {
  if (a.namespace !== b.namespace) return compareNamespaces(a.namespace ?? '', b.namespace ?? '')
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1
}

/** What is in one namespace goes before what is in another when its keys do: `a-b/x` before `a/x`. */
export function compareNamespaces(a: string, b: string): number {
  return `${a}/` < `${b}/` ? -1 : 1
}
