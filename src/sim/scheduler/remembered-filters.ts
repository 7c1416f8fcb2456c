import type { Cache } from './cache.ts'
import type { FilterPlugin, PreparedFilter, Refusal } from './framework.ts'
import { NodeColumn, unknown } from './node-column.ts'
import type { NodeState } from './node-state.ts'
import { RecentColumns } from './recent-columns.ts'
import { runFilters } from './run-filters.ts'

/** The verdict on a node that fits. */
export const fits = -1

/** The filters of one pod, quick to ask of the cache's own nodes: of copies they know nothing. */
export interface QuickFilters {
  readonly filters: readonly PreparedFilter[]
  /** By position, `fits` where it is known that no filter objects; null: some filter is always asked. */
  readonly verdicts: Int32Array | null
}

/** Between two pods of a ReplicaSet one node changes, as a rule: what filters said of the others is remembered. */
export class RememberedFilters {
  private readonly columns: RecentColumns<VerdictColumn>

  constructor(private readonly cache: Cache) {
    this.columns = new RecentColumns((asks, nodes) => new VerdictColumn(asks, new NodeColumn(nodes.length, cache.roomChanges)))
  }

  /** `plugins`: whose filters these are. As many of the first are remembered as look at nothing but the node. */
  of(filters: readonly PreparedFilter[], plugins: readonly FilterPlugin[]): QuickFilters {
    const asks: object[] = []
    let first = 0
    for (; first < filters.length; first += 1) {
      const asked = filters[first]!.asks
      if (!asked) break
      asks.push(plugins[first]!, asked)
    }
    if (first === 0) return { filters, verdicts: null }
    const column = this.columns.of(asks, this.cache.nodes)
    if (first === filters.length) return { filters: [column], verdicts: column.open(filters) }
    column.open(filters.slice(0, first))
    return { filters: [column, ...filters.slice(first)], verdicts: null }
  }
}

/** What some filters say of each node, asked once. */
class VerdictColumn implements PreparedFilter {
  private readonly refusals: Refusal[] = []
  private verdicts: Int32Array = new Int32Array(0)
  private filters: readonly PreparedFilter[] = []

  constructor(
    readonly asks: readonly object[],
    private readonly column: NodeColumn,
  ) {}

  /** `filters`: those of the pod at hand. */
  open(filters: readonly PreparedFilter[]): Int32Array {
    this.filters = filters
    return (this.verdicts = this.column.current())
  }

  filter(node: NodeState): Refusal | null {
    const verdict = this.verdicts[node.position]!
    if (verdict === fits) return null
    return verdict === unknown ? this.ask(node) : this.refusals[verdict]!
  }

  private ask(node: NodeState): Refusal | null {
    const refusal = runFilters(node, this.filters)
    this.verdicts[node.position] = refusal ? this.numberOf(refusal) : fits
    return refusal
  }

  private numberOf(refusal: Refusal): number {
    const known = this.refusals.indexOf(refusal)
    return known < 0 ? this.refusals.push(refusal) - 1 : known
  }
}
