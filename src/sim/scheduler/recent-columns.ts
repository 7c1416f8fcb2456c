import type { NodeState } from './node-state.ts'

/** Something remembered of all nodes, for pods that ask the same of them. */
interface Remembered {
  /** All that it depends on besides the nodes. */
  readonly asks: readonly object[]
}

/** So many different sorts of pods at once. */
const most = 64

/** What was remembered of the nodes for the last few sorts of pods, as long as there are the same nodes in the same order. */
export class RecentColumns<T extends Remembered> {
  private nodes: readonly NodeState[] = []
  /** The last used first. */
  private readonly columns: T[] = []

  constructor(private readonly create: (asks: readonly object[], nodes: readonly NodeState[]) => T) {}

  of(asks: readonly object[], nodes: readonly NodeState[]): T {
    if (this.nodes !== nodes) this.columns.length = 0
    this.nodes = nodes
    const at = this.columns.findIndex((column) => isSameList(column.asks, asks))
    if (at === 0) return this.columns[0]!
    const column = at < 0 ? this.create(asks, nodes) : this.columns.splice(at, 1)[0]!
    this.columns.unshift(column)
    if (this.columns.length > most) this.columns.pop()
    return column
  }
}

function isSameList(a: readonly object[], b: readonly object[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at])
}
