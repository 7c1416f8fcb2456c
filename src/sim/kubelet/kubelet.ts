// Upstream: pkg/kubelet/kubelet.go, config/apiserver.go (v1.36). Left out: cgroups, eviction, its own HTTP API (logs are answered directly).
import type { Agenda, Millis } from '../kernel/agenda.ts'
import { openGates, type FeatureGate } from '../api/feature-gates.ts'
import type { Node, Pod, Service } from '../api/generated/types.ts'
import { keyOf, type ObjectKey } from '../api/objects.ts'
import type { ComponentContext, Informer } from '../client/component.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { StartError } from './api-container-status.ts'
import { BackOff } from './back-off.ts'
import { ContainerCollector } from './container-collector.ts'
import type { EnvironmentSource } from './container-environment.ts'
import type { LogAnswer } from './container-logs.ts'
import { defaultKubeletFlags, kubeletConstants, type KubeletFlags } from './flags.ts'
import { answerLogs, countdownsOf, killContainers, type KubeletCountdown, type KubeletHandle, type LogOptions } from './kubelet-handle.ts'
import { ImageCollector } from './image-collector.ts'
import { NodeAdmission } from './node-admission.ts'
import { NodeAgent, nodeReference } from './node-agent.ts'
import { NodeEnvironment } from './node-environment.ts'
import { NodeShutdown } from './node-shutdown.ts'
import type { Machine } from './node-status.ts'
import { removeOrphans } from './orphans.ts'
import { dnsSettingsOf } from './pod-dns.ts'
import type { NodePlace } from './pod-files.ts'
import { PodAddresses, type AddressAnswer } from './pod-addresses.ts'
import { PodWorker } from './pod-worker.ts'
import { Pleg } from './pleg.ts'
import { PullRecords } from './pull-records.ts'
import { shutdownGroups } from './shutdown-plan.ts'
import { emptyMap, type SparseMap } from './sparse-map.ts'
import { RuntimeCalls } from './runtime-calls.ts'
import { StaticPods } from './static-pods.ts'
import { StatusWriter } from './status-writer.ts'
import { SyncHandler } from './sync-handler.ts'
import type { WorkerKeeper } from './worker-keeper.ts'
import { workerStatus } from './worker-status.ts'
import { WorkerTable } from './worker-table.ts'
import { WorkerTurns } from './worker-turns.ts'

export interface KubeletOptions {
  readonly context: ComponentContext
  /** For the node's status and lease, which go on beside the loop over the pods; absent: the same. */
  readonly nodeContext?: ComponentContext
  readonly runtime: ContainerRuntime
  readonly nodeName: string
  readonly machine: Machine
  /** The manifests in its folder. */
  readonly staticPods?: readonly Pod[]
  readonly flags?: KubeletFlags
}

/** Starts the kubelet of one machine. */
export function startKubelet(options: KubeletOptions): KubeletHandle {
  const kubelet = new Kubelet(options)
  kubelet.start()
  return kubelet
}

/** What its workers share is here too: closures of a host of their own would be made for each node. */
class Kubelet implements KubeletHandle, WorkerKeeper {
  readonly agenda: Agenda
  readonly runtime: ContainerRuntime
  readonly restartBackOff: BackOff
  readonly turns: WorkerTurns
  readonly startedAt: Millis
  readonly images: ImageCollector
  readonly calls: RuntimeCalls
  readonly pullRecords: PullRecords
  readonly gates: ReadonlySet<FeatureGate>
  readonly imageBackOff = new BackOff(kubeletConstants.imageBackOffInitial, kubeletConstants.imageBackOffMax)
  pullErrors: SparseMap<StartError> = emptyMap
  readonly place: NodePlace
  readonly workers = new WorkerTable()
  readonly writer: StatusWriter
  readonly collector: ContainerCollector
  private readonly options: KubeletOptions
  private readonly context: ComponentContext
  private readonly agent: NodeAgent
  private readonly admission: NodeAdmission
  private readonly pods: Informer<Pod>
  private readonly node: Informer<Node>
  /** What the informer has last told of it. */
  private seenNode: Node | undefined
  private readonly services: Informer<Service>
  private readonly nodeIPs: readonly string[]
  private readonly pleg: Pleg
  private readonly addresses: PodAddresses
  private readonly staticPods: StaticPods
  private readonly handler: SyncHandler
  private shutdown: NodeShutdown | null = null

  constructor(options: KubeletOptions) {
    this.options = options
    const { nodeName, machine, context, runtime, flags = defaultKubeletFlags } = options
    this.context = context
    this.agenda = context.agenda
    this.runtime = runtime
    this.startedAt = context.agenda.now
    this.turns = new WorkerTurns(context.agenda, (options.nodeContext ?? context).random, flags.syncFrequency)
    this.restartBackOff = new BackOff(kubeletConstants.containerBackOffInitial, flags.maxContainerRestartPeriod, kubeletConstants.containerBackOffReset)
    this.addresses = new PodAddresses(runtime, machine.ip)
    this.nodeIPs = [machine.ip]
    this.place = { nodeName, dns: dnsSettingsOf(flags) }
    this.gates = openGates(flags.featureGates)
    this.calls = new RuntimeCalls(context.agenda, runtime)
    this.pullRecords = new PullRecords(runtime.disk, runtime.images, flags)
    this.images = new ImageCollector({
      agenda: context.agenda, runtime, nodeName, flags,
      warn: (reason, message) => this.nodeEvent('Warning', reason, message),
      collected: () => this.agent.statusChanged(),
    })
    this.collector = new ContainerCollector(context.agenda, nodeName, runtime, (record) => this.images.released(record))
    this.pleg = new Pleg(context.agenda, nodeName, (uid) => this.relisted(uid), () => this.agent.relisted())
    this.writer = new StatusWriter(context, (options.nodeContext ?? context).agenda)
    this.admission = new NodeAdmission(this, context, this.writer)
    this.agent = new NodeAgent({
      context: options.nodeContext ?? context, runtime, nodeName, machine, flags,
      networkReady: () => this.podRange() !== undefined,
      isShuttingDown: () => this.isShuttingDown,
      registered: () => this.staticPods.retryMirrors(),
    })
    this.pods = context.informers.of('pods', { fieldSelector: `spec.nodeName=${nodeName}` })
    this.node = context.informers.of('nodes', { fieldSelector: `metadata.name=${nodeName}` })
    this.services = context.informers.of('services')
    this.staticPods = new StaticPods(this, context, nodeName, this.pods)
    this.handler = new SyncHandler(this, nodeName, this.pods, this.staticPods)
  }

  start(): void {
    const stopListening = this.runtime.onChange((uid) => {
      if (this.context.agenda.disposed) return stopListening()
      this.workers.get(uid)?.runtimeChanged()
      this.pleg.podChanged(uid)
    })
    this.agent.start()
    this.images.imagesChanged()
    this.setStaticPods(this.options.staticPods ?? [])
    this.node.onChange(({ new: node }) => {
      this.seenNode = node
      if (node) this.agent.nodeChanged(node)
    })
    this.handler.start()
    this.context.informers.whenSynced(() => {
      this.handler.synced()
      this.keepHouse()
    })
  }

  private relisted(uid: string): void {
    this.workers.get(uid)?.observe()
    this.collector.clearDead(uid)
  }

  /** What was deleted while no kubelet looked is stopped, and removed once it has ended. */
  private keepHouse(): void {
    const remain = removeOrphans(this.runtime, this.pods.lister, (uid) => this.workers.has(uid) || this.collector.isDropped(uid), (uid) => {
      for (const sandbox of this.runtime.sandboxesOf(uid)) this.runtime.stopSandbox(sandbox)
      this.addresses.release(uid)
      this.collector.drop(uid)
    })
    if (!remain) return
    this.agenda.after(kubeletConstants.housekeepingPeriod, `kubelet ${this.options.nodeName}: housekeeping`, () => this.keepHouse())
  }

  setStaticPods(manifests: readonly Pod[]): void {
    this.staticPods.set(manifests)
  }

  killContainer(pod: ObjectKey, container?: string): boolean {
    return killContainers(this.runtime, this.workers.named(pod), container)
  }

  logs(key: ObjectKey, options: LogOptions = {}): LogAnswer {
    const worker = this.workers.named(key)
    const pod = worker?.pod ?? this.pods.lister.get(key)
    if (!pod) return { ok: false, message: `pod "${key.slice(key.indexOf('/') + 1)}" not found` }
    return answerLogs(this.runtime, pod, worker?.shown ?? pod.status, options)
  }

  countdowns(): readonly KubeletCountdown[] {
    return [...this.workers.values()].flatMap((worker) => countdownsOf(this.runtime, worker, this.agenda.now))
  }

  localPod(key: ObjectKey): Pod | undefined {
    const worker = this.workers.named(key)
    return worker?.shown ? { ...worker.pod, status: worker.shown } : worker?.pod
  }

  nodeStatusChanged(): void {
    if (this.runtime.downSince !== null) this.calls.interrupt()
    this.agent.statusChanged()
  }

  shutDown(done: () => void): Millis {
    const groups = shutdownGroups(this.options.flags ?? defaultKubeletFlags)
    const patience = groups.reduce((sum, { gracePeriod }) => sum + gracePeriod, 0)
    if (this.shutdown) {
      this.shutdown.renew()
      return patience
    }
    if (groups.length === 0) return 0
    this.shutdown = new NodeShutdown(this, this.context.wall, groups, () => this.workers.values(), (cancelled) => {
      if (!cancelled) return done()
      this.shutdown = null
      this.agent.statusChanged()
    })
    this.agent.syncNow()
    this.shutdown.begin()
    return patience
  }

  cancelShutdown(): void {
    this.shutdown?.cancel()
  }

  get isShuttingDown(): boolean {
    return this.shutdown !== null
  }

  admits(pod: Pod): boolean {
    const { workers, seenNode: node, isShuttingDown, agent: { allocatable } } = this
    return this.admission.admits(pod, { node, workers, allocatable, isShuttingDown })
  }

  addWorker(pod: Pod, isStatic: boolean): PodWorker {
    const worker = new PodWorker(this, pod, isStatic)
    this.collector.keep(pod.metadata.uid)
    this.workers.add(worker)
    this.admission.take(worker)
    return worker
  }

  freeRoom(worker: PodWorker): void {
    this.admission.free(worker)
  }

  private podRange(): string | undefined {
    return this.options.machine.podCIDR ?? this.seenNode?.spec.podCIDR
  }

  event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    this.context.events.event(pod, type, reason, message, fieldPath === undefined ? {} : { fieldPath })
  }

  nodeEvent(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.events.event(nodeReference(this.options.nodeName), type, reason, message)
  }

  environment(podIP: string): EnvironmentSource {
    return new NodeEnvironment(this.options.nodeName, this.nodeIPs, podIP === '' ? [] : [podIP], this.context.client, this.services.lister, this.agent.allocatable)
  }

  allocateIP(pod: Pod): AddressAnswer {
    return this.addresses.allocate(pod, this.podRange())
  }

  release(worker: PodWorker): void {
    this.admission.free(worker)
    this.addresses.release(worker.pod.metadata.uid)
    for (const { metadata } of this.admission.takeWaiting()) {
      const pod = this.pods.lister.get(keyOf({ metadata }))
      if (pod?.metadata.uid === metadata.uid) this.handler.podChanged(pod)
    }
  }

  publish(worker: PodWorker): void {
    const { uid } = worker.pod.metadata
    const { agenda, context: { wall } } = this
    const status = workerStatus(worker, worker.shown, wall.epochMillis - agenda.now, agenda.now, this.nodeIPs)
    worker.shown = status
    if (worker.isStatic && this.staticPods.isUnseen(uid)) return
    const finished = worker.stage === 'terminated'
    if (finished || !this.writer.hasWritten(worker, uid, status)) {
      this.writer.write(worker, worker.pod, status, finished)
      if (worker.shown === status) worker.shown = this.writer.asWritten(worker, status)
    }
    if (!worker.prober) return
    for (const container of status.containerStatuses ?? []) if (container.started && !container.ready) worker.prober.trigger(container.name)
  }

  letGo(worker: PodWorker): void {
    this.writer.write(worker, worker.pod, worker.shown ?? null, true)
  }

  finished(worker: PodWorker): void {
    this.shutdown?.ended(worker)
    this.handler.workerFinished(worker)
  }
}

export type { KubeletHandle } from './kubelet-handle.ts'
export type { Machine } from './node-status.ts'
