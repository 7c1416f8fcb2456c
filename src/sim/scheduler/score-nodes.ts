import type { Cache } from './cache.ts'
import type { FeasibleNodes } from './feasible-nodes.ts'
import type { GroupedScore, Normalise, PreparedScore, ScorePlugin, View } from './framework.ts'
import type { PodState } from './pod-state.ts'
import type { Profile } from './profile.ts'
import { RecentColumns } from './recent-columns.ts'
import { ScoreGroups } from './score-groups.ts'

/** The scores of the nodes that fit, a column per plugin that had something to say. Valid until the next pod is scored. */
export interface ScoreTable {
  readonly columns: readonly ScoreColumn[]
  readonly totals: Int32Array
  readonly skipped: readonly string[]
}

export interface ScoreColumn {
  readonly name: string
  readonly weight: number
  readonly raw: Int32Array
  readonly normalised: Int32Array
  /** How the second comes from the first alone; null: it is the same, or does not. */
  readonly normalise: Normalise | null
  readonly hasOwnNormalised: boolean
  /** Where the scores come from when nodes are scored in groups. */
  readonly groups: ScoreGroups | null
}

/** Runs the score plugins over the nodes that fit, pod after pod into the same arrays (upstream: prioritizeNodes). */
export class ScoreBoard {
  private arrays: Int32Array[] = []
  private taken = 0
  private readonly plugins: readonly { readonly plugin: ScorePlugin; readonly columns: RecentColumns<ScoreGroups> }[]

  constructor(
    { scores }: Profile,
    private readonly cache: Cache,
  ) {
    this.plugins = scores.map((plugin) => {
      const changes = plugin.isAboutRoom ? cache.roomChanges : cache.nodeChanges
      return { plugin, columns: new RecentColumns((asks, nodes) => new ScoreGroups(asks, nodes, changes)) }
    })
  }

  score(pod: PodState, view: View, feasible: FeasibleNodes): ScoreTable {
    if (this.arrays[0]?.length !== feasible.length) this.arrays = []
    this.taken = 0
    const columns: ScoreColumn[] = []
    const skipped: string[] = []
    const totals = this.array(feasible.length).fill(0)
    for (const { plugin, columns: remembered } of this.plugins) {
      const prepared = plugin.preScore(pod, view, feasible)
      if (!prepared) skipped.push(plugin.name)
      else if ('asks' in prepared) columns.push(byGroup(plugin, prepared, remembered.of(prepared.asks, this.cache.nodes), feasible, totals))
      else columns.push(this.oneByOne(plugin, prepared, feasible, totals))
    }
    return { columns, totals, skipped }
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

  private array(length: number): Int32Array {
    const array = (this.arrays[this.taken] ??= new Int32Array(length))
    this.taken += 1
    return array
  }
}

function byGroup(plugin: ScorePlugin, prepared: GroupedScore, groups: ScoreGroups, feasible: FeasibleNodes, totals: Int32Array): ScoreColumn {
  groups.score(prepared, feasible)
  groups.addTo(totals, feasible, plugin.weight)
  return new GroupedColumn(plugin, prepared.normalise ?? null, groups, feasible)
}

/** A column of which only groups were looked at: row by row it is for those who ask. */
class GroupedColumn implements ScoreColumn {
  readonly name: string
  readonly weight: number
  readonly hasOwnNormalised = false

  constructor(
    { name, weight }: ScorePlugin,
    readonly normalise: Normalise | null,
    readonly groups: ScoreGroups,
    private readonly feasible: FeasibleNodes,
  ) {
    this.name = name
    this.weight = weight
  }

  get raw(): Int32Array {
    return this.groups.rawAt(this.feasible.positions)
  }

  get normalised(): Int32Array {
    return this.groups.scoresAt(this.feasible.positions)
  }
}
