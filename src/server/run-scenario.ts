import { fieldOfWrongType } from '../scenario/wrong-type.ts'
import { printYaml } from '../scenario/yaml.ts'
import { keyOf, splitKey, type KubernetesObject } from '../sim/api/objects.ts'
import { definitionOf, resources, type ResourceDefinition } from '../sim/api/resources.ts'
import type { Status } from '../sim/api/status.ts'
import type { Event } from '../sim/api/generated/types.ts'
import { Cluster } from '../sim/cluster/cluster.ts'
import { OptionError } from '../sim/cluster/flags.ts'
import type { ClusterOptions, Command } from '../sim/cluster/run.ts'
import type { Applied } from '../sim/cluster/user-commands.ts'
import type { Action, RunArguments } from './arguments.ts'
import { judge, type Expectation, type Verdict } from './expectation.ts'
import { InputError, type Target } from './input.ts'
import { readInputs, readManifestFile, type LocatedManifest } from './manifest-files.ts'
import { eventTable, summaryTables } from './tables.ts'

/** The least time a run takes when nothing says when it ends. */
const shortestRun = 5 * 60_000

/** What happens at a time of the run, in order; expectations come after the commands of their instant. */
type Step = { readonly at: number; readonly order: number; readonly take: (cluster: Cluster) => void }

/** How a run went: what goes to standard output, and whether an expectation failed. */
export interface Outcome {
  readonly output: string
  readonly verdicts: readonly Verdict[]
  readonly failed: boolean
}

/** Takes what the API server says besides its answer. */
type Warn = (warnings: readonly string[] | undefined) => void

/** Plays a run to its end and says how it went; what the API server warns of is told when it does. Throws InputError for what a person gave wrongly. */
export function runScenario(asked: RunArguments, tellWarning: (text: string) => void): Outcome {
  const { manifests, scenario } = readInputs(asked.inputs)
  const files = new Map(asked.actions.flatMap(({ what }) => (what.kind === 'applyFile' ? [[what.file, readManifestFile(what.file)] as const] : [])))
  const verdicts: Verdict[] = []
  const judged = (cluster: Cluster, expectation: Expectation): Verdict => {
    const found = lookUp(cluster, expectation.target)
    return typeof found === 'string' ? { text: expectation.text, ok: false, found } : judge(expectation, found?.object ?? null)
  }
  const warn = onceEach(tellWarning)
  const steps: Step[] = [
    ...(scenario?.run.commands ?? []).map(({ at, command }) => ({ at, order: 0, take: (cluster: Cluster) => warn(cluster.perform(command).warnings) })),
    ...(manifests.length > 0 ? [{ at: 0, order: 0, take: (cluster: Cluster) => apply(cluster, manifests, warn) }] : []),
    ...asked.actions.map((action) => ({ at: action.at, order: 1, take: (cluster: Cluster) => carryOut(cluster, action, files, warn) })),
    ...asked.expectations.map((expectation, index) => ({ at: expectation.at, order: 2, take: (cluster: Cluster) => void (verdicts[index] = judged(cluster, expectation)) })),
  ]
  const last = Math.max(0, ...steps.map(({ at }) => at))
  const until = asked.until ?? Math.max(last, scenario?.until ?? 0, shortestRun)
  if (last > until) throw new InputError(`--until is before the last ${[...asked.actions, ...asked.expectations].some(({ at }) => at > until) ? '--at or --expect' : 'command of the scenario'}`)
  const cluster = createCluster(asked, scenario?.run.options, scenario?.run.seed)
  for (const { at, take } of steps.sort((a, b) => a.at - b.at || a.order - b.order)) {
    cluster.advanceTo(at)
    take(cluster)
  }
  cluster.advanceTo(until)
  return { output: render(cluster, asked, verdicts), verdicts, failed: verdicts.some(({ ok }) => !ok) }
}

/** One process tells the same warning once, as kubectl's does (client-go `rest.NewWarningWriter` with `Deduplicate`). */
function onceEach(tell: (text: string) => void): Warn {
  const told = new Set<string>()
  return (warnings = []) => {
    for (const text of warnings) {
      if (!told.has(text)) tell(text)
      told.add(text)
    }
  }
}

function createCluster({ nodes, zones, seed }: RunArguments, options: ClusterOptions = {}, scenarioSeed = 1): Cluster {
  try {
    return new Cluster(seed ?? scenarioSeed, { ...options, ...(nodes === null ? {} : { workers: nodes }), ...(zones === null ? {} : { zones }) })
  } catch (error) {
    if (error instanceof OptionError) throw new InputError(error.message)
    throw error
  }
}

/** Applies files; what the API refuses is bad input, told with its line, and nothing of it is applied. */
function apply(cluster: Cluster, located: readonly LocatedManifest[], warn: Warn): void {
  const manifests = located.map(({ manifest }) => manifest)
  const { value } = cluster.ask({ kind: 'preview', manifests }) as { value: readonly Applied[] }
  warn(value.flatMap(({ warnings }) => warnings))
  const wrong = value.filter(({ refusal }) => refusal !== null)
  if (wrong.length > 0) throw new InputError(wrong.map(({ index, refusal }) => refusalAt(located[index]!, refusal!)).join('\nerror: '))
  const result = cluster.perform({ kind: 'apply', manifests })
  warn(result.warnings)
  if (!result.ok) throw new InputError(result.status.message ?? result.status.reason)
  // What only came to light together, as two Services that want one node port.
  const refusals = (result.value as readonly Applied[]).filter(({ refusal }) => refusal !== null)
  if (refusals.length > 0) throw new InputError(refusals.map(({ index, refusal }) => refusalAt(located[index]!, refusal!)).join('\nerror: '))
}

function refusalAt({ file, document }: LocatedManifest, status: Status): string {
  const message = status.message ?? ''
  const field = status.details?.causes?.find((cause) => cause.field)?.field ?? /(?:unknown|duplicate) field "([^"]+)"/.exec(message)?.[1] ?? fieldOfWrongType(message, document.manifest)
  const { line, column } = field ? document.placeOf(field) : { line: document.line, column: 1 }
  return `${file}:${line}:${column}: ${status.message ?? status.reason}`
}

function carryOut(cluster: Cluster, { text, what }: Action, files: ReadonlyMap<string, readonly LocatedManifest[]>, warn: Warn): void {
  if (what.kind === 'applyFile') return apply(cluster, files.get(what.file)!, warn)
  const result = cluster.perform(commandOf(cluster, what))
  warn(result.warnings)
  if (!result.ok) throw new InputError(`--at "${text}": ${result.status.message ?? result.status.reason}`)
}

function commandOf(cluster: Cluster, what: Exclude<Action['what'], { kind: 'applyFile' }>): Command {
  if (what.kind === 'command') return what.command
  const { resource } = what.target.definition
  const found = lookUp(cluster, what.target)
  const key = found === null || typeof found === 'string' ? what.target.keys.at(-1)! : found.key
  switch (what.kind) {
    case 'delete':
      return { kind: 'delete', resource, key }
    case 'scale':
      return { kind: 'scale', resource, key, replicas: what.replicas }
    case 'kill':
      return { kind: 'kill', pod: key, ...(what.container === undefined ? {} : { container: what.container }) }
  }
}

/** The object that a person means, as the API has it now; null: it is not there; a text: why the API does not say. */
function lookUp(cluster: Cluster, { definition: { group, version, resource, namespaced }, keys }: Target): { readonly key: string; readonly object: Record<string, unknown> } | string | null {
  for (const key of keys) {
    const { namespace, name } = splitKey(key)
    const read = cluster.ask({ kind: 'read', request: { verb: 'get', group, version, resource, name, ...(namespaced && namespace ? { namespace } : {}) } })
    if (read.ok) return { key, object: read.value as Record<string, unknown> }
    if (read.status.reason !== 'NotFound') return read.status.message ?? 'the API server does not answer'
  }
  return null
}

function render(cluster: Cluster, { output }: RunArguments, expectations: readonly Verdict[]): string {
  const events = listOf(cluster, definitionOf('events')) as Event[]
  const objects = () => resources.filter(({ resource }) => resource !== 'events').flatMap((definition) => listOf(cluster, definition))
  switch (output) {
    case 'json':
      return `${JSON.stringify({ hash: cluster.hash(), virtualMs: cluster.now, objects: objects(), events, expectations: expectations.map(({ text, ok, found }) => ({ text, ok, found })) }, null, 2)}\n`
    case 'yaml':
      return objects().map((object) => printYaml(object)).join('---\n')
    case 'events':
      return eventTable(cluster, events) + verdictLines(expectations)
    default:
      return summaryTables(cluster, (resource) => listOf(cluster, definitionOf(resource)), output === 'wide') + verdictLines(expectations)
  }
}

/** All objects of a resource, in the order of their keys; none when the API is down at the end. */
function listOf(cluster: Cluster, { group, version, resource }: ResourceDefinition): KubernetesObject[] {
  const read = cluster.ask({ kind: 'read', request: { verb: 'list', group, version, resource } })
  return read.ok ? [...(read.value as { items: readonly KubernetesObject[] }).items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) : []
}

function verdictLines(verdicts: readonly Verdict[]): string {
  return verdicts.map(({ text, ok, found }) => `${ok ? 'ok  ' : 'FAIL'}  ${text}${ok ? '' : `  (found: ${found})`}\n`).join('')
}
