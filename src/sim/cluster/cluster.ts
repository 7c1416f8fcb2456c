import { Timeline, type Millis } from '../kernel/agenda.ts'
import { assert, unreachable } from '../kernel/assert.ts'
import { RollingHash } from '../kernel/hash.ts'
import { RandomStreams } from '../kernel/random.ts'
import { Trace, type TraceEntry } from '../kernel/trace.ts'
import { badRequest } from '../api/errors.ts'
import type { Pod } from '../api/generated/types.ts'
import { splitKey, type KubernetesObject, type ObjectKey } from '../api/objects.ts'
import type { ApiRequest, Transport } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { createWallClock, parseTime, type WallClock } from '../api/time.ts'
import type { ApiServer } from '../apiserver/server.ts'
import { allSteps, type Steps } from '../client/steps.ts'
import { Store } from '../etcd/store.ts'
import type { Question } from '../runtime/shell-commands.ts'
import type { SchedulerHandle } from '../scheduler/scheduler.ts'
import { startAddons } from './addons.ts'
import { carryOut } from './carry-out.ts'
import { isFaultCommand, sentenceOf, subjectOf } from './command-words.ts'
import { componentStates, type ComponentState } from './component-states.ts'
import type { CountingControllers } from './components.ts'
import { ControlPlane } from './control-plane.ts'
import { countdowns, type Countdown } from './countdowns.ts'
import { Effects } from './faults/effects.ts'
import { Faults } from './faults/faults.ts'
import { withRegistryFaults } from './faults/registry-faults.ts'
import type { Link } from './link.ts'
import { Links } from './links.ts'
import type { Machine, MachineState } from './machine.ts'
import { machinesOf } from './machine-specs.ts'
import { Observer, type ObservedChange } from './observer.ts'
import { ServiceRules } from './service-rules.ts'
import { Traffic } from './traffic.ts'
import type { ActiveFault, ClusterOptions, Command, Manifest, TimedCommand } from './run.ts'
import { storyOf } from './story.ts'
import { UserCommands } from './user-commands.ts'
import type { World } from './world.ts'

/** How long before time zero the machines are switched on: by zero all nodes are Ready. */
const bootTime: Millis = 60_000
/** What changed since the last drain. */
export interface Drained {
  readonly now: Millis
  readonly changes: readonly ObservedChange[]
  readonly trace: readonly TraceEntry[]
  readonly countdowns: readonly Countdown[]
  readonly machines: readonly MachineState[]
  readonly components: readonly ComponentState[]
  /** What is wrong now, oldest first. */
  readonly faults: readonly ActiveFault[]
}

/** What can be asked without changing anything. */
export type ClusterQuestion =
  /** A get, a list or a dry run through the API, as the user. */
  | { readonly kind: 'read'; readonly request: Omit<ApiRequest, 'user'> }
  /** Answers the lines of a container's log. */
  | { readonly kind: 'logs'; readonly pod: ObjectKey; readonly container?: string; readonly previous?: boolean }
  /** What `apply` of these manifests would change: answers `Applied[]`. */
  | { readonly kind: 'preview'; readonly manifests: readonly Manifest[] }
  /** The scheduler's last decision about a pod: answers `SchedulingDecision | null`. */
  | { readonly kind: 'scheduling'; readonly pod: ObjectKey }
  /** Who answers a request to this Service now, by which hops, or why it fails. */
  | { readonly kind: 'route'; readonly service: ObjectKey; readonly port?: number; readonly from?: ObjectKey }
  /** The rules of a Service that the proxy of a node has written: answers `NodeRules | null`. */
  | { readonly kind: 'rules'; readonly service: ObjectKey; readonly node: string }
  /** What happened to a thing and what led to it: answers `TraceEntry[]`, as far as the trace is kept. */
  | { readonly kind: 'why'; readonly about: string }
  | { readonly kind: 'hash' }

/** A whole cluster: machines, control plane, and the person at its API. Same seed, options and commands: same run, bit for bit. */
export class Cluster implements World {
  readonly timeline = new Timeline(-bootTime)
  readonly trace = new Trace(this.timeline)
  readonly random: RandomStreams
  readonly wall: WallClock
  /** Virtual time zero, in milliseconds since 1970. */
  readonly start: number
  /** The commands given so far. */
  commands: readonly TimedCommand[] = []
  readonly store = new Store<KubernetesObject>()
  readonly machines: ReadonlyMap<string, Machine>
  readonly observer = new Observer()
  /** The Service rules in the nodes' kernels. */
  readonly rules: ServiceRules
  /** The way to the API server from outside of the cluster. */
  private readonly outside: Link
  private readonly user: UserCommands
  /** Who only looks: no fault of the API's calls is spent on it. */
  private readonly visitor: UserCommands
  private readonly controlPlane: ControlPlane
  private readonly links: Links
  private readonly effects: Effects
  private readonly faults: Faults
  private readonly traffic: Traffic
  private traceRead = 0
  private observing = false

  constructor(
    readonly seed: number,
    readonly options: ClusterOptions = {},
  ) {
    this.random = new RandomStreams(seed)
    this.start = startOf(options)
    this.wall = createWallClock(this.timeline, this.start)
    this.rules = new ServiceRules(this.timeline, this.store)
    this.traffic = new Traffic(this)
    this.links = new Links('control-plane-1', { timeline: this.timeline, random: this.random.of('faults'), route: () => this.reachable() })
    this.outside = this.links.open({ component: 'user', node: null })
    this.user = new UserCommands(this.outside)
    this.visitor = new UserCommands({ request: (request) => this.visit(request), watch: () => refused(badRequest('a visitor does not watch')) })
    this.controlPlane = new ControlPlane({ world: this, options, store: this.store, rules: this.rules, machines: () => this.machines, effects: () => this.effects, opened: (server) => this.opened(server) })
    this.machines = new Map(machinesOf(this, options, this.controlPlane.processes(), (node, registry) => withRegistryFaults(registry, () => this.faults.active.map(({ fault }) => fault), () => this.machines.get(node)?.network === 'cutOff')).map((machine) => [machine.name, machine]))
    this.effects = new Effects({ timeline: this.timeline, machines: this.machines, links: this.links, rules: this.rules, store: this.store })
    this.faults = new Faults(this.timeline, this.trace, this.effects)
    for (const machine of this.machines.values()) this.timeline.at(-bootTime, `power on ${machine.name}`, () => machine.powerOn())
    startAddons(this.timeline, this.user)
  }

  get now(): Millis {
    return this.timeline.now
  }

  get apiServer(): ApiServer | null {
    return this.controlPlane.apiServer
  }

  get scheduler(): SchedulerHandle | null {
    return this.controlPlane.scheduler
  }

  get controllers(): CountingControllers | null {
    return this.controlPlane.controllers
  }

  /** From now on `drain` tells what changed. Looking changes nothing. */
  observe(): void {
    this.observing = true
    if (this.apiServer?.running) this.observer.attach(this.apiServer)
  }

  get visibleChanges(): number {
    return this.observer.visibleChanges
  }

  nextEventAt(): Millis | null {
    return this.timeline.nextDue()
  }

  step(limit: Millis): boolean {
    return this.timeline.step(limit)
  }

  advanceTo(time: Millis): void {
    this.timeline.advanceTo(time)
  }

  /** Does what a person says, now, and remembers it as part of the run. */
  perform(command: Command): Result<unknown> {
    return allSteps(this.begin(command))
  }

  /** The same in steps, for whoever has others to listen to in between. Time must not pass and no other command come before the last step. */
  *begin(command: Command): Steps<Result<unknown>> {
    // A command belongs to its instant: all that is due by then has happened, live as in a replay.
    this.advanceTo(this.now)
    this.commands = [...this.commands, { at: this.now, command }]
    const said = this.trace.add({ kind: isFaultCommand(command) ? 'fault' : 'command', author: 'user', what: sentenceOf(command), about: subjectOf(command), detail: command })
    const steps = carryOut(command, { user: this.user, machines: this.machines, faults: this.faults, wall: this.wall })
    for (;;) {
      const result = this.timeline.because(said, () => steps.next())
      if (result.done) return result.value
      yield
    }
  }

  /** Answers without leaving a mark: a run that was asked is the same run. */
  ask(question: ClusterQuestion): Result<unknown> {
    return allSteps(this.beginAnswer(question))
  }

  /** The same in steps, under the same conditions as `begin`. */
  *beginAnswer(question: ClusterQuestion): Steps<Result<unknown>> {
    switch (question.kind) {
      case 'read':
        return isRead(question.request) ? this.visitor.request(question.request) : refused(badRequest('only reads and dry runs can be asked'))
      case 'logs':
        return this.logs(question.pod, question)
      case 'preview':
        return accepted(yield* this.visitor.preview(question.manifests))
      case 'scheduling':
        return accepted(this.scheduler?.decisionOf(question.pod) ?? null)
      case 'route':
        return this.traffic.routeOf(question)
      case 'rules':
        return accepted(this.traffic.rulesOf(question))
      case 'why':
        return accepted(storyOf(this.trace, question.about))
      case 'hash':
        return accepted(this.hash())
      default:
        return unreachable(question)
    }
  }

  /** Of everything that happened and everything that is stored. */
  hash(): string {
    const hash = new RollingHash()
    hash.addText(this.trace.digest)
    hash.addNumber(this.now)
    const stored = this.store.range('')
    assert(typeof stored !== 'string', 'the newest revision is never compacted')
    for (const { key, value, modRevision } of stored) {
      hash.addText(key)
      hash.addNumber(modRevision)
      hash.addValue(value)
    }
    return hash.digest
  }

  /** Requests to the API server a virtual second: for its card. */
  requestRate(): number {
    return this.controlPlane.requestRate()
  }

  drain(): Drained {
    const trace = this.trace.since(this.traceRead)
    this.traceRead = this.trace.end
    return {
      now: this.now,
      changes: this.observer.drain(),
      trace,
      countdowns: countdowns(this),
      machines: [...this.machines.values()].map(({ name, power, network, since }) => ({ name, power, network, since })),
      components: componentStates(this),
      faults: this.faults.active,
    }
  }

  /** The API server, when its process runs and its machine can be reached from outside. */
  reachable(): Transport | null {
    return this.apiServer?.running ? this.apiServer : null
  }

  clockOf(node: string): WallClock {
    return this.machines.get(node)?.clock ?? this.wall
  }

  link(node: string, component: string): Link {
    return this.links.open({ component, node })
  }

  unlink(link: Link): void {
    this.links.close(link)
  }

  poweredOff(node: string): void {
    this.links.closeAllOf(node)
    this.effects.poweredOff(node)
    this.rules.forget(node)
    this.traffic.forget(node)
    if (this.machines.get(node)?.spec.controlPlane) this.apiServer?.stop()
  }

  answer(question: Question, pod: Pod): boolean {
    return this.traffic.answer(question, pod)
  }

  /** A look from outside, through the same network. */
  private visit(request: ApiRequest): Result<unknown> {
    const { requestsLost, answersLost } = this.outside.condition
    return requestsLost || answersLost ? this.outside.request(request) : (this.reachable()?.request(request) ?? this.outside.request(request))
  }

  private logs(pod: string, options: { readonly container?: string; readonly previous?: boolean }): Result<unknown> {
    const { namespace, name } = splitKey(pod)
    return this.visitor.request({ verb: 'get', group: '', version: 'v1', resource: 'pods', ...(namespace ? { namespace } : {}), name, subresource: 'log', options: { ...(options.container ? { container: options.container } : {}), ...(options.previous ? { previous: true } : {}) } })
  }

  private opened(server: ApiServer): void {
    if (this.observing) this.observer.attach(server)
  }
}

function startOf(options: ClusterOptions): number {
  return parseTime(options.start ?? '2026-01-01T09:00:00Z') ?? parseTime('2026-01-01T09:00:00Z')!
}

function isRead({ verb, options }: Omit<ApiRequest, 'user'>): boolean {
  return verb === 'get' || verb === 'list' || (verb !== 'watch' && options?.dryRun === true)
}
