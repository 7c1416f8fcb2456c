import type { NodeChanges } from './node-changes.ts'

/** What stands for a number that has not been worked out since the node changed. */
export const unknown = -0x80000000

/** A number for each node, by its position, that is forgotten when the node changes. */
export class NodeColumn {
  readonly numbers: Int32Array
  /** How many are unknown. */
  blanks: number
  private seen: number

  constructor(
    nodes: number,
    private readonly changes: NodeChanges,
  ) {
    this.numbers = new Int32Array(nodes).fill(unknown)
    this.blanks = nodes
    this.seen = changes.count
  }

  /** All numbers, as they hold until a node changes. */
  catchUp(): Int32Array {
    const { changes, numbers } = this
    if (this.seen === changes.count) return numbers
    const positions = changes.since(this.seen)
    this.seen = changes.count
    if (!positions) {
      numbers.fill(unknown)
      this.blanks = numbers.length
    } else for (let at = 0; at < positions.length; at += 1) this.forget(positions[at]!)
    return numbers
  }

  set(position: number, number: number): void {
    if (this.numbers[position] === unknown) this.blanks -= 1
    this.numbers[position] = number
  }

  private forget(position: number): void {
    // A node that is there in name only has no position of its own.
    if (position >= this.numbers.length || this.numbers[position] === unknown) return
    this.numbers[position] = unknown
    this.blanks += 1
  }
}
