import { isObject, type JsonObject } from '../sim/api/patch/json-values.ts'
import { resources } from '../sim/api/resources.ts'
import type { Command, Run } from '../sim/cluster/run.ts'
import { wrongFault, wrongLength, wrongPattern } from './faults.ts'
import { wrongRequest } from './requests.ts'

/** What a link, a file and the browser's storage hold: a run, and how to show it. */
export interface Scenario {
  readonly title: string
  readonly run: Run
  /** How far the sender had come; absent: as far as the last command. */
  readonly until?: number
}

/** Bounds of what a stranger may send. */
export const scenarioLimits = { bytes: 1024 * 1024, commands: 5000, depth: 64, workers: 1000 }

export type Reading = { readonly ok: true; readonly scenario: Scenario } | { readonly ok: false; readonly problem: string }

/** Reads a scenario out of JSON text from anywhere. Every format ever published stays readable; today there is one. */
export function readScenario(text: string): Reading {
  if (text.length > scenarioLimits.bytes) return problem(`the scenario is larger than ${scenarioLimits.bytes / 1024} KiB`)
  if (deepestNesting(text) > scenarioLimits.depth) return problem(`the scenario is nested deeper than ${scenarioLimits.depth} levels`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return problem('this is not a Kubarium scenario: it is not JSON')
  }
  if (!isObject(value)) return problem('this is not a Kubarium scenario')
  if (value['kubarium'] !== 1) return problem(value['kubarium'] === undefined ? 'this is not a Kubarium scenario' : `this scenario has format ${JSON.stringify(value['kubarium']).slice(0, 20)}, which this version of Kubarium does not know`)
  return readFormat1(value)
}

/** The text of a scenario, for a file. */
export function writeScenario({ title, run, until }: Scenario): string {
  return JSON.stringify({ kubarium: 1, title, seed: run.seed, options: run.options, commands: run.commands.map(({ at, command }) => ({ at, ...command })), ...(until === undefined ? {} : { until }) })
}

function readFormat1(value: Readonly<Record<string, unknown>>): Reading {
  const { title, seed, options, commands, until } = value
  if (typeof title !== 'string' || title.length > 200) return problem('the title must be a text of at most 200 characters')
  if (!isCount(seed)) return problem('the seed must be a whole number')
  if (!isObject(options)) return problem('the options must be a map')
  const wrong = wrongOption(options)
  if (wrong) return problem(wrong)
  if (!Array.isArray(commands) || commands.length > scenarioLimits.commands) return problem(`there must be a list of at most ${scenarioLimits.commands} commands`)
  if (until !== undefined && !isCount(until)) return problem('`until` must be a whole number of milliseconds')
  const read: Run['commands'][number][] = []
  let last = 0
  for (const [index, entry] of commands.entries()) {
    if (!isObject(entry) || !isCount(entry['at']) || entry['at'] < last) return problem(`command ${index + 1}: its time must be a whole number of milliseconds, not before the one before it`)
    last = entry['at']
    const { at: _at, ...command } = entry
    const fault = wrongCommand(command)
    if (fault) return problem(`command ${index + 1}: ${fault}`)
    read.push({ at: last, command: command as unknown as Command })
  }
  return { ok: true, scenario: { title, run: { version: 1, seed, options, commands: read }, ...(until === undefined ? {} : { until }) } }
}

function wrongOption(options: Readonly<Record<string, unknown>>): string | null {
  const { workers = 3, zones = 1, node, preset, flags = {}, start, ...unknown } = options
  if (Object.keys(unknown).length > 0) return `unknown option ${JSON.stringify(Object.keys(unknown)[0])}`
  if (!isCount(workers) || workers > scenarioLimits.workers) return `workers must be a whole number up to ${scenarioLimits.workers}`
  if (!isCount(zones) || zones < 1 || zones > 26) return 'zones must be a whole number from 1 to 26'
  if (node !== undefined && !(isObject(node) && typeof node['cpu'] === 'string' && typeof node['memory'] === 'string' && ['string', 'undefined'].includes(typeof node['ephemeralStorage']))) return 'node must have cpu and memory, each a quantity'
  if (preset !== undefined && preset !== 'classic') return 'the preset can only be classic'
  if (!isObject(flags) || Object.values(flags).some((set) => !isObject(set) || Object.values(set).some((flag) => typeof flag !== 'string'))) return 'flags must be texts by component and flag'
  if (start !== undefined && typeof start !== 'string') return 'start must be a time'
  return null
}

const nodeCommands = new Set(['power-off', 'power-on', 'cut-off', 'reconnect', 'cordon', 'uncordon'])

/** Why a command cannot be carried out by its form; whether the API accepts it is the API's to say. */
function wrongCommand(command: Readonly<Record<string, unknown>>): string | null {
  const kind = command['kind']
  const texts = (...names: string[]) => names.find((name) => typeof command[name] !== 'string')
  const missing = (name: string | undefined) => (name ? `${String(kind)} needs ${name}` : null)
  const known = () => (resources.some(({ resource }) => resource === command['resource']) ? null : `there is no resource ${JSON.stringify(command['resource']).slice(0, 40)}`)
  if (typeof kind !== 'string') return 'it has no kind'
  if (nodeCommands.has(kind)) return missing(texts('node'))
  if (kind === 'stop' || kind === 'start') return missing(texts('component'))
  if (kind === 'kill') return missing(texts('pod')) ?? (command['container'] === undefined || typeof command['container'] === 'string' ? null : 'container must be a text')
  if (kind === 'delete' && command['gracePeriodSeconds'] !== undefined && !isCount(command['gracePeriodSeconds'])) return 'gracePeriodSeconds must be a whole number'
  if (kind === 'delete' || kind === 'restart') return missing(texts('resource', 'key')) ?? known()
  if (kind === 'scale') return missing(texts('resource', 'key') ?? (isCount(command['replicas']) ? undefined : 'replicas')) ?? known()
  if (kind === 'apply') return Array.isArray(command['manifests']) && command['manifests'].every(isObject) ? null : 'apply needs a list of manifests'
  if (kind === 'fault') return (command['for'] === undefined ? null : wrongLength(command['for'])) ?? (isObject(command['fault']) ? wrongFault(command['fault']) : 'fault needs a fault')
  if (kind === 'end-fault') return command['fault'] === undefined ? null : isObject(command['fault']) ? wrongPattern(command['fault']) : 'fault must be a map'
  if (kind === 'request') return isObject(command['request']) ? wrongRequest(command['request']) : 'request needs a request'
  return `unknown kind ${JSON.stringify(kind).slice(0, 40)}`
}

function problem(text: string): Reading {
  return { ok: false, problem: text }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Depth of brackets outside of texts: looked at before parsing, which recurses. */
function deepestNesting(text: string): number {
  let depth = 0
  let deepest = 0
  let inText = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (inText) {
      if (character === '\\') at += 1
      else if (character === '"') inText = false
    } else if (character === '"') inText = true
    else if (character === '[' || character === '{') deepest = Math.max(deepest, (depth += 1))
    else if (character === ']' || character === '}') depth -= 1
  }
  return deepest
}

/** What a preview of a foreign scenario says before it may run. */
export interface ScenarioSummary {
  readonly title: string
  readonly workers: number
  readonly commands: number
  /** How many objects of each kind it writes, however often. */
  readonly kinds: ReadonlyMap<string, number>
  readonly faults: number
}

export function summaryOf({ title, run }: Scenario): ScenarioSummary {
  const kinds = new Map<string, number>()
  const known = new Set<string>()
  let faults = 0
  for (const { command } of run.commands) {
    for (const object of writtenBy(command)) {
      const { kind, metadata } = object
      const { namespace = 'default', name } = isObject(metadata) ? metadata : {}
      const key = JSON.stringify([kind, namespace, name])
      if (name !== undefined && known.has(key)) continue
      known.add(key)
      kinds.set(String(kind), (kinds.get(String(kind)) ?? 0) + 1)
    }
    if (['power-off', 'cut-off', 'stop', 'kill', 'fault'].includes(command.kind)) faults += 1
  }
  return { title, workers: run.options.workers ?? 3, commands: run.commands.length, kinds, faults }
}

function writtenBy(command: Command): readonly JsonObject[] {
  if (command.kind === 'apply') return command.manifests
  if (command.kind !== 'request') return []
  const { verb, subresource, body } = command.request
  return (verb === 'create' || verb === 'update') && subresource === undefined && isObject(body) ? [body] : []
}

