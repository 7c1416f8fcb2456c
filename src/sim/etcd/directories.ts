import { byKey, Directory, type Place } from './directory.ts'
import type { Differences } from './store.ts'

/** All directories of a store, in order. */
export class Directories<V> {
  private readonly byPrefix = new Map<string, Directory<V>>()
  private ordered: readonly Directory<V>[] = []
  private differences: readonly Differences<V>[] = []

  get size(): number {
    return this.ordered.reduce((sum, { names }) => sum + names.size, 0)
  }

  get(prefix: string): Directory<V> | undefined {
    return this.byPrefix.get(prefix)
  }

  add(prefix: string): Directory<V> {
    const directory = new Directory<V>(prefix, this.differencesIn(prefix))
    this.byPrefix.set(prefix, directory)
    this.ordered = [...this.ordered, directory].sort((one, other) => (one.prefix < other.prefix ? -1 : 1))
    return directory
  }

  /** From now on replaced values under a prefix are kept as what differs. */
  keepDifferences(differences: Differences<V>): void {
    this.differences = [...this.differences.filter(({ prefix }) => prefix !== differences.prefix), differences]
    for (const directory of this.ordered) directory.differences = this.differencesIn(directory.prefix)
  }

  /** Visits what lies under a prefix, from a key on, in the order of the keys, until the visitor answers false. */
  visit(prefix: string, from: string, visitor: (place: Place<V>) => boolean): void {
    const homes = this.under(prefix)
    const isNested = homes.some(({ prefix: home }, at) => at > 0 && home.startsWith(homes[at - 1]!.prefix))
    const sorted: Place<V>[] = []
    let goesOn = true
    for (const { prefix: home, names, places } of homes) {
      const isWithin = from.startsWith(home)
      if (from > home && !isWithin) continue
      names.visit(prefix.slice(home.length), isWithin ? from.slice(home.length) : '', (name) => {
        const place = places.get(name)!
        return (goesOn = isNested ? sorted.push(place) > 0 : visitor(place))
      })
      if (!goesOn) return
    }
    // A directory in another: their keys lie among one another. Kubernetes has none.
    for (const place of sorted.sort(byKey)) if (!visitor(place)) return
  }

  private differencesIn(home: string): Differences<V> | null {
    return this.differences.find(({ prefix }) => home.startsWith(prefix)) ?? null
  }

  /** Those that may hold keys of a prefix, in order. */
  private under(prefix: string): Directory<V>[] {
    const own = this.byPrefix.get(prefix.slice(0, prefix.lastIndexOf('/') + 1))
    const homes = own ? [own] : []
    const { ordered } = this
    let low = 0
    let high = ordered.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (ordered[middle]!.prefix < prefix) low = middle + 1
      else high = middle
    }
    for (; low < ordered.length && ordered[low]!.prefix.startsWith(prefix); low += 1) if (ordered[low] !== own) homes.push(ordered[low]!)
    return homes
  }
}
