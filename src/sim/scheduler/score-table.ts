import type { Random } from '../kernel/random.ts'
import type { Normalise } from './framework.ts'
import type { ScoreGroups } from './score-groups.ts'

/** The scores of the nodes that fit, a column per plugin that had something to say. Valid until the next pod is scored. */
export interface ScoreTable {
  readonly columns: readonly ScoreColumn[]
  readonly totals: Int32Array
  /** The position of one of the best, by the seeded stream. */
  pickBest(random: Random): number
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
