/** What an item says: a node is in another group from now on, or a group has another value. */
type ItemKind = 0 | 1

/** The item is about the group of a node. */
export const nodeMoves: ItemKind = 0
/** The item is about the value of a group. */
export const groupChanges: ItemKind = 1

/** A long list of changes to columns of scores, two numbers each. */
export class ScoreItems {
  private numbers = new Int32Array(64)
  /** How many items there are. */
  length = 0

  /** `index`: of the node or the group; `value`: its group or its score. */
  add(column: number, kind: ItemKind, index: number, value: number): void {
    const at = this.length * 2
    if (at === this.numbers.length) {
      const longer = new Int32Array(at * 2)
      longer.set(this.numbers)
      this.numbers = longer
    }
    this.numbers[at] = (column << 18) | (kind << 17) | index
    this.numbers[at + 1] = value
    this.length += 1
  }

  /** The scores of some nodes in a column after the first so many items. */
  read(column: number, until: number, nodes: number, positions: readonly number[]): Int32Array {
    const groups = new Int32Array(nodes)
    const values: number[] = []
    for (let item = 0; item < until; item += 1) {
      const what = this.numbers[item * 2]!
      if (what >>> 18 !== column) continue
      const index = what & 0x1ffff
      const value = this.numbers[item * 2 + 1]!
      if (((what >>> 17) & 1) === nodeMoves) groups[index] = value
      else values[index] = value
    }
    return Int32Array.from(positions, (position) => values[groups[position]!]!)
  }
}
