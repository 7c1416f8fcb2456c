// Upstream: the small commands of common images (busybox, coreutils, stress). Left out: most commands and options.
import type { Millis } from '../kernel/agenda.ts'
import type { Program, ProgramPart } from './program.ts'
import { knownCommands, portsOf, questionOf, serverCommands } from './shell-commands.ts'
import type { Output, ShellState } from './shell-state.ts'
import { dateText, mostLetters } from './shell-words.ts'

/** Runs a command that is no part of the shell's grammar; answers its exit code. */
export function* simple(state: ShellState, name: string, words: readonly string[], output: Output): Program {
  const question = questionOf(name, words)
  if (question) {
    const answer = yield { kind: 'ask', question }
    state.exitCode = answer === true ? 0 : 1
  } else if (name === 'test' || name === '[' || name === '[[') state.exitCode = test(state, words.slice(1)) ? 0 : 1
  else if (name === 'touch') for (const path of words.slice(1)) yield* state.writeFile(path, state.fileText(path) ?? '')
  else if (name === 'rm') for (const path of words.slice(1).filter((word) => !word.startsWith('-'))) yield* state.writeFile(path, null)
  else if (name === 'export') for (const word of words.slice(1)) state.assign(word)
  // Whom they look for has been told to end by the time they look.
  else if (name === 'killall' || name === 'pkill' || (name === 'kill' && words[1] === '-0')) state.exitCode = 1
  else if (serverCommands.has(name) && words[1] === '-s') return 0
  else if (serverCommands.has(name)) yield { kind: 'forever', serves: true, ports: portsOf(words) }
  else if (!knownCommands.has(name)) yield* unknown(state, words[0] ?? '')
  else yield* state.print(outputOf(state, name, words), output)
  return state.exitCode
}

function* unknown(state: ShellState, name: string): Program {
  const { unknownCommand } = state.host
  if (unknownCommand === 'serves') yield { kind: 'forever', serves: true, ports: [] }
  else if (unknownCommand === 'missing') {
    yield { kind: 'log', line: `sh: ${name}: not found` }
    state.exitCode = 127
  } else state.exitCode = unknownCommand === 'succeeds' ? 0 : 1
  return state.exitCode
}

function outputOf(state: ShellState, name: string, words: readonly string[]): string | null {
  switch (name) {
    case 'echo':
      return words.slice(1).filter((word, at) => !(at === 0 && /^-[ne]+$/.test(word))).join(' ')
    case 'printf':
      return printf(words[1] ?? '', words.slice(2)).trimEnd()
    case 'date':
      return dateText(state.host.epochAt(state.offset))
    case 'hostname':
      return state.host.hostname
    case 'env':
    case 'printenv':
      return words[1] === undefined ? environmentText(state.variables) : (state.variables.get(words[1]) ?? null)
    case 'cat':
      return cat(state, words.slice(1))
    case 'ls':
      if (words.slice(1).some((path) => path.startsWith('/tmp/') && state.fileText(path) === null)) state.exitCode = 1
      return null
    case 'seq':
      return state.expand([`$(${words.join(' ')})`])[0]!.replaceAll(' ', '\n')
    case 'whoami':
      return 'root'
    case 'uname':
      return 'Linux'
    default:
      return null
  }
}

function environmentText(variables: ReadonlyMap<string, string>): string {
  let text = ''
  for (const [name, value] of variables) {
    if (text.length > mostLetters) break
    text += `${text === '' ? '' : '\n'}${name}=${value}`
  }
  return text
}

/** The format as often as there are values for it. */
function printf(format: string, values: readonly string[]): string {
  const parts = format.replaceAll('\\n', '\n').split(/%[sd]/)
  let text = ''
  let at = 0
  do {
    for (const [index, part] of parts.entries()) text += index === 0 ? part : (values[at++] ?? '') + part
  } while (parts.length > 1 && at < values.length && text.length < mostLetters)
  return text
}

function cat(state: ShellState, paths: readonly string[]): string | null {
  const texts: string[] = []
  let letters = 0
  for (const path of paths) {
    if (letters > mostLetters) break
    const text = state.readFile(path)
    if (text === null) {
      state.exitCode = 1
      return `cat: can't open '${path}': No such file or directory`
    }
    if (text !== '') texts.push(text.trimEnd())
    letters += text.length
  }
  return texts.length > 0 ? texts.join('\n') : null
}

/** Who sleeps for a thousand years does not wake up. */
const longestSleep: Millis = 1000 * 366 * 86_400_000

/** `sleep 1m 30s`. */
export function* sleep(state: ShellState, words: readonly string[]): ProgramPart {
  let millis = 0
  for (const word of words) {
    if (/^(?:infinity|inf)$/.test(word)) {
      millis = Infinity
      continue
    }
    const match = /^(\d*(?:\.\d+)?)([smhd]?)$/.exec(word)
    if (!match || match[1] === '') {
      yield { kind: 'log', line: `sleep: invalid number '${word}'` }
      state.exitCode = 1
      return
    }
    millis += Math.round(Number(match[1]) * (match[2] === 'm' ? 60_000 : match[2] === 'h' ? 3_600_000 : match[2] === 'd' ? 86_400_000 : 1000))
  }
  if (millis > longestSleep) yield { kind: 'forever', serves: false, ports: [] }
  else yield* state.wait(millis)
}

/** `stress --vm 2 --vm-bytes 250M --timeout 60s`. */
export function* stress(state: ShellState, words: readonly string[]): ProgramPart {
  const option = (names: readonly string[]) => words.find((_, at) => names.includes(words[at - 1] ?? ''))
  const workers = Number(option(['--vm', '-m']) ?? 0)
  const size = /^(\d+)([bBkKmMgG]?)$/.exec(option(['--vm-bytes']) ?? '256M')
  const unit = { b: 1, k: 1024, m: 1024 * 1024, g: 1024 * 1024 * 1024 }[(size?.[2] || 'b').toLowerCase()] ?? 1
  yield { kind: 'log', line: `stress: info: [1] dispatching hogs: ${option(['--cpu', '-c']) ?? 0} cpu, 0 io, ${workers} vm, 0 hdd` }
  if (workers > 0 && size) yield { kind: 'memory', bytes: Math.min(workers * Number(size[1]) * unit, Number.MAX_SAFE_INTEGER) }
  const timeout = option(['--timeout', '-t'])
  if (timeout === undefined) yield { kind: 'forever', serves: false, ports: [] }
  else yield* sleep(state, [timeout])
}

function test(state: ShellState, words: readonly string[]): boolean {
  const given = words.findIndex((word) => word !== '!')
  const marks = given < 0 ? words.length : given
  if (marks > 0) return test(state, words.slice(marks)) === (marks % 2 === 0)
  const [first = '', second = '', third] = words.filter((word) => word !== ']' && word !== ']]')
  if (third === undefined) {
    if (first === '-f' || first === '-e' || first === '-s' || first === '-d') return state.fileText(second) !== null
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
