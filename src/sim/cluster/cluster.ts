import { Timeline, type Millis } from '../kernel/agenda.ts'
import { assert, unreachable } from '../kernel/assert.ts'
import { RollingHash, canonicalJson } from '../kernel/hash.ts'
import { RandomStreams } from '../kernel/random.ts'
import { Trace, type TraceEntry } from '../kernel/trace.ts'
import { badRequest, notFound } from '../api/errors.ts'
import type { Pod } from '../api/generated/types.ts'
import { splitKey, type KubernetesObject, type ObjectKey } from '../api/objects.ts'
import type { ApiRequest, Transport } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { createWallClock, parseTime, type WallClock } from '../api/time.ts'
import { createApiServer, type ApiServer } from '../apiserver/server.ts'
import { defaultControllerManagerFlags } from '../controllers/flags.ts'
import { Store } from '../etcd/store.ts'
import type { ProcessHost, Processes } from '../runtime/process-host.ts'
import type { Question } from '../runtime/shell-commands.ts'
import type { SchedulerHandle } from '../scheduler/scheduler.ts'
import { startAddons } from './addons.ts'
import { startControllerManager, startProxyProcess, startSchedulerProcess } from './components.ts'
import { componentStates, type ComponentState } from './component-states.ts'
import { countdowns, type Countdown } from './countdowns.ts'
import { flagTexts, flagsOver } from './flags.ts'
import { Link, type Route } from './link.ts'
import type { Machine, MachineState } from './machine.ts'
import { machinesOf } from './machine-specs.ts'
import { nodeLogs } from './node-logs.ts'
import { Observer, type ObservedChange } from './observer.ts'
import { ServiceRules } from './service-rules.ts'
import { Traffic } from './traffic.ts'
import type { ActiveFault, ClusterOptions, Command, Manifest, TimedCommand } from './run.ts'
import { UserCommands } from './user-commands.ts'
import type { World } from './world.ts'

/** How long before time zero the machines are switched on: by zero all nodes are Ready. */
const bootTime: Millis = 60_000
/** How long etcd's data may be silent before kube-apiserver gives up at its start. */
const storagePatience: Millis = 20_000

/** kube-apiserver's flags that this simulation knows: how long etcd's history reaches back, so that past revisions can be listed. */
const defaultApiServerFlags = { etcdCompactionInterval: 300_000 }

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
  apiServer: ApiServer | null = null
  scheduler: SchedulerHandle | null = null
  readonly store = new Store<KubernetesObject>()
  readonly machines: ReadonlyMap<string, Machine>
  /** Asked for with every request, so it is not looked for among a thousand machines. */
  private readonly controlPlane: Machine | undefined
  readonly observer = new Observer()
  /** The Service rules in the nodes' kernels. */
  readonly rules: ServiceRules
  private readonly user: UserCommands
  private readonly traffic: Traffic
  private traceRead = 0
  private observing = false
  private requestSample = { at: -bootTime, handled: 0, rate: 0 }

  constructor(
    readonly seed: number,
    readonly options: ClusterOptions = {},
  ) {
    this.random = new RandomStreams(seed)
    this.start = startOf(options)
    this.wall = createWallClock(this.timeline, this.start)
    this.rules = new ServiceRules(this.timeline, this.store)
    this.traffic = new Traffic(this)
    this.user = new UserCommands(new Link(() => this.reachable()))
    const controllerFlags = flagsOver('kube-controller-manager', defaultControllerManagerFlags, flagTexts(options, 'kube-controller-manager'))
    this.machines = new Map(machinesOf(this, options, this.processes(controllerFlags)).map((machine) => [machine.name, machine]))
    for (const machine of this.machines.values()) this.timeline.at(-bootTime, `power on ${machine.name}`, () => machine.powerOn())
    this.controlPlane = [...this.machines.values()].find((machine) => machine.spec.controlPlane)
    startAddons(this.timeline, this.user)
  }

  get now(): Millis {
    return this.timeline.now
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
    // A command belongs to its instant: all that is due by then has happened, live as in a replay.
    this.advanceTo(this.now)
    this.commands = [...this.commands, { at: this.now, command }]
    const said = this.trace.add({ kind: isFault(command) ? 'fault' : 'command', author: 'user', what: sentenceOf(command), about: subjectOf(command), detail: command })
    return this.timeline.because(said, () => this.carryOut(command))
  }

  /** Answers without leaving a mark: a run that was asked is the same run. */
  ask(question: ClusterQuestion): Result<unknown> {
    switch (question.kind) {
      case 'read':
        return isRead(question.request) ? this.user.request(question.request) : refused(badRequest('only reads and dry runs can be asked'))
      case 'logs':
        return this.logs(question.pod, question)
      case 'preview':
        return accepted(this.user.preview(question.manifests))
      case 'scheduling':
        return accepted(this.scheduler?.decisionOf(question.pod) ?? null)
      case 'route':
        return this.traffic.routeOf(question)
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
      hash.addText(canonicalJson(value))
    }
    return hash.digest
  }

  /** Requests to the API server a virtual second, over the last second and more: for its card. */
  requestRate(): number {
    const handled = this.apiServer?.requestsHandled ?? 0
    const { at, handled: before, rate } = this.requestSample
    if (this.now - at < 1000 && handled >= before) return rate
    const elapsed = Math.max(1, this.now - at)
    this.requestSample = { at: this.now, handled, rate: Math.max(0, Math.round(((handled - before) * 1000) / elapsed)) }
    return this.requestSample.rate
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
      faults: [],
    }
  }

  /** The API server, when its process runs and its machine can be reached. */
  reachable(): Transport | null {
    const server = this.apiServer
    if (!server?.running) return null
    const host = this.controlPlane
    return host?.isOn && host.network === 'connected' ? server : null
  }

  route(node: string): Route {
    const machine = () => this.machines.get(node)
    // On its own machine the API server is reached even when the network is gone.
    return () => (machine()?.spec.controlPlane ? (this.apiServer?.running ? this.apiServer : null) : machine()?.network === 'connected' ? this.reachable() : null)
  }

  link(node: string, route: Route): Link {
    const link = new Link(route)
    this.machines.get(node)?.add(link)
    return link
  }

  unlink(node: string, link: Link): void {
    this.machines.get(node)?.remove(link)
  }

  answer(question: Question, pod: Pod): boolean {
    return this.traffic.answer(question, pod)
  }

  private carryOut(command: Command): Result<unknown> {
    switch (command.kind) {
      case 'apply':
        return this.user.apply(command.manifests)
      case 'request':
        return this.user.request(command.request)
      case 'delete':
        return this.user.delete(command.resource, command.key, command.gracePeriodSeconds)
      case 'scale':
        return this.user.scale(command.resource, command.key, command.replicas)
      case 'restart':
        return this.user.restart(command.resource, command.key, this.wall.time())
      case 'cordon':
      case 'uncordon':
        return this.user.cordon(command.node, command.kind === 'cordon')
      case 'power-off':
      case 'power-on':
      case 'cut-off':
      case 'reconnect':
        return this.onMachine(command.node, command.kind)
      case 'stop':
      case 'start':
        return this.onComponent(command.component, command.kind === 'stop')
      case 'kill':
        return this.kill(command.pod, command.container)
      case 'fault':
      case 'end-fault':
        return refused(badRequest(`${command.kind} is not built yet`))
      default:
        return unreachable(command)
    }
  }

  private onMachine(node: string, kind: 'power-off' | 'power-on' | 'cut-off' | 'reconnect'): Result<unknown> {
    const machine = this.machines.get(node)
    if (!machine) return refused(notFound({ group: '', resource: 'nodes' }, node))
    if (kind === 'power-off') {
      machine.powerOff()
      this.rules.forget(node)
      if (machine.spec.controlPlane) this.apiServer?.stop()
    } else if (kind === 'power-on') machine.powerOn()
    else if (kind === 'cut-off') this.cutOff(machine)
    else machine.reconnect()
    return accepted(null)
  }

  private cutOff(machine: Machine): void {
    machine.cutOff()
    if (machine.spec.controlPlane) for (const other of this.machines.values()) if (other !== machine) other.breakWatches()
  }

  private onComponent(component: string, stop: boolean): Result<unknown> {
    const machine = [...this.machines.values()].find((each) => each.runsComponent(component))
    if (!machine) return refused(badRequest(`there is no component "${component}"; there are etcd, kube-apiserver, kube-controller-manager and kube-scheduler`))
    machine.setComponentStopped(component, stop)
    return accepted(null)
  }

  private kill(pod: string, container?: string): Result<unknown> {
    for (const machine of this.machines.values()) if (machine.kubelet?.killContainer(pod, container)) return accepted(null)
    return refused(notFound({ group: '', resource: 'pods' }, splitKey(pod).name))
  }

  private logs(pod: string, options: { readonly container?: string; readonly previous?: boolean }): Result<unknown> {
    const { namespace, name } = splitKey(pod)
    return this.user.request({ verb: 'get', group: '', version: 'v1', resource: 'pods', ...(namespace ? { namespace } : {}), name, subresource: 'log', options: { ...(options.container ? { container: options.container } : {}), ...(options.previous ? { previous: true } : {}) } })
  }

  /** The programs behind the images of the components, by the repository of the image. */
  private processes(controllerFlags: typeof defaultControllerManagerFlags): Processes {
    return new Map([
      ['registry.k8s.io/etcd', (host) => this.store.serve(host.agenda)],
      ['registry.k8s.io/kube-apiserver', (host) => this.startApiServer(host)],
      ['registry.k8s.io/kube-controller-manager', (host) => startControllerManager(this, host, controllerFlags)],
      ['registry.k8s.io/kube-scheduler', (host) => startSchedulerProcess(this, host, (scheduler) => this.keepScheduler(host, scheduler))],
      ['registry.k8s.io/kube-proxy', (host) => startProxyProcess(this, host, this.rules.tableOf(host.nodeName))],
    ])
  }

  private keepScheduler(host: ProcessHost, scheduler: SchedulerHandle): void {
    this.scheduler = scheduler
    host.onExit(() => {
      if (this.scheduler === scheduler) this.scheduler = null
    })
  }

  /** kube-apiserver waits for etcd, and gives up when it does not come. */
  private startApiServer(host: ProcessHost): void {
    const givesUp = host.agenda.now + storagePatience
    const apiServerFlags = flagsOver('kube-apiserver', defaultApiServerFlags, flagTexts(this.options, 'kube-apiserver'))
    const server = createApiServer({ agenda: host.agenda, store: this.store, wall: this.wall, random: this.random, trace: this.trace, logs: nodeLogs(() => this.machines), compactionInterval: apiServerFlags.etcdCompactionInterval })
    host.serve(() => server.running)
    host.onExit(() => server.stop())
    const open = (): void => {
      if (this.store.serving) {
        server.start()
        this.apiServer = server
        if (this.observing) this.observer.attach(server)
      } else if (host.agenda.now >= givesUp) host.exit(1, 'context deadline exceeded: etcd does not answer')
      else host.agenda.after(1000, 'kube-apiserver: wait for etcd', open)
    }
    open()
  }
}

function startOf(options: ClusterOptions): number {
  return parseTime(options.start ?? '2026-01-01T09:00:00Z') ?? parseTime('2026-01-01T09:00:00Z')!
}

function isRead({ verb, options }: Omit<ApiRequest, 'user'>): boolean {
  return verb === 'get' || verb === 'list' || (verb !== 'watch' && options?.dryRun === true)
}

function isFault({ kind }: Command): boolean {
  return kind === 'power-off' || kind === 'cut-off' || kind === 'stop' || kind === 'kill'
}

/** `power-off worker-1`, `scale deployments shop/web 5`: for the trace. */
function sentenceOf(command: Command): string {
  if (command.kind === 'apply') return `apply ${command.manifests.length} manifests`
  if (command.kind === 'request') return `${command.request.verb} ${command.request.resource} ${command.request.name ?? ''}`
  return Object.values(command).join(' ')
}

function subjectOf(command: Command): string {
  if ('node' in command) return `nodes/${command.node}`
  if ('pod' in command) return `pods/${command.pod}`
  return 'key' in command ? `${command.resource}/${command.key}` : ''
}
