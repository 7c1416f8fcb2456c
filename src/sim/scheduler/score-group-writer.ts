import type { ScoreGroups } from './score-groups.ts'
import { groupChanges, nodeMoves, type ScoreItems } from './score-items.ts'

/** Follows the groups of nodes that score alike through many decisions, and writes down which nodes move and what else a group scores. */
export class ScoreGroupWriter {
  /** As written, by the position of the node: null as long as nothing is. */
  private groups: Int32Array | null = null
  private readonly scores: (number | undefined)[] = []
  /** To a reader all nodes are in group 0 in the beginning, so this one and 0 change places. */
  private largest = 0

  constructor(
    private readonly id: number,
    private readonly nodes: number,
  ) {}

  write(column: ScoreGroups, items: ScoreItems): void {
    const { groups, raw, present, news } = column
    if (this.groups) for (let at = 0; at < column.newsCount; at += 1) this.move(this.groups, news[at]!, groups[news[at]!]!, items)
    else this.begin(groups, items)
    column.newsCount = 0
    for (const group of present) {
      if (this.scores[group] === raw[group]) continue
      this.scores[group] = raw[group]!
      items.add(this.id, groupChanges, this.written(group), raw[group]!)
    }
  }

  private begin(groups: Int32Array, items: ScoreItems): void {
    const before = new Int32Array(this.nodes)
    const sizes: number[] = []
    for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1
    sizes.forEach((size, group) => (this.largest = size > (sizes[this.largest] ?? 0) ? group : this.largest))
    this.groups = before
    for (let position = 0; position < groups.length; position += 1) this.move(before, position, groups[position]!, items)
  }

  private move(before: Int32Array, position: number, group: number, items: ScoreItems): void {
    const written = this.written(group)
    if (before[position] === written) return
    before[position] = written
    items.add(this.id, nodeMoves, position, written)
  }

  private written(group: number): number {
    if (group === this.largest) return 0
    return group === 0 ? this.largest : group
  }
}
