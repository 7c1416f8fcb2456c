import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { replay } from './replay.ts'
import { sets } from './sets.ts'

const folder = fileURLToPath(new URL('recorded', import.meta.url))

test.each(['scheduler/filter', 'scheduler/score'])("upstream's own scheduler has decided the same: %s", (name) => {
  const result = replay(sets.find((set) => set.name === name)!, folder)
  expect(result?.failures).toEqual([])
  expect(result?.passed).toBeGreaterThanOrEqual(80)
})

test.each(['objects/defaults', 'objects/validation-create', 'objects/validation-update', 'objects/warnings'])("upstream's own strategies have answered the same: %s", (name) => {
  const result = replay(sets.find((set) => set.name === name)!, folder)
  expect(result?.failures).toEqual([])
  expect(result?.passed).toBeGreaterThan(100)
})

test.each(['field-selector', 'json-patch', 'label-selector', 'quantity', 'strategic-merge-patch'])("upstream's own libraries have answered the same: machinery/%s", (name) => {
  const result = replay(sets.find((set) => set.name === `machinery/${name}`)!, folder)
  expect(result?.failures).toEqual([])
  expect(result?.passed).toBe(8)
})
