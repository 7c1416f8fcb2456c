import { difference } from '../harness.ts'
import type { GoldenSet } from '../harness.ts'
import { decide } from './world.ts'

/** The verdict on every node and the FailedScheduling text. */
export const schedulerFilter: GoldenSet = {
  name: 'scheduler/filter',
  run(golden) {
    const outcome = decide(golden)
    const entries: [string, unknown][] = outcome.feasible.map(({ name }) => [name, { code: 'Success', plugin: '', reasons: [] }])
    outcome.refused.forEach(({ name }, at) => {
      const { plugin, code, reasons } = outcome.refusals[at]!
      entries.push([name, { plugin, code, reasons: sorted(reasons, golden.out.statuses?.[name]?.reasons) }])
    })
    const { absent } = outcome
    const seen = new Set(entries.map(([name]) => name))
    for (const { metadata } of golden.in.nodes ?? []) if (absent && !seen.has(metadata.name)) entries.push([metadata.name, absent])
    const actual = {
      feasible: outcome.feasible.map(({ name }) => name).sort(),
      message: outcome.message,
      ...(outcome.nominate === null ? {} : { nominatedNodeName: outcome.nominate }),
      ...(outcome.stage === 'Filter' ? {} : { stage: outcome.stage }),
      statuses: Object.fromEntries(entries),
    }
    return difference({ ...golden.out, feasible: (golden.out.feasible as string[]).toSorted() }, actual)
  },
}

/** Several scalar resources of a node come in no defined order. */
function sorted(reasons: readonly string[], expected: readonly string[] | undefined): readonly string[] {
  const isSame = expected && [...expected].sort().join('\n') === [...reasons].sort().join('\n')
  return isSame && reasons.filter((reason) => reason.includes('/')).length > 1 ? expected : reasons
}
