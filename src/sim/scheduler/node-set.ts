/** Some of the nodes by their positions, one bit each: what is true of a thousand nodes is told by 32 numbers. */
export class NodeSet {
  private readonly words: Int32Array

  /** `nodes`: how many there are. */
  constructor(nodes: number) {
    this.words = new Int32Array((nodes + 31) >> 5)
  }

  get isEmpty(): boolean {
    const { words } = this
    for (let at = 0; at < words.length; at += 1) if (words[at] !== 0) return false
    return true
  }

  get size(): number {
    let size = 0
    for (let at = 0; at < this.words.length; at += 1) size += bitsIn(this.words[at]!)
    return size
  }

  has(position: number): boolean {
    return ((this.words[position >> 5]! >>> (position & 31)) & 1) === 1
  }

  add(position: number): void {
    this.words[position >> 5]! |= 1 << (position & 31)
  }

  /** All from one position to before another. */
  addRange(from: number, end: number): void {
    if (from >= end) return
    const { words } = this
    const first = from >> 5
    const last = (end - 1) >> 5
    const head = -1 << (from & 31)
    const tail = -1 >>> (31 - ((end - 1) & 31))
    if (first === last) {
      words[first]! |= head & tail
      return
    }
    words[first]! |= head
    for (let at = first + 1; at < last; at += 1) words[at] = -1
    words[last]! |= tail
  }

  /** All that are in both of the others. */
  addCommon(one: NodeSet, other: NodeSet): void {
    for (let at = 0; at < this.words.length; at += 1) this.words[at]! |= one.words[at]! & other.words[at]!
  }

  delete(position: number): void {
    this.words[position >> 5]! &= ~(1 << (position & 31))
  }

  clear(): void {
    this.words.fill(0)
  }

  /** True when some node is in both. */
  meets(other: NodeSet): boolean {
    const { words } = this
    for (let at = 0; at < words.length; at += 1) if ((words[at]! & other.words[at]!) !== 0) return true
    return false
  }

  /** The first at or after a position and before `end`; `end` when there is none. */
  next(from: number, end: number): number {
    if (from >= end) return end
    const last = (end - 1) >> 5
    let at = from >> 5
    let word = this.words[at]! & (-1 << (from & 31))
    while (word === 0) {
      at += 1
      if (at > last) return end
      word = this.words[at]!
    }
    return Math.min(end, (at << 5) + lowestIn(word))
  }

  /** The one after so many others, beginning at a position and going round. There have to be more than that. */
  after(others: number, from: number): number {
    const { words } = this
    const first = from >> 5
    let left = others
    let at = first
    let word = words[at]! & (-1 << (from & 31))
    for (let count = bitsIn(word); count <= left; count = bitsIn(word)) {
      left -= count
      at = at + 1 === words.length ? 0 : at + 1
      // Come round to where it began: only what stands before it is left there.
      word = words[at]!
    }
    for (; left > 0; left -= 1) word &= word - 1
    return (at << 5) + lowestIn(word)
  }
}

function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Where the lowest bit is. */
function lowestIn(word: number): number {
  return 31 - Math.clz32(word & -word)
}
