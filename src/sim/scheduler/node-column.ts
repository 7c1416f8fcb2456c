import type { NodeChanges } from './node-changes.ts'

/** What stands for a number that has not been worked out since the node changed. */
export const unknown = -0x80000000

/** A number for each node, by its position, that is forgotten when the node changes. */
export class NodeColumn {
  private readonly numbers: Int32Array
  private seen: number

  constructor(
    nodes: number,
    private readonly changes: NodeChanges,
  ) {
    this.numbers = new Int32Array(nodes).fill(unknown)
    this.seen = changes.count
  }

  /** All numbers, to read and to add to, until a node changes. */
  current(): Int32Array {
    const { changes, numbers } = this
    if (this.seen === changes.count) return numbers
    const changed = changes.since(this.seen)
    this.seen = changes.count
    if (changed) for (const position of changed) numbers[position] = unknown
    else numbers.fill(unknown)
    return numbers
  }
}
