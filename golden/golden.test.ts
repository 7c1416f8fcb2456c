import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readFigures } from './figures.ts'
import { goldenFolder } from './harness.ts'
import { replay } from './replay.ts'
import { sets } from './sets.ts'

const folder = goldenFolder()
const figures = readFigures()
const missing = !existsSync(folder.path)
if (missing) console.log(`No golden data at ${folder.path}: its replay is skipped.`)
else if (!folder.isDefault) console.log(`Golden data at ${folder.path} is not the copy that figures.json speaks of: its replay is skipped (npm run golden shows it).`)

describe.skipIf(missing || !folder.isDefault)('what was reached on the golden data stays reached', () => {
  test.each(sets.map((set) => [set.name, set] as const))('%s', (name, set) => {
    const figure = figures[name]
    if (!figure) return
    const result = replay(set, folder.path)
    expect(result, 'the golden file is gone').not.toBeNull()
    expect(result!.applicable, 'fewer cases are called applicable').toBeGreaterThanOrEqual(figure.applicable)
    expect(result!.passed, result!.failures.map((failure) => `${failure.name}: ${failure.difference}`).join('\n')).toBeGreaterThanOrEqual(figure.passed)
  })
})
