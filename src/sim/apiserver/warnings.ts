// Upstream: apiserver/pkg/endpoints/filters/warning.go (v1.36).
import type { Result } from '../api/status.ts'

/** truncateAtTotalRunes and truncateItemRunes. */
const mostCharacters = 4096
const mostOfOne = 256

/** An answer with the warnings of earlier steps before its own. */
export function withWarnings<T>(result: Result<T>, earlier: readonly string[] | undefined): Result<T> {
  return earlier?.length ? { ...result, warnings: [...earlier, ...(result.warnings ?? [])] } : result
}

/** What reaches the sender: each warning once, none that no header can hold, and only the beginnings of the first ones when they are too long together. */
export function asHeaders(warnings: readonly string[]): string[] {
  const told = [...new Set(warnings)].filter((text) => text !== '' && !/\p{Cc}/u.test(text)).slice(0, mostCharacters).map((text) => [...text])
  let total = 0
  const tooMuch = told.findIndex(({ length }) => (total += length) > mostCharacters)
  if (tooMuch < 0) return told.map((characters) => characters.join(''))
  const cut = told.map((characters) => characters.slice(0, mostOfOne))
  total = 0
  return cut.filter(({ length }, at) => (at <= tooMuch || total < mostCharacters) && (total += length) > 0).map((characters) => characters.join(''))
}
