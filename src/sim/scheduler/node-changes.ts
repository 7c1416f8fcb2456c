/** So many changes are kept in mind at least. */
const kept = 4_096

/** Which nodes changed, one after the other: whoever remembers something of nodes catches up with what it missed. */
export class NodeChanges {
  /** How many there were. */
  count = 0
  private positions: number[] = []

  /** The node at this position, in the order in which nodes are tried. */
  add(position: number): void {
    if (this.positions.length === 2 * kept) this.positions = this.positions.slice(kept)
    this.positions.push(position)
    this.count += 1
  }

  /** The nodes that changed after the first so many changes; null: too many have. */
  since(count: number): readonly number[] | null {
    const missed = this.count - count
    return missed > kept ? null : this.positions.slice(this.positions.length - missed)
  }
}
