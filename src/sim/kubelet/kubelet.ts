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
import { isMirror, MirrorPods } from './mirror-pods.ts'
import { NodeAdmission } from './node-admission.ts'
import { NodeAgent, nodeReference } from './node-agent.ts'
import { NodeEnvironment } from './node-environment.ts'
import { NodeShutdown } from './node-shutdown.ts'
import type { Machine } from './node-status.ts'
import { removeOrphans } from './orphans.ts'
import { dnsSettingsOf } from './pod-dns.ts'
import type { NodePlace } from './pod-files.ts'
import { PodAddresses, type AddressAnswer } from './pod-addresses.ts'
import { PodArrivals } from './pod-arrivals.ts'
import { PodWorker } from './pod-worker.ts'
import { Pleg } from './pleg.ts'
import { PullRecords } from './pull-records.ts'
import { shutdownGroups } from './shutdown-plan.ts'
import { emptyMap, type SparseMap } from './sparse-map.ts'
import { RuntimeCalls } from './runtime-calls.ts'
import { staticPodOf } from './static-pods.ts'
import { StatusWriter } from './status-writer.ts'
import type { WorkerHost } from './worker-host.ts'
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
class Kubelet implements KubeletHandle, WorkerHost {
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
  private readonly options: KubeletOptions
  private readonly context: ComponentContext
  private readonly workers = new WorkerTable()
  private readonly writer: StatusWriter
  private readonly agent: NodeAgent
  private readonly mirrors: MirrorPods
  private readonly admission: NodeAdmission
  private readonly pods: Informer<Pod>
  private readonly node: Informer<Node>
  /** What the informer has last told of it. */
  private seenNode: Node | undefined
  private readonly services: Informer<Service>
  private readonly nodeIPs: readonly string[]
  private readonly pleg: Pleg
  private readonly collector: ContainerCollector
  private readonly addresses: PodAddresses
  private readonly arrivals: PodArrivals
  private wantedStatic: SparseMap<Pod> = emptyMap
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
      isShuttingDown: () => this.shutdown !== null,
      registered: () => this.mirrors.retry(),
    })
    this.pods = context.informers.of('pods', { fieldSelector: `spec.nodeName=${nodeName}` })
    this.node = context.informers.of('nodes', { fieldSelector: `metadata.name=${nodeName}` })
    this.services = context.informers.of('services')
    this.arrivals = new PodArrivals(context.agenda, nodeName, this.pods.lister, (pod) => this.addPod(pod))
    this.mirrors = new MirrorPods(context, nodeName, this.pods, (pod) => {
      const worker = this.workers.get(pod.metadata.uid)
      if (worker?.shown) this.writer.write(worker, pod, worker.shown, false)
    })
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
    const early: Pod[] = []
    let synced = false
    this.pods.onChange(({ old, new: pod }) => {
      // A list after a gap shows the next pod of a name where the one before was.
      if (old && old.metadata.uid !== pod?.metadata.uid) this.podGone(old)
      if (!synced && pod) early.push(pod)
      else if (pod) this.podChanged(pod)
    })
    this.context.informers.whenSynced(() => {
      synced = true
      for (const pod of early) this.podChanged(pod)
      early.length = 0
      this.arrivals.admitAll()
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
    const pods = manifests.map((manifest) => staticPodOf(manifest, this.options.nodeName, this.context.wall.time()))
    const wanted = pods.length === 0 ? emptyMap : new Map(pods.map((pod) => [keyOf(pod), pod]))
    for (const [key, { metadata: { uid } }] of this.wantedStatic) if (wanted.get(key)?.metadata.uid !== uid && !this.workers.has(uid)) this.collector.drop(uid)
    this.wantedStatic = wanted
    for (const worker of this.workers.values()) {
      const pod = wanted.get(worker.key)
      if (worker.isStatic && pod?.metadata.uid !== worker.pod.metadata.uid) {
        this.mirrors.remove(worker.pod)
        worker.terminate(worker.pod.spec.terminationGracePeriodSeconds)
      }
    }
    for (const [key, pod] of wanted) if (!this.workers.has(pod.metadata.uid) && !this.workers.named(key)) this.addStatic(pod)
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

  private podChanged(pod: Pod): void {
    if (isMirror(pod)) return this.mirrorChanged(pod)
    const worker = this.workers.get(pod.metadata.uid)
    if (worker) {
      this.writer.seen(worker, pod, pod.status)
      return worker.update(pod)
    }
    if (this.workers.named(keyOf(pod))) return // Its namesake must stop first; it is looked at again then.
    this.arrivals.add(pod)
  }

  private addPod(pod: Pod): void {
    if (this.workers.named(keyOf(pod))) return
    const isDeleted = pod.metadata.deletionTimestamp !== undefined
    const ended = pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded'
    if (ended && this.runtime.sandboxesOf(pod.metadata.uid).length === 0) {
      // It ended in an earlier life of this kubelet; only its deletion is left to finish.
      if (isDeleted) this.writer.write({ written: undefined, isStatic: false }, pod, null, true)
      return
    }
    const { workers, agent: { allocatable } } = this
    const node = this.seenNode
    if (!isDeleted && !ended && !this.admission.admits(pod, { node, workers, allocatable, isShuttingDown: this.shutdown !== null })) return
    const worker = this.addWorker(pod, false)
    if (isDeleted) worker.terminate(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds)
    else if (ended) worker.terminate(pod.spec.terminationGracePeriodSeconds)
    else worker.sync()
  }

  private podGone(pod: Pod): void {
    if (isMirror(pod)) return this.mirrorChanged(pod)
    const worker = this.workers.get(pod.metadata.uid)
    this.writer.forget(pod.metadata.uid)
    if (!worker) return
    worker.written = undefined
    this.admission.free(worker)
    // Nobody waits for its end any more, but its processes still get their grace.
    if (worker.stage === 'terminated') return this.finished(worker)
    worker.terminate(pod.metadata.deletionGracePeriodSeconds || pod.spec.terminationGracePeriodSeconds)
  }

  private addWorker(pod: Pod, isStatic: boolean): PodWorker {
    const worker = new PodWorker(this, pod, isStatic)
    this.collector.keep(pod.metadata.uid)
    this.workers.add(worker)
    this.admission.take(worker)
    return worker
  }

  private addStatic(pod: Pod): void {
    // Refused as any other pod is.
    if (this.shutdown) return
    this.addWorker(pod, true).sync()
    this.mirrors.ensure(pod)
  }

  private mirrorChanged(mirror: Pod): void {
    const worker = this.workers.named(keyOf(mirror))
    if (worker?.isStatic && worker.stage === 'syncing') {
      this.mirrors.ensure(worker.pod)
      this.writer.seen(worker, worker.pod, mirror.status)
    } else if (!worker && !this.wantedStatic.has(keyOf(mirror)) && this.pods.lister.get(keyOf(mirror))) this.mirrors.removeStray(mirror)
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
      if (pod?.metadata.uid === metadata.uid) this.podChanged(pod)
    }
  }

  publish(worker: PodWorker): void {
    const { uid } = worker.pod.metadata
    const { agenda, context: { wall } } = this
    const status = workerStatus(worker, worker.shown, wall.epochMillis - agenda.now, agenda.now, this.nodeIPs)
    worker.shown = status
    if (worker.isStatic && this.mirrors.isMissing(uid)) return
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
    const { uid } = worker.pod.metadata
    this.shutdown?.ended(worker)
    const isGone = worker.isStatic || this.pods.lister.get(worker.key)?.metadata.uid !== uid
    if (!isGone && worker.pod.metadata.deletionTimestamp === undefined) return
    // A static pod whose manifest is still there comes again, and counts on.
    const namesake = this.wantedStatic.get(worker.key)
    if (namesake?.metadata.uid !== uid) this.collector.drop(uid)
    // As long as the API shows the pod it is known to have ended (SyncKnownPods): it may take a while until that can be told.
    if (!isGone) return
    this.workers.remove(worker)
    this.restartBackOff.collect(this.agenda.now)
    this.imageBackOff.collect(this.agenda.now)
    if (namesake && !this.workers.has(namesake.metadata.uid)) return this.addStatic(namesake)
    const next = this.pods.lister.get(worker.key)
    if (next && next.metadata.uid !== uid) this.podChanged(next)
  }
}

export type { KubeletHandle } from './kubelet-handle.ts'
export type { Machine } from './node-status.ts'
