import { groupChanges, nodeMoves, type ScoreItems } from './score-items.ts'

/**
 * Follows one column of scores through many decisions and writes down what changes. Nodes with equal scores are a group: when a pod is placed, its node goes
 * to another group, and when the scores of a whole zone move together, its groups get new values.
 */
export class ScoreColumnWriter {
  /** By the position of the node. In the beginning all are in group 0. */
  private readonly groups: Int32Array
  private readonly values: number[] = []
  /** Of each group, the score that most of its nodes may have, and how sure that is (Boyer and Moore's vote). */
  private readonly favourites: number[] = []
  private readonly votes: number[] = []

  constructor(readonly id: number, nodes: number) {
    this.groups = new Int32Array(nodes)
  }

  get hasBegun(): boolean {
    return this.values.length > 0
  }

  /** The scores are of the nodes at these positions; what the others have is not asked. */
  write(positions: Int32Array, scores: Int32Array, items: ScoreItems): void {
    if (!this.hasBegun) this.newGroup(scores[0]!, items)
    if (this.isUnchanged(positions, scores)) return
    this.changeGroups(positions, scores, items)
    this.moveNodes(positions, scores, items)
  }

  /** The scores are of the only nodes that may have others than before. */
  moveNodes(positions: Int32Array, scores: Int32Array, items: ScoreItems): void {
    const { groups, values } = this
    for (let row = 0; row < positions.length; row += 1) {
      const score = scores[row]!
      if (values[groups[positions[row]!]!] === score) continue
      const known = values.indexOf(score)
      const group = known < 0 ? this.newGroup(score, items) : known
      groups[positions[row]!] = group
      items.add(this.id, nodeMoves, positions[row]!, group)
    }
  }

  private isUnchanged(positions: Int32Array, scores: Int32Array): boolean {
    const { groups, values } = this
    for (let row = 0; row < positions.length; row += 1) if (values[groups[positions[row]!]!] !== scores[row]) return false
    return true
  }

  /** Each group gets the value that most of its nodes have now. */
  private changeGroups(positions: Int32Array, scores: Int32Array, items: ScoreItems): void {
    const { groups, values, favourites, votes } = this
    votes.fill(0)
    for (let row = 0; row < positions.length; row += 1) {
      const group = groups[positions[row]!]!
      if (votes[group] === 0) favourites[group] = scores[row]!
      votes[group]! += favourites[group] === scores[row] ? 1 : -1
    }
    for (let group = 0; group < values.length; group += 1) {
      if (votes[group]! <= 0 || favourites[group] === values[group]) continue
      values[group] = favourites[group]!
      items.add(this.id, groupChanges, group, values[group]!)
    }
  }

  private newGroup(value: number, items: ScoreItems): number {
    const group = this.values.push(value) - 1
    this.favourites.push(value)
    this.votes.push(0)
    items.add(this.id, groupChanges, group, value)
    return group
  }
}
