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
    const { columns } = this
    if (this.nodes !== nodes) columns.length = 0
    this.nodes = nodes
    let at = 0
    while (at < columns.length && !isSameList(columns[at]!.asks, asks)) at += 1
    if (at === 0 && columns.length > 0) return columns[0]!
    const column = at < columns.length ? columns.splice(at, 1)[0]! : this.create(asks, nodes)
    columns.unshift(column)
    if (columns.length > most) columns.pop()
    return column
  }
}

function isSameList(a: readonly object[], b: readonly object[]): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false
  return true
}
