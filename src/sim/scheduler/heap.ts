/** What a heap holds: it writes down on it where it stands. */
export interface Placed {
  place: number
}

/** A binary heap whose members can be taken out by identity. Equal members do not exist: `before` is total. One is in one heap at a time. */
export class Heap<T extends Placed> {
  /** Longer than it has members: an array that is emptied and filled in turn would get its memory anew each time. */
  private readonly items: (T | undefined)[] = []
  private count = 0
  private readonly before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.before = before
  }

  get size(): number {
    return this.count
  }

  has(item: T): boolean {
    return this.items[item.place] === item
  }

  peek(): T | undefined {
    return this.items[0]
  }

  push(item: T): void {
    this.count += 1
    this.rise(item, this.count - 1)
  }

  remove(item: T): boolean {
    if (!this.has(item)) return false
    this.count -= 1
    const last = this.items[this.count]!
    this.items[this.count] = undefined
    if (last === item) return true
    this.rise(last, item.place)
    this.sink(last, last.place)
    return true
  }

  /** Puts it there or as much higher as it belongs. */
  private rise(item: T, start: number): void {
    let at = start
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.before(item, this.items[parent]!)) break
      this.put(this.items[parent]!, at)
      at = parent
    }
    this.put(item, at)
  }

  /** The same downwards. */
  private sink(item: T, start: number): void {
    const { items, count } = this
    let at = start
    for (;;) {
      let child = 2 * at + 1
      if (child >= count) break
      if (child + 1 < count && this.before(items[child + 1]!, items[child]!)) child += 1
      if (!this.before(items[child]!, item)) break
      this.put(items[child]!, at)
      at = child
    }
    this.put(item, at)
  }

  private put(item: T, at: number): void {
    this.items[at] = item
    item.place = at
  }
}
