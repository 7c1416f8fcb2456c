import { writeFileSync } from 'node:fs'
import { bundleRunner } from './bundle.ts'
import { playSeeds } from './crew.ts'
import { plantedBugs } from './planted/all.ts'
import type { Planted } from './planted/planted.ts'
import type { SeedReport } from './runner.ts'

/** Each bug is looked for in so many runs, and by each process until it has caught it once. */
const mostSeeds = 60
const enough = 1

interface Caught {
  readonly bug: Planted
  readonly tried: number
  readonly by: readonly SeedReport[]
}

/** Plants each bug alone, plays seeds until it is caught, and writes what caught it. Exit code 1 when one is not. */
export async function huntPlanted(ids: readonly string[]): Promise<void> {
  const unknown = ids.find((id) => !plantedBugs.some((bug) => bug.id === id))
  if (unknown !== undefined) throw new Error(`there is no planted bug ${unknown}`)
  const caught: Caught[] = []
  for (const bug of plantedBugs.filter(({ id }) => ids.length === 0 || ids.includes(id))) {
    const found = await hunt(bug)
    caught.push(found)
    console.log(`${bug.id}: ${tellOf(found)}`)
    // A hunt that is broken off leaves what it has found.
    if (ids.length === 0) writeFileSync('docs/PLANTED-BUGS.md', documentOf(caught))
  }
  const missed = caught.filter(({ by }) => by.length === 0).map(({ bug }) => bug.id)
  const unexplained = caught.filter(({ bug, by }) => by.length === 0 && bug.unseen === undefined)
  console.log(`${caught.length - missed.length} of ${caught.length} planted bugs are caught${missed.length > 0 ? `; not ${missed.join(', ')}` : ''}`)
  if (unexplained.length > 0) process.exitCode = 1
}

async function hunt(bug: Planted): Promise<Caught> {
  const runner = await bundleRunner(bug)
  const reports: SeedReport[] = []
  await playSeeds(runner.file, { first: 1, last: mostSeeds, minutes: 20, failures: enough }, (told) => void reports.push(told))
  runner.remove()
  return { bug, tried: reports.length, by: reports.filter(({ failed }) => failed !== null).sort((a, b) => a.seed - b.seed) }
}

function tellOf({ bug, by, tried }: Caught): string {
  if (by.length === 0) return `**missed** by ${tried} runs${bug.unseen === undefined ? '' : `: ${bug.unseen}`}`
  const invariants = [...new Set(by.map(({ failed }) => failed!.invariant))].sort((a, b) => a - b)
  return `invariant ${invariants.map((number) => (number === 0 ? 'assertion' : number)).join(', ')} by ${by.length === 1 ? 'seed' : 'seeds'} ${by.map(({ seed }) => seed).join(', ')} of ${tried} runs`
}

function documentOf(caught: readonly Caught[]): string {
  const rowsSeen = new Set(caught.flatMap(({ by }) => by.map(({ failed }) => failed!.invariant)).filter((number) => number > 0))
  const rows = caught.map((found) => `| ${found.bug.id} | ${found.bug.what} | \`${found.bug.file.replace('src/sim/', '')}\` | ${tellOf(found)} |`)
  return [
    '# Planted bugs',
    '',
    'What one whole hunt, `npm run fuzz -- --planted`, has written, misses included; nothing here is written by hand. Each bug is written into the simulator while it is bundled',
    `(\`fuzz/planted/\`), alone, and random runs of twenty virtual minutes are played, seeds 1 to ${mostSeeds}, until each of two processes has caught it once. The numbers of invariants are`,
    'those of INVARIANTS.md; `fuzz/checks/invariants.ts` says where each is checked. Invariant "assertion": the simulator itself found that something is wrong.',
    '',
    `${caught.filter(({ by }) => by.length > 0).length} of ${caught.length} are caught, ${caught.filter(({ by }) => by.length > 1).length} by more than one seed; ${rowsSeen.size} rows of INVARIANTS.md have caught one at least.`,
    '',
    '| bug | what is wrong then | file in src/sim | caught by |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
