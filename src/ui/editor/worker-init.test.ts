// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest'
import { initialize } from './worker-init.ts'

type Found = Record<string, (uri: string) => Promise<unknown>>

const started = vi.hoisted(() => ({ make: null as ((context: unknown, data: unknown) => unknown) | null }))

vi.mock('monaco-editor/editor/editor.worker.js', () => ({ initialize: (make: (context: unknown, data: unknown) => unknown) => { started.make = make } }))

/** What the page hears of a language server that finds this. */
function heard(found: Record<string, unknown>): Found {
  initialize(() => Object.fromEntries(Object.entries(found).map(([method, answer]) => [method, () => answer])))
  self.onmessage!({} as MessageEvent)
  return started.make!({}, {}) as Found
}

test('what violates the schema is an error, and of very many mistakes and folds the first are told', async () => {
  const many = Array.from({ length: 20_000 }, (_, at) => ({ severity: at === 0 ? 2 : 1, at }))
  const worker = heard({ doValidation: many, getFoldingRanges: many, doHover: 'as it was' })
  const mistakes = (await worker['doValidation']!('a.yaml')) as typeof many
  expect(mistakes).toHaveLength(1000)
  expect(mistakes.slice(0, 2)).toEqual([{ severity: 1, at: 0 }, { severity: 1, at: 1 }])
  expect(await worker['getFoldingRanges']!('a.yaml')).toEqual(many.slice(0, 10_000))
  expect(worker['doHover']!('a.yaml')).toBe('as it was')
})

test('of a tree of very many symbols the first are told, each before what is in it', async () => {
  const leaf = { name: 'leaf', children: [] }
  const worker = heard({ findDocumentSymbols: [{ name: 'first', children: Array.from({ length: 9_000 }, () => leaf) }, { name: 'second', children: Array.from({ length: 9_000 }, () => leaf) }, leaf] })
  const symbols = (await worker['findDocumentSymbols']!('a.yaml')) as { readonly name: string; readonly children: unknown[] }[]
  expect(symbols.map(({ name, children }) => [name, children.length])).toEqual([['first', 9_000], ['second', 998]])
  expect(await heard({ findDocumentSymbols: undefined })['findDocumentSymbols']!('a.yaml')).toBeUndefined()
})
