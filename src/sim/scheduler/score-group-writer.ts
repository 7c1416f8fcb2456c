import type { ScoreGroups } from './score-groups.ts'
import { groupChanges, nodeMoves, type ScoreItems } from './score-items.ts'

/** Follows the groups of nodes that score alike through many decisions, and writes down which nodes move and what else a group scores. */
export class ScoreGroupWriter {
  /** As written, by the position of the node: null as long as nothing is. */
  private written: Int32Array | null = null
  private readonly scores: (number | undefined)[] = []

  constructor(
    private readonly id: number,
    private readonly nodes: number,
  ) {}

  write(column: ScoreGroups, items: ScoreItems): void {
    const news = column.takeNews()
    const { groups, raw, present } = column
    if (this.written) for (const position of news) this.move(this.written, position, groups[position]!, items)
    else this.begin(groups, items)
    for (const group of present) {
      if (this.scores[group] === raw[group]) continue
      this.scores[group] = raw[group]!
      items.add(this.id, groupChanges, group, raw[group]!)
    }
  }

  /** To a reader all nodes are in group 0 in the beginning. */
  private begin(groups: Int32Array, items: ScoreItems): void {
    const written = new Int32Array(this.nodes)
    this.written = written
    groups.forEach((group, position) => this.move(written, position, group, items))
  }

  private move(written: Int32Array, position: number, group: number, items: ScoreItems): void {
    // Of a node that changed meanwhile nobody has asked; whoever does will be told as news.
    if (group < 0 || written[position] === group) return
    written[position] = group
    items.add(this.id, nodeMoves, position, group)
  }
}
