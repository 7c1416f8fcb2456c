// Upstream: containerd behind the CRI (v1.36 kubelet). Left out: runtime classes, checkpoints, events of the runtime (the kubelet relists).
import type { Agenda, Millis, ProcessAgenda } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'
import type { Random } from '../kernel/random.ts'
import type { Pod } from '../api/generated/types.ts'
import type { EpochMillis } from '../api/time.ts'
import { startFailure, stopSignalOf, type ContainerProcess, type ProcessRequest } from './container-process.ts'
import { digestOf, entryOf, hexText, type ImageCatalogue, type Registry } from './image-catalogue.ts'
import { ImageStore } from './image-store.ts'
import { parseImageReference } from './image-reference.ts'
import type { ContainerImage, ContainerRecord, NodeDisk, SandboxRecord } from './node-disk.ts'
import type { Processes } from './process-host.ts'
import { RunningProcesses, type Stopping } from './running-processes.ts'
import type { LogLine } from './script-run.ts'
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

/** Which run of which container it is. */
export interface ContainerIdentity {
  readonly name: string
  readonly image: string
  readonly attempt: number
  readonly hash: string
}

export interface ContainerRequest extends ContainerIdentity, Omit<ProcessRequest, 'entry'> {
  readonly pod: Pod
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
  /** containerd ends while it makes a container: when it is there again, it does not know in what state that is. */
  abandonContainer(sandbox: SandboxRecord, request: ContainerIdentity): void
  /** Its stop signal, and SIGKILL when it has not ended after `grace`; again with a shorter grace, and the shorter counts. */
  stopContainer(id: string, grace: Millis): void
  /** Ends a container from outside, as `kill -9` does. */
  killContainer(id: string): void
  stopSandbox(sandbox: SandboxRecord): void
  /** Forgets a pod's sandboxes and containers; all must have stopped. */
  removePod(podUid: string): void
  /** Forgets a container that has ended, and its log. */
  removeContainer(record: ContainerRecord): void
  /** Forgets an empty sandbox that has stopped. */
  removeSandbox(sandbox: SandboxRecord): void
  /** The process of a running container. */
  processOf(id: string): ContainerProcess | undefined
  /** The signal that stops a container of an image; `asked`: by its manifest. */
  stopSignalOf(image: string, asked?: string): string
  /** When a stopping container is killed at the latest. */
  stoppingUntil(id: string): Stopping | undefined
  logOf(container: ContainerRecord): readonly LogLine[]
  /** Called with the pod's uid when one of its containers or its sandbox changes. */
  onChange(listener: (podUid: string) => void): () => void
  /** The power is gone: every process ends without farewell. */
  powerOff(): void
  /** Since when it does not answer; null: it does. Containers run on without it. */
  downSince: Millis | null
  /** While nobody hears it, what becomes of containers and images is told later. */
  setHeard(isHeard: boolean): void
  /** The machine stands still, and goes on. */
  freeze(): void
  thaw(): void
}

export function createContainerRuntime(options: RuntimeOptions): ContainerRuntime {
  return new FakeContainerd(options)
}

const none: readonly SandboxRecord[] = []

class FakeContainerd implements ContainerRuntime {
  readonly images: ImageStore
  readonly disk: NodeDisk
  readonly bootId: string
  readonly bootedAt: Millis
  private readonly options: RuntimeOptions
  private readonly agenda: ProcessAgenda
  private readonly processes: RunningProcesses
  /** Mostly one: a Set would weigh more than it. */
  private listeners: readonly ((podUid: string) => void)[] = []
  downSince: Millis | null = null
  /** Pods whose changes are still to be told; null: they are told at once. */
  private untold: Set<string> | null = null
  /** By id: containers of one image share its names. */
  private readonly imageNames = new Map<string, ContainerImage>()

  constructor(options: RuntimeOptions) {
    this.options = options
    // The machine's own slice of time: it ends with the power.
    this.agenda = options.agenda.fork(`containerd on ${options.nodeName}`)
    this.disk = options.disk
    this.images = new ImageStore(this.agenda, options.disk, options.registry, options.parallelPulls)
    this.bootId = options.random.uuid()
    this.bootedAt = options.agenda.now
    this.processes = new RunningProcesses(this.agenda, options, (record, exitCode, reason, message) => {
      this.finish(record, exitCode, reason, message)
      this.changed(record.podUid)
    })
    this.recover()
  }

  sandboxesOf(podUid: string): readonly SandboxRecord[] {
    return this.disk.sandboxes.get(podUid) ?? none
  }

  *sandboxes(): Generator<SandboxRecord, void, undefined> {
    for (const sandboxes of this.disk.sandboxes.values()) yield* sandboxes
  }

  createSandbox(pod: Pod, ip: string, attempt: number): SandboxRecord {
    this.disk.made += 1
    const { uid, namespace, name } = pod.metadata
    const sandbox: SandboxRecord = { podUid: uid, namespace: namespace ?? '', podName: name, attempt, createdAt: this.agenda.now, hostNetwork: pod.spec.hostNetwork === true, ip, state: 'ready', containers: [] }
    this.disk.sandboxes.set(uid, withLast(this.sandboxesOf(uid), sandbox))
    this.changed(uid)
    return sandbox
  }

  startContainer(sandbox: SandboxRecord, request: ContainerRequest): StartOutcome {
    const record = this.createRecord(sandbox, request)
    sandbox.containers = withLast(sandbox.containers, record)
    const processRequest: ProcessRequest = { template: request.template, entry: entryOf(this.options.images, request.image), hostname: request.hostname, files: request.files, ...(request.stopSignal !== undefined && { stopSignal: request.stopSignal }) }
    const failure = startFailure(processRequest)
    if (failure !== null) {
      this.finish(record, 128, 'StartError', failure)
      record.startedAt = null
      return { ok: false, error: failure }
    }
    record.state = 'running'
    record.startedAt = this.agenda.now
    this.processes.start(record, request.pod, processRequest)
    this.changed(record.podUid)
    return { ok: true, container: record }
  }

  abandonContainer(sandbox: SandboxRecord, request: ContainerIdentity): void {
    const record = this.createRecord(sandbox, request)
    record.state = 'unknown'
    sandbox.containers = withLast(sandbox.containers, record)
    this.changed(record.podUid)
  }

  stopContainer(id: string, grace: Millis): void {
    if (this.processes.processOf(id)) this.processes.stop(id, grace)
    else this.settleUnknown(id)
  }

  killContainer(id: string): void {
    this.processes.kill(id)
  }

  stopSandbox(sandbox: SandboxRecord): void {
    if (sandbox.state === 'notReady') return
    sandbox.state = 'notReady'
    this.changed(sandbox.podUid)
  }

  removePod(podUid: string): void {
    for (const { containers } of this.sandboxesOf(podUid)) for (const container of containers) this.removeContainer(container)
    this.disk.sandboxes.delete(podUid)
  }

  removeContainer(record: ContainerRecord): void {
    this.processes.end(record.id)
    const sandbox = this.sandboxesOf(record.podUid).find(({ containers }) => containers.includes(record))
    if (sandbox) sandbox.containers = sandbox.containers.filter((other) => other !== record)
  }

  removeSandbox(sandbox: SandboxRecord): void {
    this.disk.sandboxes.set(sandbox.podUid, this.sandboxesOf(sandbox.podUid).filter((other) => other !== sandbox))
  }

  processOf(id: string): ContainerProcess | undefined {
    return this.processes.processOf(id)
  }

  stopSignalOf(image: string, asked?: string): string {
    return stopSignalOf(entryOf(this.options.images, image), asked)
  }

  stoppingUntil(id: string): Stopping | undefined {
    return this.processes.stoppingUntil(id)
  }

  logOf(container: ContainerRecord): readonly LogLine[] {
    return this.processes.logOf(container)
  }

  onChange(listener: (podUid: string) => void): () => void {
    this.listeners = withLast(this.listeners, listener)
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener)
    }
  }

  powerOff(): void {
    this.processes.powerOff()
    this.listeners = []
    this.agenda.dispose()
  }

  setHeard(isHeard: boolean): void {
    if (isHeard === (this.untold === null)) return
    const untold = this.untold ?? []
    this.untold = isHeard ? null : new Set()
    this.images.setHeard(isHeard)
    for (const podUid of untold) this.changed(podUid)
  }

  freeze(): void {
    this.agenda.freeze()
  }

  thaw(): void {
    this.agenda.thaw()
  }

  /** What ran when the power went is found ended, and its network gone. */
  private recover(): void {
    for (const sandbox of this.sandboxes()) {
      sandbox.state = 'notReady'
      for (const container of sandbox.containers) if (container.state === 'running') this.finish(container, 255, 'Unknown', container.message)
    }
  }

  /** What may run of a container in an unknown state is killed. */
  private settleUnknown(id: string): void {
    for (const { containers } of this.sandboxes()) {
      const record = containers.find((candidate) => candidate.id === id && candidate.state === 'unknown')
      if (!record) continue
      this.finish(record, 255, 'Unknown', '')
      return this.changed(record.podUid)
    }
  }

  private createRecord(sandbox: SandboxRecord, { name, image, attempt, hash }: ContainerIdentity): ContainerRecord {
    this.disk.made += 1
    // 64 hexadecimal digits, as containerd's ids have; unique on this machine.
    const id = flatText(`containerd://${hexText(`${this.options.nodeName}/${this.disk.made}/${name}/`)}`)
    return { id, podUid: sandbox.podUid, name, attempt, image: this.imageOf(image), hash, createdAt: this.agenda.now, state: 'created', startedAt: null, finishedAt: null, exitCode: 0, reason: '', message: '', log: null }
  }

  private imageOf(image: string): ContainerImage {
    const digest = this.images.find(image)?.digest
    const known = this.imageNames.get(image)
    if (known && digest !== undefined && known.id.endsWith(digest)) return known
    const reference = parseImageReference(image)
    const repository = 'error' in reference ? image : reference.repository
    const found: ContainerImage = { reference: image, name: 'error' in reference ? image : reference.canonical, id: flatText(`${repository}@${digest ?? digestOf(repository)}`) }
    this.imageNames.set(image, found)
    return found
  }

  private finish(record: ContainerRecord, exitCode: number, reason: string, message: string): void {
    record.state = 'exited'
    record.exitCode = exitCode
    record.reason = reason
    record.message = message
    record.finishedAt = this.agenda.now
  }

  private changed(podUid: string): void {
    if (this.untold) this.untold.add(podUid)
    else for (const listener of this.listeners) listener(podUid)
  }
}

/** One more at the end. A list of one is written as such: what grows by spreading keeps room for sixteen more. */
function withLast<T>(list: readonly T[], last: T): readonly T[] {
  return list.length === 0 ? [last] : [...list, last]
}
