import type { View } from './framework.ts'
import type { NodeState } from './node-state.ts'
import type { PodState } from './pod-state.ts'
import type { Profile } from './profile.ts'

/** The scores of the nodes that fit, a column per plugin that had something to say. */
export interface ScoreTable {
  readonly columns: readonly ScoreColumn[]
  readonly totals: readonly number[]
  readonly skipped: readonly string[]
}

export interface ScoreColumn {
  readonly name: string
  readonly weight: number
  readonly raw: readonly number[]
  /** The same array as `raw` when the plugin does not normalise. */
  readonly normalised: readonly number[]
}

/** Runs the score plugins over the nodes that fit (upstream: prioritizeNodes). */
export function scoreNodes(profile: Profile, pod: PodState, view: View, feasible: readonly NodeState[]): ScoreTable {
  const columns: ScoreColumn[] = []
  const skipped: string[] = []
  const totals = feasible.map(() => 0)
  for (const plugin of profile.scores) {
    const prepared = plugin.preScore(pod, view, feasible)
    if (!prepared) {
      skipped.push(plugin.name)
      continue
    }
    const raw: number[] = []
    for (let at = 0; at < feasible.length; at += 1) raw.push(prepared.score(feasible[at]!))
    const normalised = prepared.normalise ? prepared.normalise(raw) : raw
    for (let at = 0; at < feasible.length; at += 1) totals[at]! += normalised[at]! * plugin.weight
    columns.push({ name: plugin.name, weight: plugin.weight, raw, normalised })
  }
  return { columns, totals, skipped }
}
