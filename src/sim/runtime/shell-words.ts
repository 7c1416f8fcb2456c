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

/** What a command is made of or prints, or a little more. A shell has no bound, but its script is a stranger's. */
export const mostLetters = 1024 * 1024
/** Deeper commands print nothing. */
const deepest = 32
/** `$((sum))`, `${NAME:-default}` or `$NAME`. */
const reference = /\$(?:\(\(([^()]*)\)\)|\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|([A-Za-z_]\w*|[?$#@0-9]))/y

/**
 * Replaces `$NAME`, `${NAME:-default}`, `$(command)` and `$((sum))` in the words of a command as a shell does; what is not understood becomes empty.
 * `letters`: how many were made of them, those of commands within commands too; no more than `mostLetters`.
 */
export function expandWords(words: readonly string[], scope: WordScope): { readonly words: string[]; readonly letters: number } {
  const expansion = new Expansion(scope)
  return { words: expansion.words(words, 0), letters: mostLetters - expansion.left }
}

class Expansion {
  private readonly scope: WordScope
  left = mostLetters

  constructor(scope: WordScope) {
    this.scope = scope
  }

  words(words: readonly string[], depth: number): string[] {
    return depth > deepest ? [] : words.map((word) => this.word(word, depth))
  }

  private word(word: string, depth: number): string {
    let text = ''
    // Without an end of braces none are searched for: once for each that begins would take for ever.
    const lastBrace = word.lastIndexOf('}')
    let at = 0
    while (at < word.length && this.left > 0) {
      const dollar = word.indexOf('$', at)
      if (dollar !== at) {
        const end = dollar < 0 ? word.length : dollar
        text += this.take(word.slice(at, end))
        at = end
        continue
      }
      reference.lastIndex = at
      const found = word[at + 1] === '{' && lastBrace < at ? null : reference.exec(word)
      if (found) {
        text += this.take(this.valueOf(found))
        at = reference.lastIndex
      } else if (word[at + 1] === '(') {
        const end = closing(word, at + 1)
        text += this.take(this.printedBy(word.slice(at + 2, end), depth + 1))
        at = end + 1
      } else {
        text += this.take('$')
        at += 1
      }
    }
    return text.replaceAll(literalDollar, '$')
  }

  /** As much of it as there is room for. */
  private take(text: string): string {
    const taken = text.slice(0, this.left)
    this.left -= taken.length
    return taken
  }

  private valueOf([, sum, braced, otherwise, plain]: RegExpExecArray): string {
    const { variables } = this.scope
    if (sum !== undefined) return String(evaluateSum(sum, this.scope))
    if (braced !== undefined) return variables.get(braced) || (otherwise ?? '')
    return specialOf(plain!, this.scope) ?? variables.get(plain!) ?? ''
  }

  private printedBy(command: string, depth: number): string {
    const { scope } = this
    const printed = scope.printedBy?.(command)
    if (printed !== undefined) return printed
    const words = this.words(wordsOf(command), depth)
    switch (words[0]) {
      case 'date':
        return words[1] === '+%s' ? String(Math.floor(scope.epochMillis / 1000)) : dateText(scope.epochMillis)
      case 'hostname':
        return scope.hostname
      case 'cat':
        return this.take(scope.fileText(words[1] ?? '') ?? '').trimEnd()
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
}

/** The words of a command within a word, without their quotes. */
export function wordsOf(command: string): string[] {
  return command.trim().split(/\s+/).map((word) => word.replaceAll(/['"]/g, ''))
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

/** The numbers of `seq LAST`, `seq FIRST LAST` and `seq FIRST STEP LAST`; at most ten thousand. */
function numbersOf(words: readonly string[]): string[] {
  const numbers = words.map(Number)
  const [first, step, last] = numbers.length === 1 ? [1, 1, numbers[0]!] : numbers.length === 2 ? [numbers[0]!, 1, numbers[1]!] : [numbers[0]!, numbers[1]!, numbers[2] ?? 0]
  const result: string[] = []
  if (!(step > 0)) return result
  for (let value = first; value <= last && result.length < 10_000; value += step) result.push(String(value))
  return result
}

/** Nobody writes a longer one. */
const longestSum = 10_000

/** Whole-number arithmetic from left to right with `*`, `/` and `%` first. */
function evaluateSum(text: string, scope: WordScope): number {
  if (text.length > longestSum) return 0
  const tokens = text.match(/\d+|[A-Za-z_]\w*|[+\-*/%]/g) ?? []
  const valueOf = (token: string | undefined): number => {
    const raw = token === undefined ? '0' : /^\d/.test(token) ? token : (scope.variables.get(token) ?? '0')
    return /^-?\d{1,18}$/.test(raw) ? Number(raw) : 0
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

/** Where the parenthesis that opens at `open` closes; the end of the text when it does not. */
function closing(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1
    if (text[at] === ')' && (depth -= 1) === 0) return at
  }
  return text.length
}

/** The commands in the `$(…)` of a word, the outermost only. */
export function substitutionsIn(word: string): string[] {
  const found: string[] = []
  for (let at = word.indexOf('$('); at >= 0; at = word.indexOf('$(', at)) {
    const end = closing(word, at + 1)
    if (word[at + 2] !== '(') found.push(word.slice(at + 2, end))
    at = end
  }
  return found
}
