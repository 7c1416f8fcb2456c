import { expect, test } from 'vitest'
import { fuzzRun } from './run.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 300)
const batch = 25
const first = Number(process.env.FUZZ_SEED ?? 1)

test.each(Array.from({ length: Math.ceil(runs / batch) }, (_, index) => first + index * batch))('holds its invariants after every event of the runs with seeds from %i on', { timeout: 600_000 }, (from) => {
  for (let seed = from; seed < Math.min(from + batch, first + runs); seed += 1) {
    try {
      const { events, checked } = fuzzRun(seed)
      expect(events).toBeGreaterThan(1000)
      expect(checked).toBeGreaterThan(200)
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
})

test('seed 7 twice gives the same hash', () => {
  expect(fuzzRun(7)).toEqual(fuzzRun(7))
})
