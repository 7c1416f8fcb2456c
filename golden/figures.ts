import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { SetResult } from './replay.ts'

/** What each set has reached on the golden data next to the project: committed, and it may only grow. */
export type Figures = Record<string, { readonly passed: number; readonly applicable: number; readonly total: number }>

const file = 'golden/figures.json'

export function readFigures(): Figures {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Figures) : {}
}

/** Writes the figures of the sets that ran; the others keep theirs. */
export function recordFigures(results: readonly SetResult[]): void {
  const figures = readFigures()
  for (const { name, passed, applicable, total } of results) figures[name] = { passed, applicable, total }
  const lines = Object.entries(figures).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, figure]) => `  ${JSON.stringify(name)}: ${JSON.stringify(figure)}`)
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`)
}
