import type { NodeSet } from './node-set.ts'
import type { NodeState } from './node-state.ts'

/** The nodes that fit a pod, in the order they were tried. Valid until the next pod is tried. */
export class FeasibleNodes {
  private listedPositions: Int32Array | null = null
  private listed: readonly NodeState[] | null = null

  /** `start`: the position where the trying began, which goes up from there and round. */
  constructor(
    private readonly all: readonly NodeState[],
    readonly set: NodeSet,
    readonly start: number,
    readonly length: number,
  ) {}

  /** The position of the first one. */
  get first(): number {
    return this.from(this.start)
  }

  /** The position of the one that follows; -1 when there is none. */
  after(position: number): number {
    return position < this.start ? this.beforeStart(position + 1) : this.from(position + 1)
  }

  /** Among all nodes. Worked out, as what follows, only for those who need more than the set. */
  get positions(): Int32Array {
    return (this.listedPositions ??= this.listPositions())
  }

  get nodes(): readonly NodeState[] {
    return (this.listed ??= Array.from(this.positions, (position) => this.all[position]!))
  }

  map<T>(convert: (node: NodeState, row: number) => T): T[] {
    return this.nodes.map(convert)
  }

  private from(position: number): number {
    const found = this.set.next(position, this.all.length)
    return found < this.all.length ? found : this.beforeStart(0)
  }

  private beforeStart(position: number): number {
    const found = this.set.next(position, this.start)
    return found < this.start ? found : -1
  }

  private listPositions(): Int32Array {
    const positions = new Int32Array(this.length)
    let position = this.first
    for (let row = 0; row < positions.length; row += 1) {
      positions[row] = position
      position = this.after(position)
    }
    return positions
  }
}
