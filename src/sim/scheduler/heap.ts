/** A binary heap whose members can be taken out by identity. Equal members do not exist: `before` is total. */
export class Heap<T extends object> {
  private readonly items: T[] = []
  private readonly places = new Map<T, number>()
  private readonly before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.before = before
  }

  get size(): number {
    return this.items.length
  }

  has(item: T): boolean {
    return this.places.has(item)
  }

  peek(): T | undefined {
    return this.items[0]
  }

  push(item: T): void {
    this.items.push(item)
    this.places.set(item, this.items.length - 1)
    this.rise(this.items.length - 1)
  }

  pop(): T | undefined {
    const first = this.items[0]
    if (first) this.remove(first)
    return first
  }

  remove(item: T): boolean {
    const at = this.places.get(item)
    if (at === undefined) return false
    this.places.delete(item)
    const last = this.items.pop()!
    if (last === item) return true
    this.items[at] = last
    this.places.set(last, at)
    this.rise(at)
    this.sink(this.places.get(last)!)
    return true
  }

  private rise(start: number): void {
    let at = start
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.before(this.items[at]!, this.items[parent]!)) return
      this.swap(at, parent)
      at = parent
    }
  }

  private sink(start: number): void {
    let at = start
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.items.length) return
      if (child + 1 < this.items.length && this.before(this.items[child + 1]!, this.items[child]!)) child += 1
      if (!this.before(this.items[child]!, this.items[at]!)) return
      this.swap(at, child)
      at = child
    }
  }

  private swap(a: number, b: number): void {
    const one = this.items[a]!
    const other = this.items[b]!
    this.items[a] = other
    this.items[b] = one
    this.places.set(one, b)
    this.places.set(other, a)
  }
}
