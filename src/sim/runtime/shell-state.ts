// Upstream: the variables, files and words of a POSIX shell. Left out: functions, arrays, quoting of what expansions give.
import type { Millis } from '../kernel/agenda.ts'
import type { Program, ProgramHost, ProgramPart } from './program.ts'
import { questionOf } from './shell-commands.ts'
import { expandWord, mostLetters, substitutionsIn, type WordScope } from './shell-words.ts'

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

  constructor(host: ProgramHost) {
    this.host = host
    this.variables = new Map(host.environment)
  }

  *wait(millis: Millis): ProgramPart {
    this.offset += millis
    yield { kind: 'wait', millis }
  }

  *print(text: string | null, output: Output): Program {
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

  /** Asks what the commands inside a word ask, so that the word can be expanded. */
  *askFor(word: string): ProgramPart {
    for (const command of word.includes('$(') ? substitutionsIn(word) : []) {
      const words = (command.split('|')[0] ?? '').trim().split(/\s+/).map((part) => this.expand(part.replaceAll(/['"]/g, '')))
      const question = questionOf(words[0] ?? '', words)
      if (!question) continue
      const answer = yield { kind: 'ask', question }
      this.printed.set(command, printedAnswer(command, answer === true))
      this.exitCode = answer === true ? 0 : 1
    }
  }

  /** The words of one command. */
  expandAll(words: readonly string[]): string[] {
    let left = mostLetters
    return words.map((word) => {
      const text = this.expand(word).slice(0, left)
      left -= text.length
      return text
    })
  }

  expand(word: string): string {
    const scope: WordScope = {
      variables: this.variables,
      hostname: this.host.hostname,
      epochMillis: this.host.epochAt(this.offset),
      lastExit: this.exitCode,
      fileText: (path) => this.fileText(path),
      printedBy: (command) => this.printed.get(command),
    }
    return expandWord(word, scope)
  }
}

/** What wget, curl or nslookup print, as far as scripts look at it: the status of an answer, or that there was one. */
function printedAnswer(command: string, answered: boolean): string {
  if (/%\{(?:http_code|response_code)\}/.test(command)) return answered ? '200' : '000'
  if (!answered) return ''
  return /\|\s*(?:awk|cut|grep|sed)\b/.test(command) && /HTTP|server-response|-S\b|-I\b|status/i.test(command) ? '200' : 'OK'
}
