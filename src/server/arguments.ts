import type { Millis } from '../sim/kernel/agenda.ts'
import { faultComponents } from '../scenario/faults.ts'
import type { Command } from '../sim/cluster/run.ts'
import { parseExpectation, type Expectation } from './expectation.ts'
import { faultUsage, faultVerbs, parseFaultCommand } from './fault-words.ts'
import { InputError, parseTarget, parseTime, type Target } from './input.ts'

export const usage = `Usage: kubarium run FILE|DIR|- … [options]

Runs a cluster without a browser: applies the manifests when it is up, lets virtual time pass, and tells how it ended.

  --nodes N             worker nodes (3)
  --zones N             zones the workers are dealt to (1)
  --seed S              seed of everything random (1)
  --until TIME          virtual time to run, "10m" (until the last --at or --expect, at least 5m)
  --at "TIME ACTION"    at a virtual time: kill POD[/CONTAINER], delete KIND/NAME, scale KIND/NAME N, apply FILE, cordon|uncordon NODE,
                        power-on|reconnect NODE, start COMPONENT, or a fault, as "60s freeze worker-1 for 30s".
${faultUsage}  --expect "TIME KIND/NAME[.NAMESPACE] STATE"
                        STATE: ready, available, gone, a condition Type=Status, or {.json.path}=value
  -n NAMESPACE          namespace of names without one (default)
  -o wide|json|yaml|events

Exit code: 0 all expectations hold, 1 one fails, 2 bad arguments or input.
`

/** What a person asked for, checked; files are not read yet. */
export interface RunArguments {
  readonly inputs: readonly string[]
  readonly nodes: number | null
  readonly zones: number | null
  readonly seed: number | null
  readonly until: Millis | null
  readonly namespace: string
  readonly actions: readonly Action[]
  readonly expectations: readonly Expectation[]
  readonly output: 'summary' | 'wide' | 'json' | 'yaml' | 'events'
}

/** Something to be done at a time, and the words a person said it in. */
export interface Action {
  readonly text: string
  readonly at: Millis
  readonly what: Deed
}

/** Names and files are looked up when the time has come. */
export type Deed =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'delete'; readonly target: Target }
  | { readonly kind: 'scale'; readonly target: Target; readonly replicas: number }
  | { readonly kind: 'kill'; readonly target: Target; readonly container?: string }
  | { readonly kind: 'applyFile'; readonly file: string }

/** The arguments behind `kubarium run`; throws InputError. */
export function parseArguments(words: readonly string[]): RunArguments {
  const found = { inputs: [] as string[], at: [] as string[], expect: [] as string[], single: new Map<string, string>() }
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!
    const [flag, attached] = splitFlag(word)
    if (flag === null) {
      found.inputs.push(word)
      continue
    }
    const value = attached ?? words[(index += 1)]
    if (value === undefined) throw new InputError(`${flag} needs a value`)
    if (flag === '--at') found.at.push(value)
    else if (flag === '--expect') found.expect.push(value)
    else found.single.set(flag, value)
  }
  if (found.inputs.length === 0) throw new InputError('name at least one file, a folder, or - for standard input')
  const namespace = found.single.get('-n') ?? 'default'
  return {
    inputs: found.inputs,
    nodes: count(found.single, '--nodes', 0, 1000),
    zones: count(found.single, '--zones', 1, 26),
    seed: count(found.single, '--seed', 0, 0xffffffff),
    until: found.single.has('--until') ? parseTime(found.single.get('--until')!, '--until') : null,
    namespace,
    actions: found.at.map((text) => parseAction(text, namespace)).sort((a, b) => a.at - b.at),
    expectations: found.expect.map((text) => parseExpectation(text, namespace)),
    output: parseOutput(found.single.get('-o')),
  }
}

const flags = new Set(['--nodes', '--zones', '--seed', '--until', '--at', '--expect', '-o', '-n'])
const longForms = new Map([['--output', '-o'], ['--namespace', '-n']])

/** The flag of a word and the value attached to it; null for a word that is no flag. */
function splitFlag(word: string): [flag: string | null, value: string | undefined] {
  if (word === '-' || !word.startsWith('-')) return [null, undefined]
  const equals = word.indexOf('=')
  const name = equals < 0 ? word : word.slice(0, equals)
  const flag = longForms.get(name) ?? name
  if (flags.has(flag)) return [flag, equals < 0 ? undefined : word.slice(equals + 1)]
  const short = word.slice(0, 2)
  if (flags.has(short) && word.length > 2) return [short, word.slice(2)]
  throw new InputError(`unknown flag ${word}`)
}

function count(values: ReadonlyMap<string, string>, flag: string, least: number, most: number): number | null {
  const text = values.get(flag)
  if (text === undefined) return null
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) throw new InputError(`${flag} must be a whole number from ${least} to ${most}, not "${text}"`)
  return value
}

function parseOutput(text: string | undefined): RunArguments['output'] {
  if (text === undefined) return 'summary'
  if (text === 'wide' || text === 'json' || text === 'yaml' || text === 'events') return text
  throw new InputError(`-o must be wide, json, yaml or events, not "${text}"`)
}

function parseAction(text: string, namespace: string): Action {
  const [time, verb, ...rest] = text.trim().split(/\s+/)
  const where = `--at "${text}"`
  if (!time || !verb) throw new InputError(`${where}: a time and an action are needed`)
  return { text, at: parseTime(time, where), what: parseDeed(verb, rest, namespace, where) }
}

function parseDeed(verb: string, rest: readonly string[], namespace: string, where: string): Deed {
  const only = (what: string): string => {
    if (rest.length !== 1) throw new InputError(`${where}: ${verb} needs ${what}${rest.length > 1 ? ' and nothing more' : ''}`)
    return rest[0]!
  }
  switch (verb) {
    case 'power-on':
    case 'reconnect':
    case 'cordon':
    case 'uncordon':
      return { kind: 'command', command: { kind: verb, node: only('a node').replace(/^nodes?\//, '') } }
    case 'start':
      return { kind: 'command', command: startCommand(only('a component')) }
    case 'kill': {
      const [pod = '', container, ...more] = only('POD or POD/CONTAINER').replace(/^(?:pods?|po)\//, '').split('/')
      if (pod === '' || container === '' || more.length > 0) throw new InputError(`${where}: kill needs POD or POD/CONTAINER`)
      return { kind: 'kill', target: parseTarget(`pods/${pod}`, namespace, where), ...(container === undefined ? {} : { container }) }
    }
    case 'delete':
      return { kind: 'delete', target: parseTarget(only('KIND/NAME'), namespace, where) }
    case 'scale': {
      const [target, replicas] = rest
      if (!target || !replicas || rest.length !== 2 || !/^\d{1,9}$/.test(replicas)) throw new InputError(`${where}: scale needs KIND/NAME and a number of replicas`)
      return { kind: 'scale', target: parseTarget(target, namespace, where), replicas: Number(replicas) }
    }
    case 'apply':
      return { kind: 'applyFile', file: only('a file') }
    default: {
      const command = parseFaultCommand(verb, rest, where)
      if (!command) throw new InputError(`${where}: unknown action "${verb}"; there are ${[...plainVerbs, 'end', ...faultVerbs].join(', ')}`)
      return { kind: 'command', command }
    }
  }
}

const plainVerbs = ['apply', 'delete', 'scale', 'kill', 'cordon', 'uncordon', 'power-on', 'reconnect', 'start']

/** `kubelet/worker-1` was stopped as a fault; what has no node, by the command of old. */
function startCommand(component: string): Command {
  const [name = '', node] = component.split('/')
  const known = faultComponents.find((candidate) => candidate === name)
  return node === undefined || !known ? { kind: 'start', component } : { kind: 'end-fault', fault: { kind: 'stop', component: known, node } }
}
