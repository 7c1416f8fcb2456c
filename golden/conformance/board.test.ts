import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { resources } from '../../src/sim/api/resources.ts'
import { readBoard } from './conformance.ts'

const board = readBoard()
if (board.length === 0) console.log('No board of conformance tests in the golden folder: whether each of its rows has a test is not checked.')

/** Kinds that a row can be about: those of the table of resources, and Scale, which is a view of others. */
const built: ReadonlySet<string> = new Set([...resources.map(({ kind }) => kind), 'Scale'])

describe.skipIf(board.length === 0)('the board of conformance tests', () => {
  const tested = testedRows()
  const rows = board.filter(({ milestone, level }) => milestone === 'heals' && level !== 'C')

  test('each test is of a row, and no row has two', () => {
    const names = new Set(board.map(({ name }) => name))
    expect(tested.filter((name) => !names.has(name))).toEqual([])
    expect(new Set(tested).size).toBe(tested.length)
  })

  test('each row of the milestone whose kinds are built has a test', () => {
    const open = rows.filter(({ name }) => !tested.includes(name))
    const why = open.map(({ name, kinds }) => ({ name, missing: kinds.filter((kind) => !built.has(kind)) }))
    console.log([`Conformance, milestone heals, levels A and B: ${rows.length - open.length} of ${rows.length} rows have a test.`, ...why.map(({ name, missing }) => `  ${name}: ${missing.length > 0 ? `no ${missing.join(', ')} yet` : 'NO TEST'}`)].join('\n'))
    expect(why.filter(({ missing }) => missing.length === 0).map(({ name }) => name)).toEqual([])
  })
})

/** The rows that the files of this folder test. */
function testedRows(): readonly string[] {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'))
  return files.flatMap((file) => [...readFileSync(`${folder}${file}`, 'utf8').matchAll(/^conformance\('([^']+)'/gm)].map(([, name]) => name!))
}
