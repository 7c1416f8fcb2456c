/** The columns before those of the owner. */
const keyColumn = 0
const usedColumn = 1
const ownColumns = 2
const fewestRows = 8
/** Then a key is found after a few steps. */
const fullest = 0.75
const noCells = new Float64Array(0)

/**
 * What somebody remembers of keys that are numbers: a few numbers each. When there are more than `limit`, the key that was not used for longest is forgotten.
 * One typed array with open addressing, because all components together remember many such things and rarely look at one again.
 * 0 is no key.
 */
export class RecentTable {
  size = 0
  private cells = noCells
  private uses = 0
  private readonly stride: number
  private readonly limit: number

  constructor(columns: number, limit: number) {
    this.stride = ownColumns + columns
    this.limit = limit
  }

  /** The row of a key, which counts as a use of it; -1: it is not known. A row is good until the next `add` or `forget`. */
  find(key: number): number {
    if (this.size === 0) return -1
    const row = this.rowFor(key)
    if (this.cells[row] !== key) return -1
    this.cells[row + usedColumn] = this.uses += 1
    return row
  }

  has(key: number): boolean {
    return this.size > 0 && this.cells[this.rowFor(key)] === key
  }

  /** The row of a key that is not there yet, for the owner to fill. */
  add(key: number): number {
    if (this.size === this.limit) this.remove(this.oldest())
    if (this.size >= this.rows * fullest) this.rebuild(this.size + 1)
    const row = this.rowFor(key)
    this.cells[row + keyColumn] = key
    this.cells[row + usedColumn] = this.uses += 1
    this.size += 1
    return row
  }

  get(row: number, column: number): number {
    return this.cells[row + ownColumns + column]!
  }

  set(row: number, column: number, value: number): void {
    this.cells[row + ownColumns + column] = value
  }

  /** Forgets all rows of which this is true. */
  forget(isOver: (row: number) => boolean): void {
    let left = this.size
    for (let row = 0; row < this.cells.length; row += this.stride) {
      if (this.cells[row] === 0 || !isOver(row)) continue
      this.cells[row] = 0
      left -= 1
    }
    if (left < this.size) this.rebuild(left)
  }

  private get rows(): number {
    return this.cells.length / this.stride
  }

  /** The row of a key, or the free one where it would be. */
  private rowFor(key: number): number {
    const last = this.rows - 1
    let index = homeOf(key) & last
    while (this.cells[index * this.stride] !== 0 && this.cells[index * this.stride] !== key) index = (index + 1) & last
    return index * this.stride
  }

  private oldest(): number {
    let oldest = -1
    for (let row = 0; row < this.cells.length; row += this.stride) {
      if (this.cells[row] !== 0 && (oldest < 0 || this.cells[row + usedColumn]! < this.cells[oldest + usedColumn]!)) oldest = row
    }
    return oldest
  }

  /** Those that stand after it because its place was taken move up. */
  private remove(row: number): void {
    const { cells, stride } = this
    const last = this.rows - 1
    let hole = row / stride
    for (let index = (hole + 1) & last; cells[index * stride] !== 0; index = (index + 1) & last) {
      const home = homeOf(cells[index * stride]!) & last
      if (((index - home) & last) < ((index - hole) & last)) continue
      cells.copyWithin(hole * stride, index * stride, (index + 1) * stride)
      hole = index
    }
    cells[hole * stride] = 0
    this.size -= 1
  }

  /** Puts all rows into cells with room for so many. */
  private rebuild(room: number): void {
    const { cells, stride } = this
    let rows = room === 0 ? 0 : fewestRows
    while (rows * fullest < room) rows *= 2
    this.cells = rows === 0 ? noCells : new Float64Array(rows * stride)
    this.size = 0
    for (let row = 0; row < cells.length; row += stride) {
      if (cells[row] === 0) continue
      const place = this.rowFor(cells[row]!)
      for (let at = 0; at < stride; at += 1) this.cells[place + at] = cells[row + at]!
      this.size += 1
    }
  }
}

/** The lower 32 bits. */
function homeOf(key: number): number {
  return key >>> 0
}
