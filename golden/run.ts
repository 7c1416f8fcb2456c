// npm run golden [-- [--record] SET…]: replays golden data and prints `set passed/applicable (total)`, then every failing case.
// SET is the name of a set or the beginning of one ("machinery", "objects/val"). --record writes golden/figures.json.
import { existsSync } from 'node:fs'
import { recordFigures } from './figures.ts'
import { goldenFolder } from './harness.ts'
import { replay, type SetResult } from './replay.ts'
import { sets } from './sets.ts'

const words = process.argv.slice(2)
const wanted = words.filter((word) => !word.startsWith('--'))
const folder = goldenFolder()

if (!existsSync(folder.path)) {
  console.log(`No golden data: ${folder.path} does not exist (set GOLDEN to the folder that holds it). Nothing was replayed.`)
} else {
  const results = replayAll()
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const applicable = results.reduce((sum, result) => sum + result.applicable, 0)
  console.log(`all ${passed}/${applicable} (${results.reduce((sum, result) => sum + result.total, 0)})`)
  for (const result of results) for (const { name, difference } of result.failures) console.log(`FAIL ${result.name} ${name}: ${difference}`)
  if (words.includes('--record')) recordFigures(results)
  process.exitCode = passed === applicable ? 0 : 1
}

function replayAll(): SetResult[] {
  const results: SetResult[] = []
  for (const set of sets) {
    if (wanted.length > 0 && !wanted.some((word) => set.name.startsWith(word))) continue
    const result = replay(set, folder.path)
    console.log(result ? `${result.name} ${result.passed}/${result.applicable} (${result.total})` : `${set.name} no such file in ${folder.path}: skipped`)
    if (result) results.push(result)
  }
  return results
}
