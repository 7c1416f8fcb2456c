import type { Cache } from './cache.ts'
import type { FeasibleNodes } from './feasible-nodes.ts'
import type { Normalise, View } from './framework.ts'
import type { PodState } from './pod-state.ts'
import type { Profile } from './profile.ts'
import { RememberedScores, type RawColumn } from './remembered-scores.ts'

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
  /** The same array as `raw` when the plugin does not normalise. */
  readonly normalised: Int32Array
  /** How the second comes from the first alone; null: it does not, or it is the first. */
  readonly normalise: Normalise | null
  /** Where the raw scores of all nodes are remembered, if they are. */
  readonly remembered: RawColumn | null
}

/** Runs the score plugins over the nodes that fit, pod after pod into the same arrays (upstream: prioritizeNodes). */
export class ScoreBoard {
  private arrays: Int32Array[] = []
  private taken = 0

  private readonly remembered: RememberedScores

  constructor(
    private readonly profile: Profile,
    cache: Cache,
  ) {
    this.remembered = new RememberedScores(cache)
  }

  score(pod: PodState, view: View, feasible: FeasibleNodes): ScoreTable {
    if (this.arrays[0]?.length !== feasible.length) this.arrays = []
    this.taken = 0
    const columns: ScoreColumn[] = []
    const skipped: string[] = []
    const totals = this.array(feasible.length).fill(0)
    for (const plugin of this.profile.scores) {
      const prepared = plugin.preScore(pod, view, feasible)
      if (!prepared) {
        skipped.push(plugin.name)
        continue
      }
      const { name, weight } = plugin
      const { asks, normalise = null, normaliseHere = null } = prepared
      const raw = this.array(feasible.length)
      const remembered = asks ? this.remembered.of(plugin, asks) : null
      if (remembered) remembered.read(prepared, feasible, raw)
      else prepared.score(feasible, raw)
      const normalised = normalise || normaliseHere ? this.array(feasible.length) : raw
      ;(normaliseHere ?? normalise)?.(raw, normalised)
      addWeighted(totals, normalised, weight)
      columns.push({ name, weight, raw, normalised, normalise: normaliseHere ? null : normalise, remembered })
    }
    return { columns, totals, skipped }
  }

  private array(length: number): Int32Array {
    const array = (this.arrays[this.taken] ??= new Int32Array(length))
    this.taken += 1
    return array
  }
}

function addWeighted(totals: Int32Array, scores: Int32Array, weight: number): void {
  for (let at = 0; at < totals.length; at += 1) totals[at]! += scores[at]! * weight
}
