import { expect, test } from 'vitest'
import { planRun } from './plan.ts'
import { play, type Failure, type Outcome } from './play.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 300)
const batch = 25
const first = Number(process.env.FUZZ_SEED ?? 1)

/** Two of three runs are as long as those of `npm run fuzz`, twenty virtual minutes until the faults end: a tenth of its two thousand. The others are over sooner. */
const shortLength = 6 * 60_000

function outcomeOf(seed: number): Outcome {
  const outcome: Outcome | Failure = seed % 3 === 0 ? play(planRun(seed, shortLength)) : play(planRun(seed))
  if ('violation' in outcome) throw new Error(`seed ${seed}: ${outcome.violation.message}`, { cause: outcome.violation })
  return outcome
}

test.each(Array.from({ length: Math.ceil(runs / batch) }, (_, index) => first + index * batch))('holds its invariants after every event of the runs with seeds from %i on, and comes to where it would be without faults', { timeout: 600_000 }, (from) => {
  for (let seed = from; seed < Math.min(from + batch, first + runs); seed += 1) {
    const { events, checked } = outcomeOf(seed)
    expect(events).toBeGreaterThan(1000)
    expect(checked).toBeGreaterThan(200)
  }
})

test('seed 7 twice gives the same hash', () => {
  expect(outcomeOf(7)).toEqual(outcomeOf(7))
})
