import { fullLength, planRun } from './plan.ts'
import { play, type Failure, type Outcome } from './play.ts'
import { report } from './report.ts'
import { shrink } from './shrink.ts'

/** One run in so many is played a second time. */
const playedTwice = 15

/** What one process of `npm run fuzz` says about one seed, a line of JSON each. */
export interface SeedReport {
  readonly seed: number
  readonly milliseconds: number
  readonly failed: { readonly invariant: number; readonly message: string } | null
}

/** `run FIRST LAST STEP MINUTES` plays seeds until the last, or until so many have failed; `shrink SEED MINUTES FOLDER` makes one small and tells of it. */
function main([verb, ...words]: readonly string[]): void {
  if (verb === 'shrink') return console.log(shrunkReport(Number(words[0]), lengthOf(words[1]), words[2] ?? 'artifacts/fuzz'))
  const [first = 1, last = 1, step = 1] = words.slice(0, 3).map(Number)
  const length = lengthOf(words[3])
  let failuresLeft = Number(words[4] ?? Number.POSITIVE_INFINITY)
  for (let seed = first; seed <= last && failuresLeft > 0; seed += step) {
    const began = performance.now()
    const outcome = play(planRun(seed, length))
    const failed = 'violation' in outcome ? { invariant: outcome.violation.invariant, message: outcome.violation.message } : seed % playedTwice === 0 ? differs(outcome, play(planRun(seed, length))) : null
    if (failed) failuresLeft -= 1
    console.log(JSON.stringify({ seed, milliseconds: Math.round(performance.now() - began), failed } satisfies SeedReport))
  }
}

/** 2: the same plan gives the same run. */
function differs(one: Outcome, other: Outcome | Failure): SeedReport['failed'] {
  const hash = 'violation' in other ? other.violation.message : other.hash
  return hash === one.hash ? null : { invariant: 2, message: `invariant 2: played twice it ends with ${one.hash} and with ${hash}` }
}

function lengthOf(minutes: string | undefined): number {
  return minutes === undefined ? fullLength : Number(minutes) * 60_000
}

function shrunkReport(seed: number, length: number, folder: string): string {
  const plan = planRun(seed, length)
  const failure = play(plan)
  return 'violation' in failure ? report(seed, shrink(plan, failure), folder) : `seed ${seed} holds all invariants`
}

main(process.argv.slice(2))
