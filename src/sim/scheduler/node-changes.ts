/** So many changes are kept in mind at least. */
const kept = 4_096

/** Which nodes changed, one after the other: whoever remembers something of nodes catches up with what it missed. */
export class NodeChanges {
  /** How many there were. */
  count = 0
  private positions: number[] = []
  private dropped = 0

  /** The node at this position, in the order in which nodes are tried. */
  add(position: number): void {
    if (this.positions.length === 2 * kept) {
      this.positions = this.positions.slice(kept)
      this.dropped += kept
    }
    this.positions.push(position)
    this.count += 1
  }

  /** False when so many came after the first `count` that they are not all kept. */
  areKeptSince(count: number): boolean {
    return this.count - count <= kept
  }

  /** The position of a node that changed, the first being number 0. */
  at(change: number): number {
    return this.positions[change - this.dropped]!
  }
}
