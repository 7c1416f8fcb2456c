// Upstream: the shells of common images. Left out: pipes' contents, functions, background jobs, the time that commands take, what comes after some ten thousand of them without a pause, words of a command beyond 1 MiB together.
import type { Millis } from '../kernel/agenda.ts'
import type { Program, ProgramHost, ProgramPart, ProgramStep } from './program.ts'
import { isTooLong, tooLong } from './argument-list.ts'
import { simple, sleep, stress } from './shell-builtins.ts'
import { canEnd, scriptOf } from './shell-commands.ts'
import { parseShell, type ShellNode } from './shell-parser.ts'
import { ShellState, type Output } from './shell-state.ts'

/** The program behind a command line that is modelled. */
export function programOf(argv: readonly string[], host: ProgramHost): Program {
  return isTooLong(argv, host.environment) ? tooLong(argv[0]!) : new Interpreter(host).main(argv)
}

/** How a loop or a script was left. */
type Left = 'normally' | 'break' | 'continue' | 'exit'

class Interpreter {
  private readonly state: ShellState

  constructor(host: ProgramHost) {
    this.state = new ShellState(host)
  }

  *main(argv: readonly string[]): Program {
    const script = scriptOf(argv)
    if (script === null) yield* this.command(argv, 'stdout')
    else {
      const node = parseShell(script)
      if (node) yield* this.run(node)
      else yield { kind: 'forever', serves: true, ports: [] }
    }
    return this.state.exitCode
  }

  private *run(node: ShellNode): Generator<ProgramStep, Left, number | boolean | undefined> {
    switch (node.kind) {
      case 'command':
        return yield* this.command(yield* this.state.wordsOf(node.words), node.output)
      case 'assign':
        this.state.variables.set(node.name, (yield* this.state.wordsOf([node.value]))[0]!)
        return 'normally'
      case 'sequence':
        for (const item of node.items) {
          const left = yield* this.run(item)
          if (left !== 'normally') return left
        }
        return 'normally'
      case 'chain': {
        let left = yield* this.run(node.first)
        for (const { kind, node: next } of node.rest) {
          if (left !== 'normally') break
          if ((this.state.exitCode === 0) === (kind === 'and')) left = yield* this.run(next)
        }
        return left
      }
      case 'not': {
        const left = yield* this.run(node.inner)
        this.state.exitCode = this.state.exitCode === 0 ? 1 : 0
        return left
      }
      case 'if': {
        const left = yield* this.run(node.condition)
        if (left !== 'normally') return left
        if (this.state.exitCode === 0) return yield* this.run(node.then)
        this.state.exitCode = 0
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
    for (const value of valuesOf(node.values, yield* this.state.wordsOf(node.values))) {
      yield this.state.work(value.length)
      this.state.variables.set(node.name, value)
      const left = yield* this.run(node.body)
      if (left === 'exit') return left
      if (left === 'break') break
    }
    return 'normally'
  }

  private *loop(node: Extract<ShellNode, { kind: 'loop' }>): Generator<ProgramStep, Left, number | boolean | undefined> {
    const endless = !canEnd(node)
    for (;;) {
      const before = this.state.offset
      const variables = endless ? new Map(this.state.variables) : null
      const condition = yield* this.run(node.condition)
      if (condition !== 'normally') return condition
      if ((this.state.exitCode === 0) === node.until) break
      const left = yield* this.run(node.body)
      if (left === 'exit') return left
      if (left === 'break') break
      if (this.state.offset === before) yield* this.state.wait(1)
      if (variables) yield* this.nextRound(this.state.offset - before, variables)
    }
    this.state.exitCode = 0
    return 'normally'
  }

  /** Skipping rounds moves the clock and whatever variable counts with them. */
  private *nextRound(period: Millis, before: ReadonlyMap<string, string>): ProgramPart {
    const skipped = yield { kind: 'iteration', period }
    if (typeof skipped !== 'number' || skipped <= 0) return
    this.state.offset += skipped * period
    for (const [name, value] of this.state.variables) {
      const old = before.get(name)
      if (old !== undefined && old !== value && /^-?\d+$/.test(old) && /^-?\d+$/.test(value)) {
        this.state.variables.set(name, String(Number(value) + skipped * (Number(value) - Number(old))))
      }
    }
  }

  private *command(words: readonly string[], output: Output): Generator<ProgramStep, Left, number | boolean | undefined> {
    const name = words[0]?.slice(words[0].lastIndexOf('/') + 1) ?? ''
    const nested = scriptOf(words)
    if (nested !== null) {
      const node = parseShell(nested)
      const left = node ? yield* this.run(node) : 'normally'
      return left === 'exit' ? 'normally' : left
    }
    this.state.exitCode = 0
    switch (name) {
      case 'exit':
      case 'return':
        this.state.exitCode = Number(words[1] ?? 0) & 255
        return 'exit'
      case 'break':
      case 'continue':
        return name
      case 'exec':
        if (words.every((word) => word === 'exec')) return 'normally'
        yield* this.command(words.slice(words.findIndex((word) => word !== 'exec')), output)
        return 'exit'
      case 'sleep':
        yield* sleep(this.state, words.slice(1))
        return 'normally'
      case 'false':
        this.state.exitCode = 1
        return 'normally'
      case 'tail':
        if (words.includes('/dev/zero')) yield { kind: 'memory', bytes: Number.MAX_SAFE_INTEGER }
        if (words.some((word) => /^-[fF]|^--follow/.test(word))) yield { kind: 'forever', serves: false, ports: [] }
        return 'normally'
      case 'yes':
        yield { kind: 'forever', serves: false, ports: [] }
        return 'normally'
      case 'stress':
        yield* stress(this.state, words)
        return 'normally'
      default:
        yield* simple(this.state, name, words, output)
        return 'normally'
    }
  }
}

/** What a loop over words goes through: ranges, and the words within what the others became. */
function* valuesOf(words: readonly string[], expanded: readonly string[]): Generator<string, void> {
  for (const [at, text] of expanded.entries()) {
    const range = /^\{(\d+)\.\.(\d+)\}$/.exec(words[at]!)
    const [first, last] = [Number(range?.[1]), Number(range?.[2])]
    if (range) for (let value = first; value <= last && value < first + 10_000; value += 1) yield String(value)
    else yield* text.split(/\s+/).filter((value) => value !== '')
  }
}
