import type { Cache } from './cache.ts'
import type { FeasibleNodes } from './feasible-nodes.ts'
import type { GroupedScore, Normalise, PreparedScore, ScorePlugin, View } from './framework.ts'
import type { PodState } from './pod-state.ts'
import type { Profile } from './profile.ts'
import { RememberedGroups, type ScoreGroups } from './score-groups.ts'

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
  private readonly remembered: RememberedGroups

  constructor(
    private readonly profile: Profile,
    cache: Cache,
  ) {
    this.remembered = new RememberedGroups(cache)
  }

  score(pod: PodState, view: View, feasible: FeasibleNodes): ScoreTable {
    if (this.arrays[0]?.length !== feasible.length) this.arrays = []
    this.taken = 0
    const columns: ScoreColumn[] = []
    const skipped: string[] = []
    const totals = this.array(feasible.length).fill(0)
    for (const plugin of this.profile.scores) {
      const prepared = plugin.preScore(pod, view, feasible)
      if (!prepared) skipped.push(plugin.name)
      else columns.push('asks' in prepared ? this.byGroup(plugin, prepared, feasible, totals) : this.oneByOne(plugin, prepared, feasible, totals))
    }
    return { columns, totals, skipped }
  }

  private byGroup(plugin: ScorePlugin, prepared: GroupedScore, feasible: FeasibleNodes, totals: Int32Array): ScoreColumn {
    const groups = this.remembered.of(plugin, prepared)
    groups.score(prepared, feasible)
    groups.addTo(totals, feasible, plugin.weight)
    return new GroupedColumn(plugin, prepared.normalise ?? null, groups, feasible)
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
    return this.rows(this.groups.raw)
  }

  get normalised(): Int32Array {
    return this.rows(this.groups.normalised)
  }

  private rows(scores: readonly number[]): Int32Array {
    return this.feasible.positions.map((position) => scores[this.groups.groups[position]!]!)
  }
}
