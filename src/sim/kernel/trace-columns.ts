/** What an entry of the trace is worth when it is old: notes are forgotten first, what a person or a fault did last. */
export const weights = { note: 0, state: 1, choice: 2, input: 3 } as const
export type Weight = (typeof weights)[keyof typeof weights]

/** Marks a row that is about to be dropped. */
const gone = 255

/** Of two types only: a loop over columns of five of them costs ten times as much. */
function columnsFor(rows: number) {
  return {
    id: new Uint32Array(rows),
    at: new Float64Array(rows),
    cause: new Uint32Array(rows),
    /** Of the write; of anything else, that of the write before. */
    revision: new Uint32Array(rows),
    author: new Uint32Array(rows),
    verb: new Uint32Array(rows),
    resource: new Uint32Array(rows),
    subresource: new Uint32Array(rows),
    namespace: new Uint32Array(rows),
    weight: new Uint32Array(rows),
  }
}

/** The entries of a trace, one row each, column by column: forty-four bytes an entry, and nothing for a garbage collector to walk through. */
export class TraceColumns<Told> {
  size = 0
  columns: ReturnType<typeof columnsFor>
  told: Told[] = []
  private readonly most: number
  /** Where the rows lay that stay; only in use while others are dropped. */
  private readonly kept: Uint32Array

  /** There is room for so many rows. */
  constructor(most: number) {
    this.most = most
    this.kept = new Uint32Array(most)
    this.columns = columnsFor(Math.min(most, 256))
  }

  /** A new row at the end, for the caller to fill. */
  addRow(): number {
    if (this.size === this.columns.id.length) this.grow()
    this.size += 1
    return this.size - 1
  }

  /** The first row whose id, or revision, is `value` or more. */
  firstFrom(column: 'id' | 'revision', value: number): number {
    const numbers = this.columns[column]
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >> 1
      if (numbers[middle]! < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Forgets `surplus` rows: the lightest, and of these the oldest, but none of the `fresh` newest. */
  drop(surplus: number, fresh: number): void {
    const { weight } = this.columns
    const old = this.size - fresh
    let left = surplus
    for (let lightest: number = weights.note; left > 0 && lightest <= weights.input; lightest += 1) {
      for (let row = 0; left > 0 && row < old; row += 1) {
        if (weight[row] !== lightest) continue
        weight[row] = gone
        left -= 1
      }
    }
    // What is of weight gathers at the front and stays where it is.
    const first = weight.indexOf(gone)
    if (first < 0 || first >= this.size) return
    const { told, kept } = this
    let size = first
    for (let row = first; row < this.size; row += 1) {
      if (weight[row] === gone) continue
      told[size] = told[row]!
      kept[size] = row
      size += 1
    }
    for (const column of Object.values(this.columns)) for (let row = first; row < size; row += 1) column[row] = column[kept[row]!]!
    this.size = told.length = size
  }

  private grow(): void {
    const larger = columnsFor(Math.min(this.most, 2 * this.size))
    const before = Object.values(this.columns)
    for (const [index, column] of Object.values(larger).entries()) column.set(before[index]!)
    this.columns = larger
  }
}
