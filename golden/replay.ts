import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isApplicable } from './applicability.ts'
import type { GoldenCase, GoldenSet } from './harness.ts'

/** What came of replaying one set. */
export interface SetResult {
  readonly name: string
  readonly passed: number
  readonly applicable: number
  readonly total: number
  readonly failures: readonly { readonly name: string; readonly difference: string }[]
}

/** Replays one set; null when the folder has no file for it. */
export function replay(set: GoldenSet, folder: string): SetResult | null {
  const file = join(folder, `${set.name}.jsonl`)
  if (!existsSync(file)) return null
  const all = readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as GoldenCase)
  const applicable = all.filter((golden) => isApplicable(set.name, golden))
  const failures: { name: string; difference: string }[] = []
  for (const golden of applicable) {
    const difference = differenceOf(set, golden, all)
    if (difference) failures.push({ name: golden.name, difference })
  }
  return { name: set.name, passed: applicable.length - failures.length, applicable: applicable.length, total: all.length, failures }
}

function differenceOf(set: GoldenSet, golden: GoldenCase, all: readonly GoldenCase[]): string | null {
  try {
    const answer = set.run(golden, all)
    return answer === null || answer === undefined || answer === '' ? null : String(answer)
  } catch (error) {
    return error instanceof Error ? `threw ${error.stack?.split('\n').slice(0, 3).join(' ') ?? error.message}` : `threw ${String(error)}`
  }
}
