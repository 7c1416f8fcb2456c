import type { Random } from '../kernel/random.ts'
import type { GroupedScore, Normalise } from './framework.ts'
import type { NodeChanges } from './node-changes.ts'
import type { NodeState } from './node-state.ts'
import type { ScoreGroups } from './score-groups.ts'
import type { ScoreColumn, ScoreTable } from './score-table.ts'

/** When there are more branches than this they are grown anew, with those in use only. */
const mostBranches = 32_768

/**
 * Nodes that are in the same group with every plugin score the same in all: the totals of a few such classes are those of all nodes.
 * It is the table of scores for pods of one sort when no plugin scores node by node.
 */
export class ScoreClasses implements ScoreTable {
  readonly columns: readonly ScoreColumn[]
  /** By position. */
  private readonly classes: Int32Array
  /** A tree: below the root one branch for each group of the first plugin, below each of these for each of the second. Its leaves are the classes. */
  private below: number[][] = [[]]
  private above: number[] = [0]
  private groupOf: number[] = [0]
  /** By class. */
  private counts = new Int32Array(64)
  private scores = new Int32Array(64)
  /** Those of the nodes that fit the pod at hand, and the nodes' positions. */
  private present: number[] = []
  private positions: Int32Array = new Int32Array(0)
  private seen = -Infinity

  constructor(
    /** The groups of each plugin. */
    readonly asks: readonly ScoreGroups[],
    nodes: readonly NodeState[],
    /** Nodes come to other groups only when they change. */
    private readonly changes: NodeChanges,
  ) {
    this.classes = new Int32Array(nodes.length)
    this.columns = asks.map((groups) => new GroupedColumn(groups, () => this.positions))
  }

  /** Works out the scores of nodes that fit a pod. `prepared`: for it, by every plugin. */
  score(prepared: readonly GroupedScore[], positions: Int32Array): void {
    this.positions = positions
    this.catchUp()
    this.count()
    const { present, groupOf, above, scores } = this
    let branches = present
    for (const each of present) scores[each] = 0
    for (let column = this.asks.length - 1; column >= 0; column -= 1) {
      const ofPlugin = this.asks[column]!
      const groups = branches.map((branch) => groupOf[branch]!)
      ofPlugin.score(prepared[column]!, groups)
      for (let at = 0; at < groups.length; at += 1) scores[present[at]!]! += ofPlugin.weight * ofPlugin.normalised[groups[at]!]!
      branches = branches.map((branch) => above[branch]!)
    }
  }

  /** Row by row, for those who ask. */
  get totals(): Int32Array {
    return this.positions.map((position) => this.scores[this.classes[position]!]!)
  }

  pickBest(random: Random): number {
    const { positions, classes, scores, counts } = this
    let best = -Infinity
    let ties = 0
    for (const each of this.present) {
      if (scores[each]! > best) {
        best = scores[each]!
        ties = counts[each]!
      } else if (scores[each] === best) ties += counts[each]!
    }
    let skipped = ties > 1 ? random.below(ties) : 0
    for (let row = 0; row < positions.length; row += 1) {
      if (scores[classes[positions[row]!]!] !== best) continue
      if (skipped === 0) return row
      skipped -= 1
    }
    return 0
  }

  private catchUp(): void {
    const { changes, classes } = this
    if (this.seen === changes.count) return
    const isOvergrown = this.below.length > mostBranches
    if (isOvergrown) this.cutDown()
    const changed = isOvergrown ? null : changes.since(this.seen)
    this.seen = changes.count
    if (changed) for (const position of changed) if (position < classes.length) this.classify(position)
    if (!changed) for (let position = 0; position < classes.length; position += 1) this.classify(position)
  }

  private classify(position: number): void {
    let branch = 0
    for (const { groups } of this.asks) {
      const group = groups[position]!
      branch = this.below[branch]![group] ?? this.grow(branch, group)
    }
    this.classes[position] = branch
  }

  private grow(above: number, group: number): number {
    const branch = this.below.push([]) - 1
    this.below[above]![group] = branch
    this.above.push(above)
    this.groupOf.push(group)
    if (branch >= this.counts.length) {
      const longer = new Int32Array(branch * 2)
      longer.set(this.counts)
      this.counts = longer
      this.scores = new Int32Array(branch * 2)
    }
    return branch
  }

  private cutDown(): void {
    this.below = [[]]
    this.above = [0]
    this.groupOf = [0]
    this.counts.fill(0)
    this.present = []
  }

  /** How many of the nodes that fit are in each class. */
  private count(): void {
    const { positions, classes, counts, present } = this
    for (const each of present) counts[each] = 0
    present.length = 0
    for (let row = 0; row < positions.length; row += 1) {
      const each = classes[positions[row]!]!
      if (counts[each] === 0) present.push(each)
      counts[each]! += 1
    }
  }
}

/** A column of which only groups were looked at: row by row it is for those who ask. */
class GroupedColumn implements ScoreColumn {
  readonly name: string
  readonly weight: number
  readonly hasOwnNormalised = false

  constructor(
    readonly groups: ScoreGroups,
    private readonly positions: () => Int32Array,
  ) {
    this.name = groups.name
    this.weight = groups.weight
  }

  get normalise(): Normalise | null {
    return this.groups.normalise
  }

  get raw(): Int32Array {
    const { groups, raw } = this.groups
    return this.positions().map((position) => raw[groups[position]!]!)
  }

  get normalised(): Int32Array {
    const { groups, normalised } = this.groups
    return this.positions().map((position) => normalised[groups[position]!]!)
  }
}
