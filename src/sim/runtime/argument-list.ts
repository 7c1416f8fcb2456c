// Upstream: Linux's execve (MAX_ARG_STRLEN, and a quarter of a stack of 8 MiB) and runc's init, which ends when it fails. Left out: bytes (letters are counted).
import type { Program } from './program.ts'

/** Letters of one argument, or of one variable. */
export const longestArgument = 128 * 1024
/** Letters of all arguments and variables. */
export const longestList = 2 * 1024 * 1024

/** True when no process can be started with these. */
export function isTooLong(words: readonly string[]): boolean {
  let letters = 0
  for (const { length } of words) {
    letters += length
    if (length >= longestArgument || letters > longestList) return true
  }
  return false
}

/** What becomes of a container whose arguments or variables are too long. */
export function* tooLong(name: string): Program {
  yield { kind: 'log', line: `exec ${name}: argument list too long` }
  return 255
}
