import type { NodeState } from './node-state.ts'

/** Something remembered of all nodes, for pods that ask the same of them. */
interface Remembered<Asked extends object> {
  /** All that it depends on besides the nodes; what tells most of them apart comes last. */
  readonly asks: readonly Asked[]
}

/** So many sorts of pods at once. */
const most = 256

/** What was remembered of the nodes for the last sorts of pods, as long as there are the same nodes in the same order. */
export class RecentColumns<T extends Remembered<Asked>, Asked extends object = object> {
  private nodes: readonly NodeState[] = []
  /** By the last that they ask, the oldest first. */
  private readonly columns = new Map<Asked, T[]>()
  private size = 0

  constructor(private readonly create: (asks: readonly Asked[], nodes: readonly NodeState[]) => T) {}

  of(asks: readonly Asked[], nodes: readonly NodeState[]): T {
    if (this.nodes !== nodes) this.beginAnew(nodes)
    const last = asks.at(-1)!
    const alike = this.columns.get(last)
    // Pods of one sort come in a row: the last one made is the likeliest.
    for (let at = alike ? alike.length - 1 : -1; at >= 0; at -= 1) if (isSameList(alike![at]!.asks, asks)) return alike![at]!
    const column = this.create(asks, nodes)
    if (alike) alike.push(column)
    else this.columns.set(last, [column])
    this.size += 1
    if (this.size > most) this.forgetOldest()
    return column
  }

  private beginAnew(nodes: readonly NodeState[]): void {
    this.nodes = nodes
    this.columns.clear()
    this.size = 0
  }

  private forgetOldest(): void {
    const [last, alike] = this.columns.entries().next().value!
    this.columns.delete(last)
    this.size -= alike.length
  }
}

function isSameList(a: readonly object[], b: readonly object[]): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false
  return true
}
