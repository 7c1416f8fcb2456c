import type { GroupedScore, Normalise } from './framework.ts'
import type { NodeChanges } from './node-changes.ts'
import type { NodeState } from './node-state.ts'

/** Which nodes score alike with a plugin, and what they score with the pod at hand: a few numbers, however many nodes there are. */
export class ScoreGroups {
  readonly name: string
  readonly weight: number
  /** By position. */
  readonly groups: Int32Array
  /** Of each group. */
  readonly raw: number[] = []
  normalised = this.raw
  /** How the second come from the first; null: they are the same. */
  normalise: Normalise | null = null
  /** The groups whose scores are those of the pod at hand: all, or with scores that are normalised those of nodes that fit it. */
  readonly present: number[] = []
  /** What the plugin says of the nodes of each group. */
  private readonly keys: number[] = []
  private readonly groupOf = new Map<number, number>()
  /** Of each group, the last time that it was present. */
  private readonly times: number[] = []
  private time = 0
  /** Those of the present groups, in their order. */
  private presentRaw = new Int32Array(0)
  private presentNormalised = new Int32Array(0)
  /** The positions of nodes that came to another group since this was last looked at: what the journal has to look at. The first `newsCount` of them count. */
  readonly news: number[] = []
  newsCount = 0
  private seen = -Infinity

  constructor(
    { name, weight }: { readonly name: string; readonly weight: number },
    readonly asks: readonly object[],
    private readonly nodes: readonly NodeState[],
    /** The plugin is asked again of these only. */
    private readonly changes: NodeChanges,
  ) {
    this.name = name
    this.weight = weight
    this.groups = new Int32Array(nodes.length)
  }

  /** Asks the plugin about the nodes that changed. */
  catchUp(score: GroupedScore): void {
    const { changes, nodes } = this
    const first = this.seen
    this.seen = changes.count
    if (changes.areKeptSince(first)) for (let change = first; change < changes.count; change += 1) this.ask(score, changes.at(change))
    else for (let position = 0; position < nodes.length; position += 1) this.ask(score, position)
  }

  /** Works out what groups score with a pod. `groups`: those of the nodes that fit it. */
  score({ rawOf, normalise }: GroupedScore, groups: readonly number[]): void {
    const { keys, raw, present } = this
    if (normalise) this.find(groups)
    if (rawOf) for (const group of present) raw[group] = rawOf(keys[group]!)
    if (normalise) this.bringToScale(normalise)
  }

  private ask(score: GroupedScore, position: number): void {
    const node = this.nodes[position]
    if (!node) return
    const group = this.groupFor(score.keyOf(node))
    if (this.groups[position] === group) return
    this.groups[position] = group
    this.news[this.newsCount] = position
    this.newsCount += 1
  }

  private groupFor(key: number): number {
    const known = this.groupOf.get(key)
    if (known !== undefined) return known
    const group = this.keys.push(key) - 1
    this.groupOf.set(key, group)
    this.raw.push(key)
    this.present.push(group)
    this.times.push(0)
    return group
  }

  private find(groups: readonly number[]): void {
    const { present, times } = this
    this.time += 1
    let count = 0
    for (const group of groups) {
      if (times[group] === this.time) continue
      times[group] = this.time
      present[count] = group
      count += 1
    }
    if (present.length > count) present.length = count
  }

  private bringToScale(normalise: Normalise): void {
    const { present, raw } = this
    if (this.presentRaw.length !== present.length) {
      this.presentRaw = new Int32Array(present.length)
      this.presentNormalised = new Int32Array(present.length)
    }
    for (let at = 0; at < present.length; at += 1) this.presentRaw[at] = raw[present[at]!]!
    normalise(this.presentRaw, this.presentNormalised)
    this.normalise = normalise
    if (this.normalised === raw) this.normalised = []
    for (let at = 0; at < present.length; at += 1) this.normalised[present[at]!] = this.presentNormalised[at]!
  }
}
