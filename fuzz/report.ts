import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeLink } from '../src/scenario/link.ts'
import { writeScenario, type Scenario } from '../src/scenario/scenario.ts'
import type { Command } from '../src/sim/cluster/run.ts'
import type { Shrunk } from './shrink.ts'

/** Where the page is served by `npm start`. */
const page = 'http://127.0.0.1:4173/'

/** Tells of a failing run: the fewest commands, a line for the command line, and a link that opens it at the moment it went wrong. Writes the scenario into `folder`. */
export function report(seed: number, { plan, failure: { violation, commands }, plays }: Shrunk, folder: string): string {
  const scenario: Scenario = { title: `seed ${seed} breaks invariant ${violation.invariant}`, run: { version: 1, seed: plan.seed, options: plan.options, commands }, until: violation.at }
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `seed-${seed}.json`)
  writeFileSync(file, writeScenario(scenario))
  return [
    `seed ${seed}: ${violation.message}`,
    `  the fewest commands found in ${plays} runs, on ${plan.options.workers ?? 3} workers:`,
    ...commands.map(({ at, command }) => `    ${at / 1000}s ${wordsOf(command)}`),
    `  npm run kubarium -- run ${file} --until ${Math.ceil(violation.at / 1000)}s -o events`,
    `  ${page}#${encodeLink(scenario)}`,
  ].join('\n')
}

/** A command in a line. */
function wordsOf(command: Command): string {
  if (command.kind === 'apply') return `apply ${command.manifests.map((manifest) => `${String(manifest['kind'])}/${String((manifest['metadata'] as { name?: string }).name)}`).join(' ')}`
  if (command.kind === 'request') return `${command.request.verb} ${command.request.resource} ${command.request.name ?? ''} ${JSON.stringify(command.request.body ?? command.request.options ?? '')}`
  if (command.kind === 'fault') return `fault ${JSON.stringify(command.fault)}${command.for === undefined ? '' : ` for ${command.for / 1000}s`}`
  return Object.values(command).join(' ')
}
