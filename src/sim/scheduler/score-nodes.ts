import type { Random } from '../kernel/random.ts'
import type { Cache } from './cache.ts'
import type { FeasibleNodes } from './feasible-nodes.ts'
import type { GroupedScore, PreparedScore, ScorePlugin, View } from './framework.ts'
import type { PodState } from './pod-state.ts'
import type { Profile } from './profile.ts'
import { RecentColumns } from './recent-columns.ts'
import { ScoreClasses } from './score-classes.ts'
import { ScoreGroups } from './score-groups.ts'
import type { ScoreColumn, ScoreTable } from './score-table.ts'

/** A score that is not in groups, and where its column stands. */
interface Other {
  readonly plugin: ScorePlugin
  readonly prepared: PreparedScore
  readonly place: number
}

/** Runs the score plugins over the nodes that fit, pod after pod into the same arrays (upstream: prioritizeNodes). */
export class ScoreBoard {
  private arrays: Int32Array[] = []
  private taken = 0
  private readonly plugins: readonly { readonly plugin: ScorePlugin; readonly columns: RecentColumns<ScoreGroups> }[]
  private readonly classes: RecentColumns<ScoreClasses, ScoreGroups>
  /** Of the pod at hand: the columns that are scored in groups, and how. */
  private readonly groups: ScoreGroups[] = []
  private readonly grouped: GroupedScore[] = []

  constructor(
    { scores }: Profile,
    private readonly cache: Cache,
  ) {
    this.plugins = scores.map((plugin) => {
      const changes = plugin.isAboutRoom ? cache.roomChanges : cache.nodeChanges
      return { plugin, columns: new RecentColumns((asks, nodes) => new ScoreGroups(plugin, asks, nodes, changes)) }
    })
    this.classes = new RecentColumns((asks, nodes) => new ScoreClasses(asks.slice(), nodes, cache.roomChanges))
  }

  score(pod: PodState, view: View, feasible: FeasibleNodes): ScoreTable {
    const { nodes } = this.cache
    const { groups, grouped } = this
    let count = 0
    let others: Other[] | null = null
    for (const { plugin, columns } of this.plugins) {
      const prepared = plugin.preScore(pod, view, feasible)
      if (!prepared) continue
      if ('asks' in prepared) {
        const ofPlugin = columns.of(prepared.asks, nodes)
        ofPlugin.catchUp(prepared)
        groups[count] = ofPlugin
        grouped[count] = prepared
        count += 1
      } else (others ??= []).push({ plugin, prepared, place: count + (others?.length ?? 0) })
    }
    if (groups.length > count) groups.length = grouped.length = count
    const classes = this.classes.of(groups, nodes)
    classes.score(grouped, feasible)
    if (!others) return classes
    this.beginArrays(feasible.length)
    const totals = classes.totals
    const columns = [...classes.columns]
    for (const { plugin, prepared, place } of others) columns.splice(place, 0, this.oneByOne(plugin, prepared, feasible, totals))
    return { columns, totals, pickBest: (random) => feasible.positions[pickBest(totals, random)]! }
  }

  private oneByOne({ name, weight }: ScorePlugin, prepared: PreparedScore, feasible: FeasibleNodes, totals: Int32Array): ScoreColumn {
    const { normalise = null, normaliseHere = null } = prepared
    const raw = this.array(feasible.length)
    prepared.score(feasible, raw)
    const normalised = normalise || normaliseHere ? this.array(feasible.length) : raw
    ;(normaliseHere ?? normalise)?.(raw, normalised)
    for (let at = 0; at < totals.length; at += 1) totals[at]! += normalised[at]! * weight
    return { name, weight, raw, normalised, normalise: normaliseHere ? null : normalise, hasOwnNormalised: normaliseHere !== null, groups: null }
  }

  private beginArrays(length: number): void {
    if (this.arrays[0]?.length !== length) this.arrays = []
    this.taken = 0
  }

  private array(length: number): Int32Array {
    const array = (this.arrays[this.taken] ??= new Int32Array(length))
    this.taken += 1
    return array
  }
}

function pickBest(totals: Int32Array, random: Random): number {
  let best = totals[0]!
  let ties = 0
  for (let at = 0; at < totals.length; at += 1) {
    const total = totals[at]!
    if (total > best) {
      best = total
      ties = 1
    } else if (total === best) ties += 1
  }
  let skipped = ties > 1 ? random.below(ties) : 0
  for (let at = 0; at < totals.length; at += 1) {
    if (totals[at] !== best) continue
    if (skipped === 0) return at
    skipped -= 1
  }
  return 0
}
