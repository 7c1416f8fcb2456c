import { expect, test } from 'vitest'
import { fuzzRun } from './run.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 300)
const batch = 25
const first = Number(process.env.FUZZ_SEED ?? 1)

/** Seeds that once found something, and what. */
const regressions = [
  { seed: 2, found: 'a kubelet whose status was refused tried again in the same instant, for ever' },
  { seed: 8, found: 'a finished rollout past its deadline was looked at every 5 ms; a node that came back left its pods not ready' },
  { seed: 48, found: 'pods without grace kept their room after they were gone: OutOfcpu for their successors' },
  { seed: 147, found: 'after a relist new pods were admitted before the gone ones had made room' },
  { seed: 394, found: 'the kubelet beside a cut-off API server could not reach it, and then never kept up its mirror pods' },
] as const

test.each(regressions)('seed $seed, which found that $found', ({ seed }) => {
  expect(fuzzRun(seed).events).toBeGreaterThan(1000)
})

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
