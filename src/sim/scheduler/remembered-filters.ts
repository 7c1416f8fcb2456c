import type { Cache } from './cache.ts'
import type { FilterPlugin, PreparedFilter, Refusal } from './framework.ts'
import type { NodeChanges } from './node-changes.ts'
import { NodeSet } from './node-set.ts'
import type { NodeState } from './node-state.ts'
import { RecentColumns } from './recent-columns.ts'
import { runFilters } from './run-filters.ts'

/** The filters of one pod, quick to ask of the cache's own nodes: of copies they know nothing. */
export interface QuickFilters {
  readonly filters: readonly PreparedFilter[]
  /** The nodes of which it is not known that no filter objects; null: some filter is always asked. */
  readonly doubtful: NodeSet | null
}

/** Between two pods of a ReplicaSet one node changes, as a rule: what filters said of the others is remembered. */
export class RememberedFilters {
  private readonly columns: RecentColumns<VerdictColumn>
  /** Of the pod at hand: plugins and what stands for what they ask of it. */
  private readonly asks: object[] = []

  constructor(private readonly cache: Cache) {
    this.columns = new RecentColumns((asks, nodes) => new VerdictColumn(asks.slice(), nodes.length, cache.roomChanges))
  }

  /** `plugins`: whose filters these are. As many of the first are remembered as look at nothing but the node. */
  of(filters: readonly PreparedFilter[], plugins: readonly FilterPlugin[]): QuickFilters {
    const { asks } = this
    let first = 0
    for (; first < filters.length; first += 1) {
      const asked = filters[first]!.asks
      if (!asked) break
      asks[2 * first] = plugins[first]!
      asks[2 * first + 1] = asked
    }
    if (first === 0) return { filters, doubtful: null }
    if (asks.length > 2 * first) asks.length = 2 * first
    const column = this.columns.of(asks, this.cache.nodes)
    if (first === filters.length) return { filters: [column], doubtful: column.open(filters) }
    column.open(filters.slice(0, first))
    return { filters: [column, ...filters.slice(first)], doubtful: null }
  }
}

/** What stands for a verdict that is not known. */
const unknown = -1

/** What some filters say of each node, asked again only when it has changed. */
class VerdictColumn implements PreparedFilter {
  /** All but those that are known to fit. */
  private readonly doubtful: NodeSet
  /** By position, which refusal a doubtful node gets. */
  private readonly verdicts: Int32Array
  private readonly refusals: Refusal[] = []
  private filters: readonly PreparedFilter[] = []
  private seen = -Infinity

  constructor(
    readonly asks: readonly object[],
    nodes: number,
    private readonly changes: NodeChanges,
  ) {
    this.doubtful = new NodeSet(nodes)
    this.verdicts = new Int32Array(nodes)
  }

  /** `filters`: those of the pod at hand. */
  open(filters: readonly PreparedFilter[]): NodeSet {
    this.filters = filters
    this.catchUp()
    return this.doubtful
  }

  filter(node: NodeState): Refusal | null {
    if (!this.doubtful.has(node.position)) return null
    const verdict = this.verdicts[node.position]!
    return verdict === unknown ? this.ask(node) : this.refusals[verdict]!
  }

  private ask(node: NodeState): Refusal | null {
    const refusal = runFilters(node, this.filters)
    if (refusal) this.verdicts[node.position] = this.numberOf(refusal)
    else this.doubtful.delete(node.position)
    return refusal
  }

  private numberOf(refusal: Refusal): number {
    const known = this.refusals.indexOf(refusal)
    return known < 0 ? this.refusals.push(refusal) - 1 : known
  }

  private catchUp(): void {
    const { changes, doubtful, verdicts } = this
    const first = this.seen
    this.seen = changes.count
    if (!changes.areKeptSince(first)) {
      doubtful.addRange(0, verdicts.length)
      verdicts.fill(unknown)
      return
    }
    for (let change = first; change < changes.count; change += 1) {
      const position = changes.at(change)
      if (position >= verdicts.length) continue
      doubtful.add(position)
      verdicts[position] = unknown
    }
  }
}
