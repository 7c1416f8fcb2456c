/** How many keys a chunk holds before it is split in two: small enough that inserting moves little, large enough that there are few chunks. */
const chunkLimit = 256

/** How many new keys wait at most until they are put in their places: few enough that nobody waits for that. */
const mostFresh = 512

/**
 * The keys of the store in order. Inserting and removing touch one chunk; a range starts where a binary search says, never with a scan.
 * New keys are put in their places when somebody asks, or together when there are many: what lies in a large store is far away in memory, and what comes together goes to the same places.
 */
export class OrderedKeys {
  private readonly chunks: string[][] = []
  private readonly fresh: string[] = []
  private count = 0

  get size(): number {
    return this.count
  }

  /** The key must not be there yet. */
  add(key: string): void {
    this.count += 1
    this.fresh.push(key)
    if (this.fresh.length === mostFresh) this.place()
  }

  private place(): void {
    const { fresh } = this
    if (fresh.length === 0) return
    fresh.sort()
    for (let at = 0; at < fresh.length; at += 1) this.insert(fresh[at]!)
    fresh.length = 0
  }

  private insert(key: string): void {
    if (this.chunks.length === 0) {
      this.chunks.push([key])
      return
    }
    const at = Math.max(0, this.chunkOf(key))
    const chunk = this.chunks[at]!
    // Names often rise (web-1, web-2 …), so the end is tried before the search.
    if (chunk[chunk.length - 1]! < key) chunk.push(key)
    else chunk.splice(lowerBound(chunk, key), 0, key)
    if (chunk.length > chunkLimit) this.chunks.splice(at + 1, 0, chunk.splice(chunkLimit / 2))
  }

  /** The key must be there. */
  remove(key: string): void {
    this.place()
    const at = this.chunkOf(key)
    const chunk = this.chunks[at]!
    chunk.splice(lowerBound(chunk, key), 1)
    if (chunk.length === 0) this.chunks.splice(at, 1)
    this.count -= 1
  }

  /** Visits the keys from `from` on, in order, that start with `prefix`, until the visitor answers false. */
  visit(prefix: string, from: string, visitor: (key: string) => boolean): void {
    this.place()
    const start = from > prefix ? from : prefix
    let at = Math.max(0, this.chunkOf(start))
    let within = at < this.chunks.length ? lowerBound(this.chunks[at]!, start) : 0
    for (; at < this.chunks.length; at += 1, within = 0) {
      const chunk = this.chunks[at]!
      for (; within < chunk.length; within += 1) {
        const key = chunk[within]!
        if (!key.startsWith(prefix) || !visitor(key)) return
      }
    }
  }

  /** The last chunk whose first key is not after `key`; -1 when all chunks come after it. */
  private chunkOf(key: string): number {
    let low = 0
    let high = this.chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.chunks[middle]![0]! <= key) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
