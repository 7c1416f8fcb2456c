import type { Random } from '../kernel/random.ts'
import type { FeasibleNodes } from './feasible-nodes.ts'
import type { GroupedScore, Normalise } from './framework.ts'
import type { NodeChanges } from './node-changes.ts'
import { NodeSet } from './node-set.ts'
import type { NodeState } from './node-state.ts'
import type { ScoreGroups } from './score-groups.ts'
import type { ScoreColumn, ScoreTable } from './score-table.ts'

/** When there are more branches than this they are grown anew, with those in use only. */
const mostBranches = 32_768
/** Of a node that has not been looked at. */
const none = -1

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
  /** Who is in each class; undefined: nobody. */
  private members: (NodeSet | undefined)[] = []
  private readonly spare: NodeSet[] = []
  /** The classes that somebody is in, and of these those of some node that fits the pod at hand. */
  private inhabited: number[] = []
  private readonly present: number[] = []
  /** On the way from each of these to the root: where it is, and by which group it came there. */
  private readonly branches: number[] = []
  private readonly groups: number[] = []
  /** The total of each class. */
  private readonly scores: number[] = []
  private readonly best: NodeSet
  private feasible: FeasibleNodes | null = null
  private seen = -Infinity

  constructor(
    /** The groups of each plugin. */
    readonly asks: readonly ScoreGroups[],
    nodes: readonly NodeState[],
    /** Nodes come to other groups only when they change. */
    private readonly changes: NodeChanges,
  ) {
    this.classes = new Int32Array(nodes.length).fill(none)
    this.best = new NodeSet(nodes.length)
    this.columns = asks.map((groups) => new GroupedColumn(groups, () => this.positions))
  }

  /** Works out the scores of nodes that fit a pod. `prepared`: for it, by every plugin. */
  score(prepared: readonly GroupedScore[], feasible: FeasibleNodes): void {
    this.feasible = feasible
    this.catchUp()
    this.find(feasible.set)
    const { present, branches, groups, groupOf, above, scores } = this
    for (let column = this.asks.length - 1; column >= 0; column -= 1) {
      const ofPlugin = this.asks[column]!
      for (let at = 0; at < present.length; at += 1) groups[at] = groupOf[branches[at]!]!
      ofPlugin.score(prepared[column]!, groups)
      for (let at = 0; at < present.length; at += 1) {
        scores[present[at]!]! += ofPlugin.weight * ofPlugin.normalised[groups[at]!]!
        branches[at] = above[branches[at]!]!
      }
    }
  }

  /** Row by row, for those who ask. */
  get totals(): Int32Array {
    return this.positions.map((position) => this.scores[this.classes[position]!]!)
  }

  pickBest(random: Random): number {
    const { feasible, best, members, scores } = this
    if (!feasible) return 0
    let highest = -Infinity
    for (const each of this.present) if (scores[each]! > highest) highest = scores[each]!
    best.clear()
    for (const each of this.present) if (scores[each] === highest) best.addCommon(members[each]!, feasible.set)
    const ties = best.size
    return best.after(ties > 1 ? random.below(ties) : 0, feasible.start)
  }

  private get positions(): Int32Array {
    return this.feasible?.positions ?? new Int32Array(0)
  }

  private catchUp(): void {
    const { changes, classes } = this
    const first = this.seen
    this.seen = changes.count
    if (changes.areKeptSince(first) && this.below.length <= mostBranches) {
      for (let change = first; change < changes.count; change += 1) if (changes.at(change) < classes.length) this.classify(changes.at(change))
      return
    }
    this.cutDown()
    for (let position = 0; position < classes.length; position += 1) this.classify(position)
  }

  private classify(position: number): void {
    let branch = 0
    for (const { groups } of this.asks) {
      const group = groups[position]!
      branch = this.below[branch]![group] ?? this.grow(branch, group)
    }
    this.move(position, this.classes[position]!, branch)
  }

  private grow(above: number, group: number): number {
    const branch = this.below.push([]) - 1
    this.below[above]![group] = branch
    this.above.push(above)
    this.groupOf.push(group)
    return branch
  }

  private move(position: number, from: number, to: number): void {
    if (from === to) return
    const { members, inhabited, spare } = this
    this.classes[position] = to
    let joined = members[to]
    if (!joined) {
      members[to] = joined = spare.pop() ?? new NodeSet(this.classes.length)
      inhabited.push(to)
    }
    joined.add(position)
    if (from === none) return
    const left = members[from]!
    left.delete(position)
    if (!left.isEmpty) return
    members[from] = undefined
    inhabited.splice(inhabited.indexOf(from), 1)
    spare.push(left)
  }

  private cutDown(): void {
    this.below = [[]]
    this.above = [0]
    this.groupOf = [0]
    this.members = []
    this.inhabited = []
    this.classes.fill(none)
  }

  /** Which classes the nodes that fit are in. */
  private find(fitting: NodeSet): void {
    const { members, present, branches, groups, scores } = this
    // Arrays that are emptied lose their memory: these are written over.
    let count = 0
    for (const each of this.inhabited) {
      if (!members[each]!.meets(fitting)) continue
      scores[each] = 0
      present[count] = each
      branches[count] = each
      groups[count] = 0
      count += 1
    }
    if (present.length > count) present.length = branches.length = groups.length = count
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
