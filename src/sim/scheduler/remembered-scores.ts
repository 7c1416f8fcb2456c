import type { Cache } from './cache.ts'
import { FeasibleNodes } from './feasible-nodes.ts'
import type { PreparedScore, ScorePlugin } from './framework.ts'
import { NodeColumn, unknown } from './node-column.ts'
import type { NodeState } from './node-state.ts'
import { RecentColumns } from './recent-columns.ts'

/** The raw scores that plugins gave to nodes: they are asked again only of nodes that changed. */
export class RememberedScores {
  private readonly columns: RecentColumns<RawColumn>

  constructor(private readonly cache: Cache) {
    this.columns = new RecentColumns((asks, nodes) => {
      const { isAboutRoom } = asks[0] as ScorePlugin
      return new RawColumn(asks, nodes, new NodeColumn(nodes.length, isAboutRoom ? cache.roomChanges : cache.nodeChanges))
    })
  }

  /** For a plugin and what it asks of a pod. */
  of(plugin: ScorePlugin, asks: object): RawColumn {
    return this.columns.of([plugin, asks], this.cache.nodes)
  }
}

/** The raw scores of all nodes that one plugin was asked of. */
export class RawColumn {
  private readonly news: number[] = []

  constructor(
    readonly asks: readonly object[],
    private readonly nodes: readonly NodeState[],
    private readonly column: NodeColumn,
  ) {}

  /** Writes the scores of some nodes. */
  read(prepared: PreparedScore, { positions }: FeasibleNodes, raw: Int32Array): void {
    const scores = this.column.current()
    let unasked: number[] | null = null
    for (let row = 0; row < positions.length; row += 1) {
      const score = scores[positions[row]!]!
      raw[row] = score
      if (score === unknown) (unasked ??= []).push(row)
    }
    if (!unasked) return
    this.ask(prepared, Int32Array.from(unasked, (row) => positions[row]!), scores)
    for (const row of unasked) raw[row] = scores[positions[row]!]!
  }

  /** The positions of nodes whose scores were worked out since this was last asked: what the journal has to look at. */
  takeNews(): Int32Array {
    const news = new Int32Array(this.news)
    this.news.length = 0
    return news
  }

  /** The positions of all nodes whose scores are known. */
  known(): Int32Array {
    return this.column.current().map((score, position) => (score === unknown ? unknown : position)).filter((position) => position !== unknown)
  }

  scoresAt(positions: Int32Array): Int32Array {
    const scores = this.column.current()
    return positions.map((position) => scores[position]!)
  }

  private ask(prepared: PreparedScore, positions: Int32Array, scores: Int32Array): void {
    const asked = new Int32Array(positions.length)
    prepared.score(new FeasibleNodes(this.nodes, positions), asked)
    for (let row = 0; row < positions.length; row += 1) {
      scores[positions[row]!] = asked[row]!
      this.news.push(positions[row]!)
    }
  }
}
