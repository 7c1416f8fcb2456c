// Upstream: the shells and small commands of common images. Left out: pipes' contents, functions, background jobs, most commands.
import type { Millis } from '../kernel/agenda.ts'
import type { EpochMillis } from '../api/time.ts'
import { canEnd, knownCommands, portsOf, questionOf, scriptOf, serverCommands, type Question } from './shell-commands.ts'
import { parseShell, type ShellNode } from './shell-parser.ts'
import { dateText, expandWord, substitutionsIn, type WordScope } from './shell-words.ts'

/** What a program does next; the answer of `ask` and the skip count of `iteration` go back in through the generator. */
export type ProgramStep =
  | { readonly kind: 'wait'; readonly millis: Millis }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'file'; readonly path: string; readonly text: string | null }
  | { readonly kind: 'memory'; readonly bytes: number }
  /** A question whose answer nobody knows beforehand. */
  | { readonly kind: 'ask'; readonly question: Question }
  /** One more round of a loop that cannot end; the reader may skip some. */
  | { readonly kind: 'iteration'; readonly period: Millis }
  /** From here on it is a server, or sleeps for good. */
  | { readonly kind: 'forever'; readonly serves: boolean; readonly ports: readonly number[] }

/** A running program: yields what it does, returns its exit code. */
export type Program = Generator<ProgramStep, number, number | boolean | undefined>

/** What a program sees of its container. */
export interface ProgramHost {
  readonly environment: ReadonlyMap<string, string>
  readonly hostname: string
  /** Files that are there when it starts (mounted volumes); null: not there. */
  fileText(path: string): string | null
  /** Wall-clock time `offset` after the program's start. */
  epochAt(offset: Millis): EpochMillis
  /** What a command that nobody knows is: an error, the image's own server, or a tool of the image's that does its work (or fails). */
  readonly unknownCommand: 'missing' | 'serves' | 'succeeds' | 'fails'
}

/** The program behind a command line. */
export function programOf(argv: readonly string[], host: ProgramHost): Program {
  return new Interpreter(host).main(argv)
}

/** How a loop or a script was left. */
type Left = 'normally' | 'break' | 'continue' | 'exit'

class Interpreter {
  private readonly variables: Map<string, string>
  private readonly files = new Map<string, string | null>()
  /** By command: what came of its last question. */
  private readonly printed = new Map<string, string>()
  private readonly host: ProgramHost
  private offset: Millis = 0
  private exitCode = 0

  constructor(host: ProgramHost) {
    this.host = host
    this.variables = new Map(host.environment)
  }

  *main(argv: readonly string[]): Program {
    const script = scriptOf(argv)
    if (script === null) yield* this.command(argv, 'stdout')
    else {
      const node = parseShell(script)
      if (node) yield* this.run(node)
      else yield { kind: 'forever', serves: true, ports: [] }
    }
    return this.exitCode
  }

  private *run(node: ShellNode): Generator<ProgramStep, Left, number | boolean | undefined> {
    switch (node.kind) {
      case 'command':
        for (const word of node.words) yield* this.askFor(word)
        return yield* this.command(node.words.map((word) => this.expand(word)), node.output)
      case 'assign':
        yield* this.askFor(node.value)
        this.variables.set(node.name, this.expand(node.value))
        return 'normally'
      case 'sequence':
        for (const item of node.items) {
          const left = yield* this.run(item)
          if (left !== 'normally') return left
        }
        return 'normally'
      case 'and':
      case 'or': {
        const left = yield* this.run(node.left)
        if (left !== 'normally' || (this.exitCode === 0) !== (node.kind === 'and')) return left
        return yield* this.run(node.right)
      }
      case 'not': {
        const left = yield* this.run(node.inner)
        this.exitCode = this.exitCode === 0 ? 1 : 0
        return left
      }
      case 'if': {
        const left = yield* this.run(node.condition)
        if (left !== 'normally') return left
        if (this.exitCode === 0) return yield* this.run(node.then)
        this.exitCode = 0
        return node.otherwise ? yield* this.run(node.otherwise) : 'normally'
      }
      case 'for':
        return yield* this.forLoop(node)
      case 'loop':
        return yield* this.loop(node)
      case 'trap':
        return 'normally'
    }
  }

  private *forLoop(node: Extract<ShellNode, { kind: 'for' }>): Generator<ProgramStep, Left, number | boolean | undefined> {
    for (const value of node.values.flatMap((word) => this.valuesOf(word))) {
      this.variables.set(node.name, value)
      const left = yield* this.run(node.body)
      if (left === 'exit') return left
      if (left === 'break') break
    }
    return 'normally'
  }

  private valuesOf(word: string): string[] {
    const range = /^\{(\d+)\.\.(\d+)\}$/.exec(word)
    if (range) return Array.from({ length: Math.min(10_000, Math.max(0, Number(range[2]) - Number(range[1]) + 1)) }, (_, at) => String(Number(range[1]) + at))
    return this.expand(word).split(/\s+/).filter((value) => value !== '')
  }

  private *loop(node: Extract<ShellNode, { kind: 'loop' }>): Generator<ProgramStep, Left, number | boolean | undefined> {
    const endless = !canEnd(node)
    for (;;) {
      const before = this.offset
      const variables = endless ? new Map(this.variables) : null
      const condition = yield* this.run(node.condition)
      if (condition !== 'normally') return condition
      if ((this.exitCode === 0) === node.until) break
      const left = yield* this.run(node.body)
      if (left === 'exit') return left
      if (left === 'break') break
      if (this.offset === before) yield* this.wait(1)
      if (variables) yield* this.nextRound(this.offset - before, variables)
    }
    this.exitCode = 0
    return 'normally'
  }

  /** Skipping rounds moves the clock and whatever variable counts with them. */
  private *nextRound(period: Millis, before: ReadonlyMap<string, string>): Generator<ProgramStep, void, number | boolean | undefined> {
    const skipped = yield { kind: 'iteration', period }
    if (typeof skipped !== 'number' || skipped <= 0) return
    this.offset += skipped * period
    for (const [name, value] of this.variables) {
      const old = before.get(name)
      if (old !== undefined && old !== value && /^-?\d+$/.test(old) && /^-?\d+$/.test(value)) {
        this.variables.set(name, String(Number(value) + skipped * (Number(value) - Number(old))))
      }
    }
  }

  private *wait(millis: Millis): Generator<ProgramStep, void, number | boolean | undefined> {
    this.offset += millis
    yield { kind: 'wait', millis }
  }

  private *command(words: readonly string[], output: 'stdout' | { readonly file: string }): Generator<ProgramStep, Left, number | boolean | undefined> {
    const name = words[0]?.slice(words[0].lastIndexOf('/') + 1) ?? ''
    const nested = scriptOf(words)
    if (nested !== null) {
      const node = parseShell(nested)
      const left = node ? yield* this.run(node) : 'normally'
      return left === 'exit' ? 'normally' : left
    }
    this.exitCode = 0
    switch (name) {
      case 'exit':
      case 'return':
        this.exitCode = Number(words[1] ?? 0) & 255
        return 'exit'
      case 'break':
      case 'continue':
        return name
      case 'exec':
        if (words.length === 1) return 'normally'
        yield* this.command(words.slice(1), output)
        return 'exit'
      case 'sleep':
        yield* this.sleep(words.slice(1))
        return 'normally'
      case 'false':
        this.exitCode = 1
        return 'normally'
      case 'tail':
        if (words.includes('/dev/zero')) yield { kind: 'memory', bytes: Number.MAX_SAFE_INTEGER }
        if (words.some((word) => /^-[fF]|^--follow/.test(word))) yield { kind: 'forever', serves: false, ports: [] }
        return 'normally'
      case 'yes':
        yield { kind: 'forever', serves: false, ports: [] }
        return 'normally'
      case 'stress':
        yield* this.stress(words)
        return 'normally'
      default:
        yield* this.simple(name, words, output)
        return 'normally'
    }
  }

  private *simple(name: string, words: readonly string[], output: 'stdout' | { readonly file: string }): Program {
    const question = questionOf(name, words)
    if (question) {
      const answer = yield { kind: 'ask', question }
      this.exitCode = answer === true ? 0 : 1
    } else if (name === 'test' || name === '[' || name === '[[') this.exitCode = this.test(words.slice(1)) ? 0 : 1
    else if (name === 'touch') for (const path of words.slice(1)) yield* this.writeFile(path, this.fileText(path) ?? '')
    else if (name === 'rm') for (const path of words.slice(1).filter((word) => !word.startsWith('-'))) yield* this.writeFile(path, null)
    else if (name === 'export') for (const word of words.slice(1)) this.assign(word)
    // Whom they look for has been told to end by the time they look.
    else if (name === 'killall' || name === 'pkill' || (name === 'kill' && words[1] === '-0')) this.exitCode = 1
    else if (serverCommands.has(name) && words[1] === '-s') return 0
    else if (serverCommands.has(name)) yield { kind: 'forever', serves: true, ports: portsOf(words) }
    else if (!knownCommands.has(name)) yield* this.unknown(words[0] ?? '')
    else yield* this.print(this.outputOf(name, words), output)
    return this.exitCode
  }

  private *unknown(name: string): Program {
    const { unknownCommand } = this.host
    if (unknownCommand === 'serves') yield { kind: 'forever', serves: true, ports: [] }
    else if (unknownCommand === 'missing') {
      yield { kind: 'log', line: `sh: ${name}: not found` }
      this.exitCode = 127
    } else this.exitCode = unknownCommand === 'succeeds' ? 0 : 1
    return this.exitCode
  }

  private outputOf(name: string, words: readonly string[]): string | null {
    switch (name) {
      case 'echo':
        return words.slice(1).filter((word, at) => !(at === 0 && /^-[ne]+$/.test(word))).join(' ')
      case 'printf':
        return (words[1] ?? '').replaceAll('\\n', '\n').replace(/%s|%d/g, () => words[2] ?? '').trimEnd()
      case 'date':
        return dateText(this.host.epochAt(this.offset))
      case 'hostname':
        return this.host.hostname
      case 'env':
      case 'printenv':
        return words[1] === undefined ? [...this.variables].map(([key, value]) => `${key}=${value}`).join('\n') : (this.variables.get(words[1]) ?? null)
      case 'cat':
        return this.cat(words.slice(1))
      case 'ls':
        if (words.slice(1).some((path) => path.startsWith('/tmp/') && this.fileText(path) === null)) this.exitCode = 1
        return null
      case 'seq':
        return this.expand(`$(${words.join(' ')})`).split(' ').join('\n')
      case 'whoami':
        return 'root'
      case 'uname':
        return 'Linux'
      default:
        return null
    }
  }

  private cat(paths: readonly string[]): string | null {
    const texts: string[] = []
    for (const path of paths) {
      const text = this.fileText(path)
      if (text === null) {
        this.exitCode = 1
        return `cat: can't open '${path}': No such file or directory`
      }
      if (text !== '') texts.push(text.trimEnd())
    }
    return texts.length > 0 ? texts.join('\n') : null
  }

  private *print(text: string | null, output: 'stdout' | { readonly file: string }): Program {
    if (output !== 'stdout') {
      if (output.file !== '/dev/null') yield* this.writeFile(output.file, text ?? '')
    } else if (text !== null) for (const line of text.split('\n')) yield { kind: 'log', line }
    return 0
  }

  private *writeFile(path: string, text: string | null): Generator<ProgramStep, void, number | boolean | undefined> {
    this.files.set(path, text)
    yield { kind: 'file', path, text }
  }

  private *sleep(words: readonly string[]): Generator<ProgramStep, void, number | boolean | undefined> {
    let millis = 0
    for (const word of words) {
      if (/^(?:infinity|inf)$/.test(word)) {
        yield { kind: 'forever', serves: false, ports: [] }
        return
      }
      const match = /^(\d*(?:\.\d+)?)([smhd]?)$/.exec(word)
      if (!match || match[1] === '') {
        yield { kind: 'log', line: `sleep: invalid number '${word}'` }
        this.exitCode = 1
        return
      }
      millis += Math.round(Number(match[1]) * (match[2] === 'm' ? 60_000 : match[2] === 'h' ? 3_600_000 : match[2] === 'd' ? 86_400_000 : 1000))
    }
    yield* this.wait(millis)
  }

  /** `stress --vm 2 --vm-bytes 250M --timeout 60s`. */
  private *stress(words: readonly string[]): Generator<ProgramStep, void, number | boolean | undefined> {
    const option = (names: readonly string[]) => words.find((_, at) => names.includes(words[at - 1] ?? ''))
    const workers = Number(option(['--vm', '-m']) ?? 0)
    const size = /^(\d+)([bBkKmMgG]?)$/.exec(option(['--vm-bytes']) ?? '256M')
    const unit = { b: 1, k: 1024, m: 1024 * 1024, g: 1024 * 1024 * 1024 }[(size?.[2] || 'b').toLowerCase()] ?? 1
    yield { kind: 'log', line: `stress: info: [1] dispatching hogs: ${option(['--cpu', '-c']) ?? 0} cpu, 0 io, ${workers} vm, 0 hdd` }
    if (workers > 0 && size) yield { kind: 'memory', bytes: workers * Number(size[1]) * unit }
    const timeout = option(['--timeout', '-t'])
    if (timeout === undefined) yield { kind: 'forever', serves: false, ports: [] }
    else yield* this.sleep([timeout])
  }

  private test(words: readonly string[]): boolean {
    const [first = '', second = '', third] = words.filter((word) => word !== ']' && word !== ']]')
    if (first === '!') return !this.test(words.slice(1))
    if (third === undefined) {
      if (first === '-f' || first === '-e' || first === '-s' || first === '-d') return this.fileText(second) !== null
      if (first === '-n') return second !== ''
      if (first === '-z') return second === ''
      return first !== ''
    }
    switch (second) {
      case '=':
      case '==':
        return first === third
      case '!=':
        return first !== third
      case '-eq':
        return Number(first) === Number(third)
      case '-ne':
        return Number(first) !== Number(third)
      case '-lt':
        return Number(first) < Number(third)
      case '-le':
        return Number(first) <= Number(third)
      case '-gt':
        return Number(first) > Number(third)
      case '-ge':
        return Number(first) >= Number(third)
      default:
        return false
    }
  }

  private assign(word: string): void {
    const equals = word.indexOf('=')
    if (equals > 0) this.variables.set(word.slice(0, equals), word.slice(equals + 1))
  }

  private fileText(path: string): string | null {
    return this.files.has(path) ? (this.files.get(path) ?? null) : this.host.fileText(path)
  }

  /** Asks what the commands inside a word ask, so that the word can be expanded. */
  private *askFor(word: string): Generator<ProgramStep, void, number | boolean | undefined> {
    for (const command of word.includes('$(') ? substitutionsIn(word) : []) {
      const words = (command.split('|')[0] ?? '').trim().split(/\s+/).map((part) => this.expand(part.replaceAll(/['"]/g, '')))
      const question = questionOf(words[0] ?? '', words)
      if (!question) continue
      const answer = yield { kind: 'ask', question }
      this.printed.set(command, printedAnswer(command, answer === true))
      this.exitCode = answer === true ? 0 : 1
    }
  }

  private expand(word: string): string {
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
