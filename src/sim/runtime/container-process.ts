import type { Millis } from '../kernel/agenda.ts'
import type { EpochMillis } from '../api/time.ts'
import type { ImageEntry, SigtermBehaviour } from './image-catalogue.ts'
import { tooLong } from './argument-list.ts'
import { isKnownCommand } from './shell-commands.ts'
import type { ProgramHost } from './program.ts'
import { programOf } from './shell-program.ts'
import { ScriptRun, type LogLine } from './script-run.ts'

/** What replicas of one container are all started with. */
export interface ProcessTemplate {
  readonly command: readonly string[] | undefined
  readonly args: readonly string[] | undefined
  readonly environment: ReadonlyMap<string, string>
  /** Linux starts no process with so many arguments and variables. */
  readonly isTooLong: boolean
  /** Declared container ports. */
  readonly ports: readonly number[]
  readonly memoryLimit: number | null
  /** A configuration is mounted: which paths the server knows is anybody's guess. */
  readonly mounted: boolean
  /** The file whose text is told of the container when it has ended. */
  readonly messagePath: string
}

/** Files by their paths: a map, or something that makes their texts when they are read. */
export type FileSource = Pick<ReadonlyMap<string, string>, 'get' | 'has'>

/** What a container is started with. */
export interface ProcessRequest {
  readonly template: ProcessTemplate
  readonly entry: ImageEntry | undefined
  readonly hostname: string
  /** Files that are there beside the image's own. */
  readonly files: FileSource
  /** Instead of the image's own. */
  readonly stopSignal?: string
}

/** How a port answers HTTP: not at all, by closing at once, by sending the asker in circles, or with a code. */
export type HttpAnswer = { readonly kind: 'refused' | 'silent' | 'closed' | 'circles' } | { readonly kind: 'status'; readonly code: number; readonly body?: string }

export interface ExecAnswer {
  readonly exitCode: number
  readonly output: string
  /** How long it took. */
  readonly took: Millis
}

/** Longer than any grace or timeout. */
const endless: Millis = 1_000_000_000
const plainServerListensAfter: Millis = 250
/** Of images without one that is known. */
const usualEntrypoint = '/docker-entrypoint.sh'
const plainSigterm: SigtermBehaviour = { after: 120, exitCode: 0 }

/** A process as the runtime sees it: when it ends by itself, how it takes SIGTERM, what its ports and files say at a time. */
export class ContainerProcess {
  readonly script: ScriptRun | null
  /** The signal that is to stop it, and how it takes that. */
  readonly stopSignal: string
  readonly onStopSignal: SigtermBehaviour
  private readonly template: ProcessTemplate
  private readonly entry: ImageEntry | undefined
  private readonly hostname: string
  private readonly files: FileSource
  private readonly startedAt: Millis
  private readonly epochStart: EpochMillis
  private isServing: (() => boolean) | null = null
  /** Of a program of our own that says so. */
  private ownPorts: readonly number[] | null = null
  /** A program of our own stands behind it. */
  private readonly simulated: boolean

  constructor(request: ProcessRequest, startedAt: Millis, epochStart: EpochMillis, simulated: boolean) {
    // Its parts, not the request: one object less for each container.
    this.template = request.template
    this.entry = request.entry
    this.hostname = request.hostname
    this.files = request.files
    this.startedAt = startedAt
    this.epochStart = epochStart
    this.simulated = simulated
    const { isTooLong, command, memoryLimit } = request.template
    const argv = simulated ? null : scriptArguments(request)
    const program = isTooLong && !simulated ? tooLong(argv?.[0] ?? command?.[0] ?? usualEntrypoint) : argv && programOf(argv, this.programHost(startedAt, request.entry?.bare ? 'missing' : 'serves'))
    this.script = program && new ScriptRun(program, startedAt, memoryLimit)
    this.stopSignal = stopSignalOf(request.entry, request.stopSignal)
    this.onStopSignal = this.stopSignal === 'SIGKILL' ? killed : simulated ? ownSigterm : reactionTo(this.stopSignal, request, argv, this.script)
  }

  serve(isServing: () => boolean, ports: readonly number[] | null): void {
    this.isServing = isServing
    this.ownPorts = ports
  }

  /** True when its answers can change without anybody saying so. */
  get changesUnseen(): boolean {
    return this.isServing !== null
  }

  /** Lines that it printed when it started, for servers. */
  get startLines(): readonly LogLine[] {
    const behaviour = this.entry?.behaviour
    if (this.script || behaviour?.kind !== 'server') return []
    return behaviour.lines.map((text) => ({ at: this.startedAt + behaviour.listensAfter, text }))
  }

  /** What it has written to be told of it. */
  messageAt(now: Millis): string {
    return this.script?.fileAt(this.template.messagePath, now) ?? ''
  }

  listensOn(port: number, now: Millis): boolean {
    if (this.simulated) return (this.ownPorts?.includes(port) ?? true) && (this.isServing === null || this.isServing())
    const ports = this.template.ports
    if (this.script) {
      return this.script.serves.some((server) => server.since + plainServerListensAfter <= now && (server.ports.includes(port) || ports.includes(port) || ports.length + server.ports.length === 0))
    }
    if (now < this.startedAt + this.listensAfter) return false
    const own = this.entry?.behaviour.kind === 'server' ? this.entry.behaviour.ports : []
    const told = this.template.environment.get('PORT')
    return own.includes(port) || ports.includes(port) || told === String(port) || own.length + ports.length === 0
  }

  http(port: number, path: string, now: Millis): HttpAnswer {
    if (!this.listensOn(port, now)) return { kind: 'refused' }
    const behaviour = this.entry?.behaviour
    if (!this.script && behaviour?.kind === 'server' && behaviour.redirects && locationIn(path) !== null) return this.redirected(port, path, now)
    const paths = !this.script && !this.template.mounted && behaviour?.kind === 'server' ? behaviour.paths : undefined
    return { kind: 'status', code: paths === undefined || paths.includes(path.split(/[?#]/, 1)[0]!) ? 200 : 404 }
  }

  /** The asker follows as long as it is sent to other paths here, ten times; a place on another host it does not go to. */
  private redirected(port: number, path: string, now: Millis): HttpAnswer {
    let at = path
    for (let redirects = 0; redirects < mostRedirects; redirects += 1) {
      const to = locationIn(at)
      if (to === null) return this.http(port, at, now)
      if (!to.startsWith('/')) return { kind: 'status', code: 302, body: `<a href="${to}">Found</a>.\n\n` }
      at = to
    }
    return { kind: 'circles' }
  }

  /** Runs a command inside the container, as an exec probe or a hook does. */
  exec(argv: readonly string[], now: Millis): ExecAnswer {
    const foreign = !this.entry?.bare && !isKnownCommand(argv[0] ?? '')
    // A tool of the image's own (pg_isready, redis-cli ping): it succeeds when the server is up.
    if (foreign) return { exitCode: this.isUp(now) ? 0 : 1, output: '', took: 0 }
    const run = new ScriptRun(programOf(argv, this.programHost(now, this.entry?.bare ? 'missing' : this.isUp(now) ? 'succeeds' : 'fails')), now, null)
    for (let questions = 0; run.next?.kind === 'asks' && questions < 10; questions += 1) run.answer(run.next.question.kind === 'resolve' || this.listensOn(run.next.question.port, now))
    const end = run.next
    const output = run.linesAt(Number.MAX_SAFE_INTEGER).map((line) => line.text).join('\n')
    return end?.kind === 'ends' ? { exitCode: end.exitCode, output, took: end.at - now } : { exitCode: 0, output, took: endless }
  }

  /** When an answer of this process may change next; null: not before it ends. */
  nextChange(now: Millis): Millis | null {
    const listening = this.script ? (this.script.serves[0]?.since ?? Number.NEGATIVE_INFINITY) + plainServerListensAfter : this.startedAt + this.listensAfter
    const file = this.script?.nextFileChange(now) ?? null
    const starts = listening > now ? listening : null
    return file === null ? starts : starts === null ? file : Math.min(file, starts)
  }

  private isUp(now: Millis): boolean {
    if (this.simulated) return this.isServing === null || this.isServing()
    return this.script ? true : now >= this.startedAt + this.listensAfter
  }

  private get listensAfter(): Millis {
    if (this.simulated) return 0
    const behaviour = this.entry?.behaviour
    return behaviour?.kind === 'server' ? behaviour.listensAfter : plainServerListensAfter
  }

  private programHost(startsAt: Millis, unknownCommand: ProgramHost['unknownCommand']): ProgramHost {
    return {
      environment: this.template.environment,
      hostname: this.hostname,
      unknownCommand,
      epochAt: (offset) => this.epochStart + startsAt + offset,
      fileText: (path) => this.script?.fileAt(path, startsAt) ?? this.files.get(path) ?? null,
    }
  }
}

/** As Go's HTTP client has it. */
const mostRedirects = 10

/** Where `/redirect?loc=…` leads; null: another path. */
function locationIn(path: string): string | null {
  const query = path.startsWith('/redirect?') ? path.slice('/redirect?'.length).split('&') : []
  const given = query.find((part) => part.startsWith('loc='))
  return given === undefined ? null : decoded(given.slice('loc='.length))
}

function decoded(text: string): string {
  return text.replaceAll(/%[0-9A-Fa-f]{2}/g, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)))
}

/** Why the command cannot even start, in runc's words; null: it can. */
export function startFailure({ template, entry, files }: ProcessRequest): string | null {
  const argv = template.command ?? (entry?.argsAreCommand ? template.args : undefined)
  const name = argv?.[0]
  if (name === undefined || isKnownCommand(name) || entry?.bare !== true || files.has(name)) return null
  const why = name.includes('/') ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH'
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${name}": ${why}`
}

/** The command line when the container runs one that is modelled; null: the image's own server. */
function scriptArguments({ entry, template: { command, args } }: ProcessRequest): readonly string[] | null {
  if (command && command.length > 0) {
    const argv = [...command, ...(args ?? [])]
    return isKnownCommand(argv[0]!) ? argv : null
  }
  if (entry?.argsAreCommand && args && args.length > 0) return args
  return entry?.behaviour.kind === 'command' ? entry.behaviour.argv : null
}

/** The signal that stops a container: what its manifest asks for, or its image. */
export function stopSignalOf(entry: ImageEntry | undefined, asked: string | undefined): string {
  return asked ?? entry?.stopSignal ?? 'SIGTERM'
}

const killed: SigtermBehaviour = { after: 0, exitCode: 137 }
/** Of a program of our own. */
const ownSigterm: SigtermBehaviour = { after: 100, exitCode: 0 }
/** What a server that minds SIGTERM minds, too. */
const usualSignals = ['SIGTERM', 'SIGINT', 'SIGQUIT']

/** PID 1 has no default signal handlers: a plain `sleep` or shell waits for SIGKILL, and so does a server that gets another signal than it minds. */
function reactionTo(signal: string, { entry, template }: ProcessRequest, argv: readonly string[] | null, script: ScriptRun | null): SigtermBehaviour {
  if (script && argv?.some((word) => trapsSignal(word, signal))) return { after: 50, exitCode: 0 }
  if (signal !== entry?.stopSignal && !usualSignals.includes(signal)) return null
  if (!script || !argv) return entry ? entry.onSigterm : plainSigterm
  if (entry?.behaviour.kind === 'command' && template.command === undefined && template.args === undefined) return entry.onSigterm
  return script.serves.length > 0 && entry && !entry.bare ? entry.onSigterm : null
}

/** `trap 'echo bye; exit 0' TERM INT`. */
function trapsSignal(text: string, signal: string): boolean {
  const traps = text.matchAll(/\btrap\s+(?:'[^']*'|"[^"]*"|[^\s;]+)(?<signals>[^;\n]*)/g)
  return [...traps].some(({ groups }) => groups?.['signals']?.split(/[\s'"]+/).some((name) => name === signal || `SIG${name}` === signal))
}
