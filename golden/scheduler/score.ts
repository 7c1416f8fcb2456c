import { createProfile } from '../../src/sim/scheduler/profile.ts'
import type { ScoreColumn } from '../../src/sim/scheduler/score-table.ts'
import { difference } from '../harness.ts'
import type { GoldenSet } from '../harness.ts'
import { decide } from './world.ts'

/** Raw and normalised scores of every plugin and node, and who wins. */
export const schedulerScore: GoldenSet = {
  name: 'scheduler/score',
  run(golden) {
    const { feasible, scores, node } = decide(golden)
    const names = feasible.map(({ name }) => name)
    const byNode = (values: ArrayLike<number>) => Object.fromEntries(names.map((name, at) => [name, values[at]]))
    const { out } = golden
    if (!scores) return difference({ feasible: (out.feasible as string[]).toSorted(), scored: out.scored }, { feasible: names.sort(), scored: false })
    const best = Math.max(...scores.totals)
    // A scheduler that was asked (golden/recorded) tells no raw scores.
    const column = ({ name, weight, raw, normalised }: ScoreColumn) => ({ weight, ...(out.plugins?.[name]?.raw && { raw: byNode(raw) }), normalised: byNode(normalised) })
    const actual = {
      feasible: [...names].sort(),
      scored: true,
      plugins: Object.fromEntries(scores.columns.map((each) => [each.name, column(each)])),
      skipped: createProfile().scores.map(({ name }) => name).filter((name) => !scores.columns.some((each) => each.name === name)).sort(),
      total: byNode(scores.totals),
      best: names.filter((_, at) => scores.totals[at] === best).sort(),
    }
    const expected = {
      feasible: (out.feasible as string[]).toSorted(),
      scored: out.scored,
      plugins: Object.fromEntries(Object.entries(out.plugins as Record<string, object>).map(([name, column]) => [name, withoutParts(column)])),
      skipped: (out.skipped as string[]).toSorted(),
      total: out.total,
      best: (out.best as string[]).toSorted(),
    }
    return difference(expected, actual) ?? (expected.best.includes(node?.name ?? '') ? null : `chose ${node?.name}`)
  },
}

/** The components of the balance are explanatory: the product keeps only their sum. */
function withoutParts(column: object): object {
  return Object.fromEntries(Object.entries(column).filter(([key]) => key !== 'parts'))
}
