import type { NodeState } from './node-state.ts'

/** The nodes that fit a pod, in the order they were tried. Valid until the next pod is tried. */
export class FeasibleNodes {
  private listed: readonly NodeState[] | null = null

  /** `positions`: theirs among all nodes. */
  constructor(
    private readonly all: readonly NodeState[],
    readonly positions: Int32Array,
  ) {}

  get length(): number {
    return this.positions.length
  }

  at(row: number): NodeState {
    return this.all[this.positions[row]!]!
  }

  /** Worked out only for those who need more than numbers. */
  get nodes(): readonly NodeState[] {
    return (this.listed ??= this.list())
  }

  map<T>(convert: (node: NodeState, row: number) => T): T[] {
    return this.nodes.map(convert)
  }

  private list(): readonly NodeState[] {
    const nodes: NodeState[] = []
    for (let row = 0; row < this.positions.length; row += 1) nodes.push(this.at(row))
    return nodes
  }
}
