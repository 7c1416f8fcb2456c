// Upstream: containerd behind the CRI (v1.36 kubelet). Left out: runtime classes, checkpoints, events of the runtime (the kubelet relists).
import type { Agenda, EntryId, Millis, ProcessAgenda } from '../kernel/agenda.ts'
import type { Random } from '../kernel/random.ts'
import type { Pod } from '../api/generated/types.ts'
import type { EpochMillis } from '../api/time.ts'
import { ContainerProcess, startFailure, type ProcessRequest } from './container-process.ts'
import { digestOf, entryOf, hexText, type ImageCatalogue, type Registry } from './image-catalogue.ts'
import { ImageStore } from './image-store.ts'
import { parseImageReference } from './image-reference.ts'
import type { ContainerRecord, NodeDisk, SandboxRecord } from './node-disk.ts'
import type { Processes } from './process-host.ts'
import type { LogLine, NextStop } from './script-run.ts'
import type { Question } from './shell-commands.ts'

export interface RuntimeOptions {
  readonly agenda: Agenda
  readonly nodeName: string
  /** For what differs from boot to boot. */
  readonly random: Random
  readonly images: ImageCatalogue
  readonly registry: Registry
  readonly processes: Processes
  readonly disk: NodeDisk
  /** Virtual time zero as a date, for what scripts print. */
  readonly epochStart: EpochMillis
  /** How many images are pulled at once; default 1 (serializeImagePulls). */
  readonly parallelPulls?: number
  /** Answers what scripts ask of the network; without it every name resolves and every port answers. */
  readonly answer?: (question: Question, pod: Pod) => boolean
}

export interface ContainerRequest extends Omit<ProcessRequest, 'entry'> {
  readonly pod: Pod
  readonly name: string
  readonly image: string
  readonly attempt: number
  readonly hash: string
}

export type StartOutcome = { readonly ok: true; readonly container: ContainerRecord } | { readonly ok: false; readonly error: string }

/** The containers of one machine. It knows no API: a kubelet tells it what to run and sees what became of it. */
export interface ContainerRuntime {
  readonly images: ImageStore
  readonly disk: NodeDisk
  /** Of this boot of the machine. */
  readonly bootId: string
  readonly bootedAt: Millis
  /** Of a pod, newest last. */
  sandboxesOf(podUid: string): readonly SandboxRecord[]
  sandboxes(): Iterable<SandboxRecord>
  createSandbox(pod: Pod, ip: string, attempt: number): SandboxRecord
  startContainer(sandbox: SandboxRecord, request: ContainerRequest): StartOutcome
  /** SIGTERM, and SIGKILL when it has not ended after `grace`; again with a shorter grace, and the shorter counts. */
  stopContainer(id: string, grace: Millis): void
  /** Ends a container from outside, as `kill -9` does. */
  killContainer(id: string): void
  stopSandbox(id: string): void
  /** Forgets a pod's sandboxes and containers; all must have stopped. */
  removePod(podUid: string): void
  /** The process of a running container. */
  processOf(id: string): ContainerProcess | undefined
  /** When a stopping container is killed at the latest. */
  stoppingUntil(id: string): { readonly since: Millis; readonly due: Millis } | undefined
  logOf(container: ContainerRecord): readonly LogLine[]
  /** Called with the pod's uid when one of its containers or its sandbox changes. */
  onChange(listener: (podUid: string) => void): () => void
  /** The power is gone: every process ends without farewell. */
  powerOff(): void
}

interface Running {
  readonly record: ContainerRecord
  readonly process: ContainerProcess
  /** Who asks when its script asks the network; of other containers it would only be weight. */
  readonly asker: Pod | null
  agenda: ProcessAgenda | null
  farewell: (() => void) | null
  /** The entry for its own end, or for the next question of its script. */
  next: EntryId
  stop: { readonly since: Millis; due: Millis; kill: EntryId } | null
}

const logLimit = 2_000

export function createContainerRuntime(options: RuntimeOptions): ContainerRuntime {
  return new FakeContainerd(options)
}

class FakeContainerd implements ContainerRuntime {
  readonly images: ImageStore
  readonly disk: NodeDisk
  readonly bootId: string
  readonly bootedAt: Millis
  private readonly options: RuntimeOptions
  private readonly agenda: ProcessAgenda
  private readonly running = new Map<string, Running>()
  private readonly byPod = new Map<string, SandboxRecord[]>()
  private readonly listeners = new Set<(podUid: string) => void>()
  /** Of the container that was started last. */
  private environment: ReadonlyMap<string, string> = new Map()

  constructor(options: RuntimeOptions) {
    this.options = options
    // The machine's own slice of time: it ends with the power.
    this.agenda = options.agenda.fork(`containerd on ${options.nodeName}`)
    this.disk = options.disk
    this.images = new ImageStore(this.agenda, options.disk, options.registry, options.parallelPulls)
    this.bootId = options.random.uuid()
    this.bootedAt = options.agenda.now
    this.recover()
  }

  sandboxesOf(podUid: string): readonly SandboxRecord[] {
    return this.byPod.get(podUid) ?? []
  }

  sandboxes(): Iterable<SandboxRecord> {
    return this.disk.sandboxes.values()
  }

  createSandbox(pod: Pod, ip: string, attempt: number): SandboxRecord {
    const sandbox: SandboxRecord = {
      id: this.makeId('sandbox'),
      podUid: pod.metadata.uid,
      namespace: pod.metadata.namespace ?? '',
      podName: pod.metadata.name,
      attempt,
      createdAt: this.agenda.now,
      hostNetwork: pod.spec.hostNetwork === true,
      ip,
      state: 'ready',
      containers: [],
    }
    this.disk.sandboxes.set(sandbox.id, sandbox)
    this.index(sandbox)
    this.changed(sandbox.podUid)
    return sandbox
  }

  startContainer(sandbox: SandboxRecord, request: ContainerRequest): StartOutcome {
    const record = this.createRecord(sandbox, request)
    sandbox.containers = [...sandbox.containers.filter((old) => old.name !== record.name || old.attempt === record.attempt - 1), record]
    const entry = entryOf(this.options.images, request.image)
    const { command, args, ports, memoryLimit, files, mounted, pod } = request
    const processRequest: ProcessRequest = { command, args, environment: this.sharedEnvironment(request.environment), ports, memoryLimit, files, mounted, entry, hostname: pod.spec.hostname ?? pod.metadata.name }
    const failure = startFailure(processRequest)
    if (failure !== null) {
      this.finish(record, 128, 'StartError', failure)
      record.startedAt = null
      return { ok: false, error: failure }
    }
    record.state = 'running'
    record.startedAt = this.agenda.now
    this.run(record, request.pod, processRequest)
    this.changed(record.podUid)
    return { ok: true, container: record }
  }

  stopContainer(id: string, grace: Millis): void {
    const running = this.running.get(id)
    if (!running) return
    const due = this.agenda.now + Math.max(0, grace)
    if (running.stop) {
      if (due >= running.stop.due) return
      this.agenda.cancel(running.stop.kill)
      running.stop.due = due
      running.stop.kill = this.planKill(id, due)
      return
    }
    running.stop = { since: this.agenda.now, due, kill: this.planKill(id, due) }
    const ending = running.agenda ? { after: 100, exitCode: 0 } : running.process.onSigterm
    if (!ending || this.agenda.now + ending.after > due) return
    this.agenda.cancel(running.next)
    running.next = this.agenda.after(ending.after, `${this.options.nodeName}: ${running.record.name} ends on SIGTERM`, () => this.exit(id, ending.exitCode))
  }

  killContainer(id: string): void {
    this.exit(id, 137)
  }

  stopSandbox(id: string): void {
    const sandbox = this.disk.sandboxes.get(id)
    if (!sandbox || sandbox.state === 'notReady') return
    sandbox.state = 'notReady'
    this.changed(sandbox.podUid)
  }

  removePod(podUid: string): void {
    for (const sandbox of this.sandboxesOf(podUid)) {
      for (const container of sandbox.containers) this.end(container.id)
      this.disk.sandboxes.delete(sandbox.id)
    }
    this.byPod.delete(podUid)
  }

  processOf(id: string): ContainerProcess | undefined {
    return this.running.get(id)?.process
  }

  stoppingUntil(id: string): { readonly since: Millis; readonly due: Millis } | undefined {
    return this.running.get(id)?.stop ?? undefined
  }

  logOf(container: ContainerRecord): readonly LogLine[] {
    const process = this.running.get(container.id)?.process
    if (!process) return container.log
    const now = this.agenda.now
    const own = process.script ? process.script.linesAt(now) : process.startLines.filter((line) => line.at <= now)
    return own.length === 0 ? container.log : [...own, ...container.log]
  }

  onChange(listener: (podUid: string) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  powerOff(): void {
    for (const running of this.running.values()) running.agenda?.dispose()
    this.running.clear()
    this.listeners.clear()
    this.agenda.dispose()
  }

  /** What ran when the power went is found ended, and its network gone. */
  private recover(): void {
    for (const sandbox of this.disk.sandboxes.values()) {
      sandbox.state = 'notReady'
      this.index(sandbox)
      for (const container of sandbox.containers) {
        if (container.state === 'running') Object.assign(container, { state: 'exited', exitCode: 255, reason: 'Unknown', finishedAt: this.agenda.now })
      }
    }
  }

  /** Replicas have equal environments: they keep one. */
  private sharedEnvironment(environment: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const { environment: last } = this
    const isEqual = last.size === environment.size && sameText([...last.keys()], [...environment.keys()]) && sameText([...last.values()], [...environment.values()])
    if (!isEqual) this.environment = environment
    return this.environment
  }

  private createRecord(sandbox: SandboxRecord, request: ContainerRequest): ContainerRecord {
    const cached = this.images.find(request.image)
    const reference = parseImageReference(request.image)
    const repository = 'error' in reference ? request.image : reference.repository
    return {
      id: this.makeId(request.name),
      sandboxId: sandbox.id,
      podUid: sandbox.podUid,
      name: request.name,
      attempt: request.attempt,
      image: request.image,
      imageName: 'error' in reference ? request.image : reference.canonical,
      imageId: `${repository}@${cached?.digest ?? digestOf(repository)}`,
      hash: request.hash,
      createdAt: this.agenda.now,
      state: 'created',
      startedAt: null,
      finishedAt: null,
      exitCode: 0,
      reason: '',
      message: '',
      log: [],
    }
  }

  private run(record: ContainerRecord, pod: Pod, request: ProcessRequest): void {
    const reference = parseImageReference(record.image)
    const factory = 'error' in reference ? undefined : this.options.processes.get(reference.repository)
    const process = new ContainerProcess(request, this.agenda.now, this.options.epochStart, factory !== undefined)
    const running: Running = { record, process, asker: process.script ? pod : null, agenda: null, farewell: null, next: 0, stop: null }
    this.running.set(record.id, running)
    this.planNext(running)
    if (!factory) return
    const agenda = this.agenda.fork(`${this.options.nodeName}/${pod.metadata.name}/${record.name}`)
    running.agenda = agenda
    factory({
      agenda,
      nodeName: this.options.nodeName,
      pod,
      containerName: record.name,
      args: [...(request.command ?? []), ...(request.args ?? [])],
      exit: (code, message) => this.exit(record.id, code, message),
      log: (line) => this.log(record, line),
      serve: (isServing) => process.serve(isServing),
      onExit: (run) => {
        const earlier = running.farewell
        running.farewell = () => {
          earlier?.()
          run()
        }
      },
    })
  }

  private planNext(running: Running): void {
    const stop = running.process.script?.next
    if (stop) running.next = this.agenda.at(stop.at, `${this.options.nodeName}: ${running.record.name} of ${running.asker?.metadata.name ?? ''} ${stop.kind}`, () => this.reach(running, stop))
  }

  private reach(running: Running, stop: NextStop): void {
    if (stop.kind === 'ends') this.exit(running.record.id, stop.exitCode)
    else if (stop.kind === 'outOfMemory') {
      this.end(running.record.id)
      this.finish(running.record, 137, 'OOMKilled', '')
      this.changed(running.record.podUid)
    } else {
      running.process.script?.answer(!running.asker || (this.options.answer?.(stop.question, running.asker) ?? true))
      this.planNext(running)
    }
  }

  private planKill(id: string, due: Millis): EntryId {
    return this.agenda.at(due, `${this.options.nodeName}: SIGKILL`, () => this.exit(id, 137))
  }

  private exit(id: string, exitCode: number, message = ''): void {
    const running = this.running.get(id)
    if (!running) return
    this.end(id)
    this.finish(running.record, exitCode, exitCode === 0 ? 'Completed' : 'Error', message)
    this.changed(running.record.podUid)
  }

  /** The process is no more; what it printed stays with the container. */
  private end(id: string): void {
    const running = this.running.get(id)
    if (!running) return
    const lines = this.logOf(running.record)
    running.record.log.splice(0, running.record.log.length, ...lines.slice(-logLimit / 4))
    this.running.delete(id)
    this.agenda.cancel(running.next)
    if (running.stop) this.agenda.cancel(running.stop.kill)
    running.farewell?.()
    running.agenda?.dispose()
  }

  private finish(record: ContainerRecord, exitCode: number, reason: string, message: string): void {
    record.state = 'exited'
    record.exitCode = exitCode
    record.reason = reason
    record.message = message
    record.finishedAt = this.agenda.now
  }

  private log(record: ContainerRecord, text: string): void {
    record.log.push({ at: this.agenda.now, text })
    if (record.log.length > logLimit) record.log.splice(0, logLimit / 2)
  }

  private index(sandbox: SandboxRecord): void {
    this.byPod.set(sandbox.podUid, [...(this.byPod.get(sandbox.podUid) ?? []), sandbox])
  }

  private changed(podUid: string): void {
    for (const listener of this.listeners) listener(podUid)
  }

  /** 64 hexadecimal digits, as containerd's ids have; unique on this machine. */
  private makeId(purpose: string): string {
    this.disk.made += 1
    return hexText(`${this.options.nodeName}/${this.disk.made}/${purpose}/`)
  }
}

function sameText(one: readonly string[], other: readonly string[]): boolean {
  return one.every((text, index) => text === other[index])
}
