import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodeLink } from '../src/scenario/link.ts'
import { readScenario } from '../src/scenario/scenario.ts'
import { bundleRunner } from './bundle.ts'
import { hear } from './crew.ts'
import { plantedBugs } from './planted/all.ts'

test('a run that a planted bug breaks is made small, and told as a line for the command line and a link that hold the same few commands', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubarium-shrink-'))
  const runner = await bundleRunner(plantedBugs.find(({ id }) => id === 'surge-off-by-one')!)
  const lines: string[] = []
  await hear(runner.file, ['shrink', '1', '6', folder], (line) => lines.push(line))
  runner.remove()
  expect(lines[0]).toMatch(/^seed 1: invariant 75 at \d+ ms: default\/\w has \d+ replicas in its sets/)
  const file = join(folder, 'seed-1.json')
  expect(lines.at(-2)).toMatch(`  npm run kubarium -- run ${file} --until `)
  const [saved, linked] = [readScenario(readFileSync(file, 'utf8')), decodeLink(new URL(lines.at(-1)!.trim()).hash)]
  rmSync(folder, { recursive: true })
  if (!saved.ok || !linked.ok) throw new Error('the scenario cannot be read')
  expect(linked.scenario).toEqual(saved.scenario)
  expect(saved.scenario.run.commands.length).toBeLessThanOrEqual(3)
  expect(saved.scenario.run.commands.some(({ command }) => command.kind === 'apply')).toBe(true)
})
