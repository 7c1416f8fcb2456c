// Upstream: Linux's execve (MAX_ARG_STRLEN, and a quarter of a stack of 8 MiB) and runc's init, which ends when it fails. Left out: bytes (letters are counted), the names of images' own entrypoints (`/docker-entrypoint.sh` stands for all).
import type { Program } from './program.ts'

/** Letters of one argument, or of one variable. */
const longestArgument = 128 * 1024
/** Letters of all arguments and variables. */
export const longestList = 2 * 1024 * 1024

/** True when no process can be started with these arguments and variables. */
export function isTooLong(words: readonly string[], variables: ReadonlyMap<string, string>): boolean {
  const lengths = [...words.map(({ length }) => length), ...Array.from(variables, ([name, value]) => name.length + 1 + value.length)]
  return lengths.some((length) => length >= longestArgument) || lengths.reduce((sum, length) => sum + length, 0) > longestList
}

/** What becomes of a container whose arguments or variables are too long. */
export function* tooLong(name: string): Program {
  yield { kind: 'log', line: `exec ${name}: argument list too long` }
  return 255
}
