import { bundleRunner } from './bundle.ts'
import { hear, playSeeds } from './crew.ts'
import { huntPlanted } from './hunt.ts'
import type { SeedReport } from './runner.ts'

const usage = `Usage: npm run fuzz -- [--runs N] [--seed S] [--minutes M]   plays N (2000) random runs from seed S (1) on, M (20) virtual minutes of faults each
       npm run fuzz -- --shrink SEED [--minutes M]            makes a failing run small and prints how to open it
       npm run fuzz -- --planted [ID…]                        plants each known bug in turn and writes docs/PLANTED-BUGS.md`

/** So many failing runs are made small: the first of each invariant. */
const mostShrunk = 5

async function main(words: readonly string[]): Promise<void> {
  const numberOf = (flag: string, otherwise: number): number => {
    const at = words.indexOf(flag)
    const value = at < 0 ? otherwise : Number(words[at + 1])
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${flag} needs a whole number\n${usage}`)
    return value
  }
  const minutes = numberOf('--minutes', 20)
  if (words.includes('--help')) return console.log(usage)
  if (words.includes('--planted')) return huntPlanted(words.slice(words.indexOf('--planted') + 1))
  const runner = await bundleRunner(null)
  try {
    if (words.includes('--shrink')) await hear(runner.file, ['shrink', String(numberOf('--shrink', 1)), String(minutes)], (line) => console.log(line))
    else await playAll(runner.file, numberOf('--seed', 1), numberOf('--runs', 2000), minutes)
  } finally {
    runner.remove()
  }
}

async function playAll(file: string, first: number, runs: number, minutes: number): Promise<void> {
  const began = performance.now()
  const failed: SeedReport[] = []
  let [done, longest] = [0, 0]
  await playSeeds(file, { first, last: first + runs - 1, minutes }, (told) => {
    done += 1
    longest = Math.max(longest, told.milliseconds)
    if (told.failed) failed.push(told)
    if (told.failed) console.log(`seed ${told.seed}: ${told.failed.message.split('\n')[0]}`)
    if (done % 100 === 0) console.log(`${done} of ${runs} runs, ${failed.length} failed, ${Math.round((performance.now() - began) / 1000)} s`)
  })
  console.log(`${runs} runs of ${minutes} virtual minutes of faults: ${failed.length} failed; ${Math.round((performance.now() - began) / 1000)} s, longest run ${longest} ms`)
  if (failed.length === 0) return
  process.exitCode = 1
  const firsts = failed.filter(({ failed: one }, index) => failed.findIndex(({ failed: other }) => other!.invariant === one!.invariant) === index)
  for (const { seed } of firsts.slice(0, mostShrunk)) await hear(file, ['shrink', String(seed), String(minutes)], (line) => console.log(line))
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
})
