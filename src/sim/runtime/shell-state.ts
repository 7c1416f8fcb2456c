// Upstream: the variables, files and words of a POSIX shell. Left out: functions, arrays, quoting of what expansions give, commands with several words within commands within words.
import type { Millis } from '../kernel/agenda.ts'
import type { Program, ProgramHost, ProgramPart, ProgramStep } from './program.ts'
import { questionOf } from './shell-commands.ts'
import { expandWords, substitutionsIn, wordsOf } from './shell-words.ts'

/** Where a command's output goes. */
export type Output = 'stdout' | { readonly file: string }

/** What a shell knows while it runs, and the little that all commands do. */
export class ShellState {
  readonly variables: Map<string, string>
  readonly host: ProgramHost
  offset: Millis = 0
  exitCode = 0
  private readonly files = new Map<string, string | null>()
  /** By command: what came of its last question. */
  private readonly printed = new Map<string, string>()
  /** Letters that were made or copied since that was last counted. */
  private handled = 0

  constructor(host: ProgramHost) {
    this.host = host
    this.variables = new Map(host.environment)
  }

  *wait(millis: Millis): ProgramPart {
    this.offset += millis
    yield { kind: 'wait', millis }
  }

  *print(text: string | null, output: Output): Program {
    this.handled += text?.length ?? 0
    yield this.work(0)
    if (output !== 'stdout') {
      if (output.file !== '/dev/null') yield* this.writeFile(output.file, text ?? '')
    } else if (text !== null) for (const line of text.split('\n')) yield { kind: 'log', line }
    return 0
  }

  *writeFile(path: string, text: string | null): ProgramPart {
    this.files.set(path, text)
    yield { kind: 'file', path, text }
  }

  assign(word: string): void {
    const equals = word.indexOf('=')
    if (equals > 0) this.variables.set(word.slice(0, equals), word.slice(equals + 1))
  }

  fileText(path: string): string | null {
    return this.files.has(path) ? (this.files.get(path) ?? null) : this.host.fileText(path)
  }

  /** The text of a file that is copied as a whole. */
  readFile(path: string): string | null {
    const text = this.fileText(path)
    this.handled += text?.length ?? 0
    return text
  }

  /** What a command costs for which so many letters were read: a unit takes some 50 ns. */
  work(read: number): ProgramStep {
    const effort = 50 + read + this.handled / 8
    this.handled = 0
    return { kind: 'work', effort }
  }

  /** The words of a command, once what the commands inside them ask has been answered. */
  *wordsOf(words: readonly string[]): Generator<ProgramStep, string[], number | boolean | undefined> {
    for (const word of words) if (word.includes('$(')) yield* this.askFor(word)
    const expanded = this.expand(words)
    yield this.work(words.reduce((sum, { length }) => sum + length, 0))
    return expanded
  }

  expand(words: readonly string[]): string[] {
    const expanded = expandWords(words, {
      variables: this.variables,
      hostname: this.host.hostname,
      epochMillis: this.host.epochAt(this.offset),
      lastExit: this.exitCode,
      fileText: (path) => this.readFile(path),
      printedBy: (command) => this.printed.get(command),
    })
    this.handled += expanded.letters
    return expanded.words
  }

  private *askFor(word: string): ProgramPart {
    for (const command of substitutionsIn(word)) {
      const words = this.expand(wordsOf(command.split('|', 1)[0]!))
      const question = questionOf(words[0] ?? '', words)
      if (!question) continue
      const answer = yield { kind: 'ask', question }
      this.printed.set(command, printedAnswer(command, answer === true))
      this.exitCode = answer === true ? 0 : 1
    }
  }
}

/** What wget, curl or nslookup print, as far as scripts look at it: the status of an answer, or that there was one. */
function printedAnswer(command: string, answered: boolean): string {
  if (/%\{(?:http_code|response_code)\}/.test(command)) return answered ? '200' : '000'
  if (!answered) return ''
  return /\|\s*(?:awk|cut|grep|sed)\b/.test(command) && /HTTP|server-response|-S\b|-I\b|status/i.test(command) ? '200' : 'OK'
}
