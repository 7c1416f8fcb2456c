import { FeasibleNodes } from './feasible-nodes.ts'
import type { GroupedScore, Normalise } from './framework.ts'
import type { NodeChanges } from './node-changes.ts'
import type { NodeState } from './node-state.ts'

/** Which nodes score alike with a plugin, and what they score with the pod at hand: a few numbers, however many nodes there are. */
export class ScoreGroups {
  /** By position. */
  readonly groups: Int32Array
  /** Of each group. */
  readonly raw: number[] = []
  private normalised = this.raw
  /** The groups whose scores are those of the pod at hand: all, or with scores that are normalised those of nodes that fit it. */
  present: number[] = []
  /** What the plugin says of the nodes of each group. */
  private readonly keys: number[] = []
  private readonly groupOf = new Map<number, number>()
  private news: number[] = []
  private seen = -Infinity

  constructor(
    readonly asks: readonly object[],
    private readonly nodes: readonly NodeState[],
    /** The plugin is asked again of these only. */
    private readonly changes: NodeChanges,
  ) {
    this.groups = new Int32Array(nodes.length)
  }

  /** Works out what the groups score with a pod. */
  score(score: GroupedScore, { positions }: FeasibleNodes): void {
    this.catchUp(score)
    const { keys, raw } = this
    if (score.normalise) this.find(positions)
    if (score.rawOf) for (const group of this.present) raw[group] = score.rawOf(keys[group]!)
    if (score.normalise) this.normalise(score.normalise)
  }

  /** The normalised scores of nodes at these positions. */
  scoresAt(positions: Int32Array): Int32Array {
    return positions.map((position) => this.normalised[this.groups[position]!]!)
  }

  rawAt(positions: Int32Array): Int32Array {
    return positions.map((position) => this.raw[this.groups[position]!]!)
  }

  addTo(totals: Int32Array, { positions }: FeasibleNodes, weight: number): void {
    const { groups, normalised } = this
    const weighted = new Int32Array(normalised.length)
    for (let group = 0; group < weighted.length; group += 1) weighted[group] = weight * normalised[group]!
    if (weighted.length > 1) for (let row = 0; row < totals.length; row += 1) totals[row]! += weighted[groups[positions[row]!]!]!
    else if (weighted[0] !== 0) for (let row = 0; row < totals.length; row += 1) totals[row]! += weighted[0]!
  }

  /** The positions of nodes that may have come to another group since this was last asked: what the journal has to look at. */
  takeNews(): readonly number[] {
    const { news } = this
    if (news.length > 0) this.news = []
    return news
  }

  private catchUp(score: GroupedScore): void {
    if (this.seen === this.changes.count) return
    const changed = this.changes.since(this.seen)
    this.seen = this.changes.count
    const positions = changed ? changed.filter((position) => position < this.nodes.length) : this.nodes.map(({ position }) => position)
    const keys = new Float64Array(positions.length)
    score.group(new FeasibleNodes(this.nodes, new Int32Array(positions)), keys)
    for (let row = 0; row < positions.length; row += 1) {
      this.groups[positions[row]!] = this.groupFor(keys[row]!)
      this.news.push(positions[row]!)
    }
  }

  private groupFor(key: number): number {
    const known = this.groupOf.get(key)
    if (known !== undefined) return known
    const group = this.keys.push(key) - 1
    this.groupOf.set(key, group)
    this.raw.push(key)
    this.present.push(group)
    return group
  }

  /** Which groups the nodes are in. */
  private find(positions: Int32Array): void {
    const { keys, groups } = this
    if (keys.length === 1) return
    const isThere = new Uint8Array(keys.length)
    for (let row = 0; row < positions.length; row += 1) isThere[groups[positions[row]!]!] = 1
    this.present = []
    for (let group = 0; group < isThere.length; group += 1) if (isThere[group] === 1) this.present.push(group)
  }

  private normalise(normalise: Normalise): void {
    const { present, raw } = this
    const scores = new Int32Array(present.length)
    const normalised = new Int32Array(present.length)
    for (let at = 0; at < present.length; at += 1) scores[at] = raw[present[at]!]!
    normalise(scores, normalised)
    this.normalised = raw.map(() => 0)
    for (let at = 0; at < present.length; at += 1) this.normalised[present[at]!] = normalised[at]!
  }
}
