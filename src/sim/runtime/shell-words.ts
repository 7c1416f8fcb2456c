import type { EpochMillis } from '../api/time.ts'
import { literalDollar } from './shell-tokens.ts'

/** What words of a script may refer to while it runs. */
export interface WordScope {
  readonly variables: Map<string, string>
  readonly hostname: string
  readonly epochMillis: EpochMillis
  readonly lastExit: number
  fileText(path: string): string | null
  /** What a command printed that had to ask the network; undefined: it asks nothing. */
  printedBy?(command: string): string | undefined
}

/** Longer words stay as they are written, and deeper commands print nothing. */
const [longestWord, deepest] = [20_000, 32]
/** What words may become, together: about what Linux gives to a process. */
export const mostLetters = 1_000_000

/** Replaces `$NAME`, `${NAME:-default}`, `$(command)` and `$((sum))` as a shell does; what is not understood becomes empty. */
export function expandWord(word: string, scope: WordScope, depth = 0): string {
  if (word.length > longestWord) return word.replaceAll(literalDollar, '$')
  if (depth > deepest) return ''
  let text = ''
  let at = 0
  while (at < word.length && text.length < mostLetters) {
    const char = word[at]!
    if (char !== '$') {
      text += char
      at += 1
      continue
    }
    const rest = word.slice(at)
    const arithmetic = /^\$\(\(([^()]*)\)\)/.exec(rest)
    const braces = /^\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}/.exec(rest)
    const plain = /^\$([A-Za-z_]\w*|[?$#@0-9])/.exec(rest)
    if (arithmetic) text += String(evaluateSum(arithmetic[1]!, scope))
    else if (braces) text += scope.variables.get(braces[1]!) || (braces[2] ?? '')
    else if (plain) text += specialOf(plain[1]!, scope) ?? scope.variables.get(plain[1]!) ?? ''
    const matched = arithmetic ?? braces ?? plain
    if (matched) at += matched[0].length
    else if (rest.startsWith('$(')) {
      const end = closing(rest)
      text += substituted(rest.slice(2, end), scope, depth + 1)
      at += end + 1
    } else {
      text += '$'
      at += 1
    }
  }
  return text.slice(0, mostLetters).replaceAll(literalDollar, '$')
}

/** `Thu Jan  1 09:00:00 UTC 2026`, as date prints it. */
export function dateText(epoch: EpochMillis): string {
  const day = Math.floor(epoch / 86_400_000)
  const weekday = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'][((day % 7) + 7) % 7]!
  const { year, month, date } = calendar(day)
  const seconds = Math.floor((epoch - day * 86_400_000) / 1000)
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':')
  const monthName = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][month]!
  return `${weekday} ${monthName} ${String(date).padStart(2)} ${clock} UTC ${year}`
}

function calendar(day: number): { year: number; month: number; date: number } {
  let year = 1970
  let left = day
  for (let length = yearLength(year); left >= length; length = yearLength(year)) {
    left -= length
    year += 1
  }
  let month = 0
  for (let length = monthLength(year, month); left >= length; length = monthLength(year, month)) {
    left -= length
    month += 1
  }
  return { year, month, date: left + 1 }
}

function yearLength(year: number): number {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 366 : 365
}

function monthLength(year: number, month: number): number {
  return month === 1 ? yearLength(year) - 337 : [3, 5, 8, 10].includes(month) ? 30 : 31
}

function specialOf(name: string, scope: WordScope): string | undefined {
  if (name === '?') return String(scope.lastExit)
  if (name === '$') return '1'
  if (name === 'HOSTNAME') return scope.variables.get(name) ?? scope.hostname
  return undefined
}

function substituted(command: string, scope: WordScope, depth: number): string {
  const printed = scope.printedBy?.(command)
  if (printed !== undefined) return printed
  const words = command.trim().split(/\s+/).map((word) => expandWord(word.replaceAll(/['"]/g, ''), scope, depth))
  switch (words[0]) {
    case 'date':
      return words[1] === '+%s' ? String(Math.floor(scope.epochMillis / 1000)) : dateText(scope.epochMillis)
    case 'hostname':
      return scope.hostname
    case 'cat':
      return scope.fileText(words[1] ?? '')?.trimEnd() ?? ''
    case 'seq':
      return numbersOf(words.slice(1)).join(' ')
    case 'echo':
      return words.slice(1).join(' ')
    case 'expr':
      return String(evaluateSum(words.slice(1).join(' '), scope))
    case 'nproc':
      return '1'
    default:
      return ''
  }
}

/** The numbers of `seq LAST`, `seq FIRST LAST` and `seq FIRST STEP LAST`; at most ten thousand. */
function numbersOf(words: readonly string[]): string[] {
  const numbers = words.map(Number)
  const [first, step, last] = numbers.length === 1 ? [1, 1, numbers[0]!] : numbers.length === 2 ? [numbers[0]!, 1, numbers[1]!] : [numbers[0]!, numbers[1]!, numbers[2] ?? 0]
  const result: string[] = []
  if (!(step > 0)) return result
  for (let value = first; value <= last && result.length < 10_000; value += step) result.push(String(value))
  return result
}

/** Whole-number arithmetic from left to right with `*`, `/` and `%` first. */
function evaluateSum(text: string, scope: WordScope): number {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|[+\-*/%]/g) ?? []
  const valueOf = (token: string | undefined): number => {
    const raw = token === undefined ? '0' : /^\d/.test(token) ? token : (scope.variables.get(token) ?? '0')
    return /^-?\d+$/.test(raw) ? Number(raw) : 0
  }
  let sum = 0
  let sign = 1
  let at = 0
  while (at < tokens.length) {
    if (tokens[at] === '+' || tokens[at] === '-') {
      sign = tokens[at] === '-' ? -1 : 1
      at += 1
      continue
    }
    let product = valueOf(tokens[at])
    at += 1
    while (tokens[at] === '*' || tokens[at] === '/' || tokens[at] === '%') {
      const right = valueOf(tokens[at + 1])
      if (tokens[at] === '*') product *= right
      else if (right !== 0) product = tokens[at] === '/' ? Math.trunc(product / right) : product % right
      at += 2
    }
    sum += sign * product
    sign = 1
  }
  return sum
}

function closing(text: string): number {
  let depth = 0
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1
    if (text[at] === ')' && (depth -= 1) === 0) return at
  }
  return text.length
}

/** The commands in the `$(…)` of a word, the outermost only. */
export function substitutionsIn(word: string): string[] {
  const found: string[] = []
  for (let at = word.indexOf('$('); at >= 0; at = word.indexOf('$(', at)) {
    const end = closing(word.slice(at))
    if (word[at + 2] !== '(') found.push(word.slice(at + 2, at + end))
    at += end
  }
  return found
}
