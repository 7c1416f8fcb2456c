import { resolve } from 'node:path'

/** One line of a golden file: what goes in, what Kubernetes makes of it. */
export interface GoldenCase {
  readonly name: string
  readonly what: string
  // The files hold any JSON; each adapter knows the form of its own.
  // oxlint-disable-next-line no-explicit-any
  readonly in: any
  // oxlint-disable-next-line no-explicit-any
  readonly out: any
  readonly class: string
  readonly source: string
}

/** An adapter that replays one golden file against the product. */
export interface GoldenSet {
  /** The path of the file below the golden folder, without `.jsonl`. */
  readonly name: string
  /** Throws or returns a text that says the difference; null or undefined is a pass. `all` are the cases of the file, in order. */
  run(golden: GoldenCase, all: readonly GoldenCase[]): unknown
}

const defaultFolder = '../shared/golden'

/** Where the golden data is: the variable GOLDEN, or the folder next to the project. */
export function goldenFolder(): { readonly path: string; readonly isDefault: boolean } {
  const asked = process.env['GOLDEN']
  const path = resolve(asked || defaultFolder)
  return { path, isDefault: path === resolve(defaultFolder) }
}

/**
 * Says where two JSON values differ first, or null when they are equal. Key order is nothing, list order is everything; undefined is absent.
 * `<*>` inside an expected text stands for any text, and as a whole value for any value, when `wildcards` is set.
 */
export function difference(expected: unknown, actual: unknown, path = '', wildcards = false): string | null {
  if (wildcards && expected === '<*>') return null
  if (Object.is(expected, actual) || (expected === 0 && actual === 0)) return null
  if (wildcards && typeof expected === 'string' && typeof actual === 'string' && matchesWildcards(expected, actual)) return null
  if (Array.isArray(expected) && Array.isArray(actual)) return listDifference(expected, actual, path, wildcards)
  if (isRecord(expected) && isRecord(actual)) return recordDifference(expected, actual, path, wildcards)
  return `at ${path || 'the top'}: expected ${shown(expected)}, got ${shown(actual)}`
}

function listDifference(expected: readonly unknown[], actual: readonly unknown[], path: string, wildcards: boolean): string | null {
  for (let at = 0; at < Math.max(expected.length, actual.length); at += 1) {
    if (at >= expected.length || at >= actual.length) return `at ${path}[${at}]: expected ${shown(expected[at])}, got ${shown(actual[at])}`
    const found = difference(expected[at], actual[at], `${path}[${at}]`, wildcards)
    if (found) return found
  }
  return null
}

function recordDifference(expected: Record<string, unknown>, actual: Record<string, unknown>, path: string, wildcards: boolean): string | null {
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const one = Object.hasOwn(expected, key) ? expected[key] : undefined
    const other = Object.hasOwn(actual, key) ? actual[key] : undefined
    const found = difference(one, other, path ? `${path}.${key}` : key, wildcards)
    if (found) return found
  }
  return null
}

function matchesWildcards(expected: string, actual: string): boolean {
  if (!expected.includes('<*>')) return false
  const pattern = expected.split('<*>').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*')
  return new RegExp(`^${pattern}$`).test(actual)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value))
  return text.length > 400 ? `${text.slice(0, 400)}…` : text
}
