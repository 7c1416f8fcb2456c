import type { Cache } from './cache.ts'
import { FeasibleNodes } from './feasible-nodes.ts'
import type { GroupedScore, ScorePlugin } from './framework.ts'
import { NodeColumn, unknown } from './node-column.ts'
import type { NodeState } from './node-state.ts'
import { RecentColumns } from './recent-columns.ts'

/** Which nodes score alike with a plugin: asked again only of nodes that changed. */
export class RememberedGroups {
  private readonly columns: RecentColumns<ScoreGroups>

  constructor(private readonly cache: Cache) {
    this.columns = new RecentColumns((asks, nodes) => {
      const { isAboutRoom } = asks[0] as ScorePlugin
      return new ScoreGroups(asks, nodes, new NodeColumn(nodes.length, isAboutRoom ? cache.roomChanges : cache.nodeChanges))
    })
  }

  /** For a plugin and what it asks of a pod. */
  of(plugin: ScorePlugin, { asks }: GroupedScore): ScoreGroups {
    return this.columns.of([plugin, ...asks], this.cache.nodes)
  }
}

/** One plugin's groups of nodes that score alike, and what they score with the pod at hand: a few numbers, however many nodes there are. */
export class ScoreGroups {
  /** What the plugin says of the nodes of each group. */
  private readonly keys: number[] = []
  private readonly groupOf = new Map<number, number>()
  /** Of each group, as far as some node that fits is in it. */
  readonly raw: number[] = []
  readonly normalised: number[] = []
  /** These groups. */
  readonly present: number[] = []
  private isPresent = new Uint8Array(16)
  private news: number[] = []

  constructor(
    readonly asks: readonly object[],
    private readonly nodes: readonly NodeState[],
    private readonly column: NodeColumn,
  ) {}

  /** By position. */
  get groups(): Int32Array {
    return this.column.numbers
  }

  /** Works out what the groups of the nodes that fit a pod score. */
  score(score: GroupedScore, { positions }: FeasibleNodes): void {
    this.find(score, positions)
    const { keys, present } = this
    const raw = Int32Array.from(present)
    for (let at = 0; at < raw.length; at += 1) raw[at] = score.rawOf ? score.rawOf(keys[raw[at]!]!) : keys[raw[at]!]!
    const normalised = score.normalise ? new Int32Array(raw.length) : raw
    score.normalise?.(raw, normalised)
    for (let at = 0; at < raw.length; at += 1) {
      this.raw[present[at]!] = raw[at]!
      this.normalised[present[at]!] = normalised[at]!
    }
  }

  addTo(totals: Int32Array, { positions }: FeasibleNodes, weight: number): void {
    const { groups, normalised, present } = this
    const same = weight * normalised[present[0]!]!
    if (present.length === 1) for (let row = 0; row < totals.length; row += 1) totals[row]! += same
    else for (let row = 0; row < totals.length; row += 1) totals[row]! += weight * normalised[groups[positions[row]!]!]!
  }

  /** The positions of nodes that may have come to another group since this was last asked: what the journal has to look at. */
  takeNews(): readonly number[] {
    const { news } = this
    if (news.length > 0) this.news = []
    return news
  }

  private find(score: GroupedScore, positions: Int32Array): void {
    const { present, column } = this
    const groups = column.catchUp()
    present.length = 0
    this.isPresent.fill(0)
    if (column.blanks === 0 && this.keys.length === 1) return this.mark(0)
    const { isPresent } = this
    let unasked: number[] | null = null
    for (let row = 0; row < positions.length; row += 1) {
      const group = groups[positions[row]!]!
      if (group === unknown) (unasked ??= []).push(positions[row]!)
      else if (isPresent[group] === 0) this.mark(group)
    }
    if (unasked) this.ask(score, new Int32Array(unasked))
  }

  private ask(score: GroupedScore, positions: Int32Array): void {
    const keys = new Float64Array(positions.length)
    score.group(new FeasibleNodes(this.nodes, positions), keys)
    for (let row = 0; row < positions.length; row += 1) {
      const group = this.groupFor(keys[row]!)
      this.column.set(positions[row]!, group)
      this.news.push(positions[row]!)
      if (this.isPresent[group] === 0) this.mark(group)
    }
  }

  private mark(group: number): void {
    this.isPresent[group] = 1
    this.present.push(group)
  }

  private groupFor(key: number): number {
    let group = this.groupOf.get(key)
    if (group !== undefined) return group
    this.groupOf.set(key, (group = this.keys.push(key) - 1))
    if (group === this.isPresent.length) {
      const larger = new Uint8Array(group * 2)
      larger.set(this.isPresent)
      this.isPresent = larger
    }
    return group
  }
}
