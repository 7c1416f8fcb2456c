/** So many changes are kept in mind: whoever missed more starts anew. */
const kept = 4_096

/** Which nodes changed, one after the other: whoever remembers something of nodes catches up with what it missed. */
export class NodeChanges {
  /** How many there were. */
  count = 0
  private readonly positions = new Int32Array(kept)

  /** The node at this position, in the order in which nodes are tried. */
  add(position: number): void {
    this.positions[this.count % kept] = position
    this.count += 1
  }

  /** Puts a number in place of those of the nodes that changed after the first so many changes. */
  overwrite(numbers: Int32Array, since: number, value: number): void {
    if (this.count - since > kept) numbers.fill(value)
    else for (let at = since; at < this.count; at += 1) numbers[this.positions[at % kept]!] = value
  }
}
