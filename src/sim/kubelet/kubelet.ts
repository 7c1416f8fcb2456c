// Upstream: pkg/kubelet/kubelet.go, config/apiserver.go, pleg/generic.go (v1.36). Left out: cgroups, eviction, node shutdown, its own HTTP API (logs are answered directly).
import type { EntryId, Millis } from '../kernel/agenda.ts'
import type { Node, Pod, PodStatus, Service } from '../api/generated/types.ts'
import { keyOf, type ObjectKey } from '../api/objects.ts'
import type { ComponentContext, Informer } from '../client/component.ts'
import { PodIpam } from '../network/pod-ipam.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { BackOff } from './back-off.ts'
import { logContainerOf, logRefusal, type LogAnswer } from './container-logs.ts'
import { defaultKubeletFlags, kubeletConstants, type KubeletFlags } from './flags.ts'
import { NodeAgent } from './node-agent.ts'
import type { Machine } from './node-status.ts'
import { addUsage, admitPod, noUsage, usageOf, type Rejection, type Usage } from './pod-admission.ts'
import { PodWorker, type WorkerHost } from './pod-worker.ts'
import { ensureMirrorPod, removeMirrorPod, staticPodOf } from './static-pods.ts'
import { StatusWriter } from './status-writer.ts'
import { workerStatus } from './worker-status.ts'

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

/** Something on this node that will happen at a known time. */
export interface KubeletCountdown {
  readonly kind: 'backOff' | 'imageBackOff' | 'termination' | 'pull' | 'probe'
  /** `pods/default/web-1`. */
  readonly about: string
  readonly container: string
  readonly since: Millis
  readonly due: Millis
}

/** What a person can do at the machine itself. */
export interface KubeletHandle {
  /** Kills one container of a pod, or all of them; false: nothing of it runs here. */
  killContainer(pod: ObjectKey, container?: string): boolean
  logs(pod: ObjectKey, options?: { readonly container?: string; readonly previous?: boolean; readonly tailLines?: number }): LogAnswer
  countdowns(): readonly KubeletCountdown[]
  /** The manifest folder holds these now. */
  setStaticPods(manifests: readonly Pod[]): void
  /** Something that the node's status tells has changed. */
  nodeStatusChanged(): void
  /** A pod as this kubelet knows it, also when the API cannot be reached. */
  localPod(key: ObjectKey): Pod | undefined
}

/** Starts the kubelet of one machine. */
export function startKubelet(options: KubeletOptions): KubeletHandle {
  const kubelet = new Kubelet(options)
  kubelet.start()
  return kubelet
}

class Kubelet implements KubeletHandle {
  private readonly options: KubeletOptions
  private readonly context: ComponentContext
  private readonly runtime: ContainerRuntime
  private readonly flags: KubeletFlags
  private readonly workers = new Map<string, PodWorker>()
  private readonly uidByKey = new Map<ObjectKey, string>()
  private readonly statuses = new Map<string, PodStatus>()
  private readonly host: WorkerHost
  private readonly writer: StatusWriter
  private readonly agent: NodeAgent
  private readonly pods: Informer<Pod>
  private readonly node: Informer<Node>
  private readonly services: Informer<Service>
  private ipam: PodIpam | null = null
  private used: Usage = noUsage
  /** The pods, by uid, whose requests are in `used`. */
  private readonly counted = new Set<string>()
  private readonly changedPods = new Set<string>()
  /** Pods that came in this instant. */
  private readonly arrived = new Set<ObjectKey>()
  private relistPlanned: EntryId | null = null
  private readonly startedAt: Millis
  private readonly bootedAt: Millis
  private readonly nodeIPs: readonly string[]
  /** Their mirrors could not be made yet. */
  private readonly unmirrored = new Set<string>()
  private mirrorRetry = false

  constructor(options: KubeletOptions) {
    this.options = options
    this.context = options.context
    this.runtime = options.runtime
    this.flags = options.flags ?? defaultKubeletFlags
    this.startedAt = this.context.agenda.now
    this.bootedAt = this.runtime.bootedAt
    this.nodeIPs = [options.machine.ip]
    this.writer = new StatusWriter(this.context)
    const { nodeName, machine } = options
    this.agent = new NodeAgent({
      context: options.nodeContext ?? this.context, runtime: this.runtime, nodeName, machine, flags: this.flags,
      networkReady: () => this.podRange() !== undefined,
      registered: () => this.mirrorAll(),
    })
    this.pods = this.context.informers.of('pods', { fieldSelector: `spec.nodeName=${nodeName}` })
    this.node = this.context.informers.of('nodes', { fieldSelector: `metadata.name=${nodeName}` })
    this.services = this.context.informers.of('services')
    this.host = this.createHost()
  }

  start(): void {
    const stopListening = this.runtime.onChange((uid) => {
      if (this.context.agenda.disposed) return stopListening()
      this.workers.get(uid)?.runtimeChanged()
      this.planRelist(uid)
    })
    this.agent.start()
    this.setStaticPods(this.options.staticPods ?? [])
    this.node.onChange(({ new: node }) => {
      if (node) this.agent.nodeChanged(node)
    })
    const early: Pod[] = []
    let synced = false
    this.pods.onChange(({ old, new: pod }) => {
      if (!synced && pod) early.push(pod)
      else if (pod) this.podChanged(pod)
      else if (old) this.podGone(old)
    })
    this.context.informers.whenSynced(() => {
      synced = true
      for (const pod of early) this.podChanged(pod)
      this.addArrived()
      this.collectOrphans()
    })
  }

  setStaticPods(manifests: readonly Pod[]): void {
    const wanted = new Map(manifests.map((manifest) => staticPodOf(manifest, this.options.nodeName, this.context.wall.time())).map((pod) => [keyOf(pod), pod]))
    this.wantedStatic = wanted
    for (const worker of this.workers.values()) {
      const pod = wanted.get(worker.key)
      if (worker.isStatic && pod?.metadata.uid !== worker.pod.metadata.uid) {
        removeMirrorPod(this.context, worker.pod)
        worker.terminate(worker.pod.spec.terminationGracePeriodSeconds)
      }
    }
    for (const [key, pod] of wanted) if (!this.workers.has(pod.metadata.uid) && !this.isEnding(key)) this.addStatic(pod)
  }

  private wantedStatic: ReadonlyMap<ObjectKey, Pod> = new Map()

  killContainer(pod: ObjectKey, container?: string): boolean {
    const worker = this.workerOf(pod)
    const names = worker ? [...worker.pod.spec.containers, ...(worker.pod.spec.initContainers ?? [])].map(({ name }) => name).filter((name) => container === undefined || name === container) : []
    const running = names.map((name) => worker?.recordsOf(name).at(-1)).filter((record) => record?.state === 'running')
    for (const record of running) if (record) this.runtime.killContainer(record.id)
    return running.length > 0
  }

  logs(key: ObjectKey, { container: asked, previous = false, tailLines }: { readonly container?: string; readonly previous?: boolean; readonly tailLines?: number } = {}): LogAnswer {
    const worker = this.workerOf(key)
    const pod = worker?.pod ?? this.pods.lister.get(key)
    if (!pod) return { ok: false, message: `pod "${key.slice(key.indexOf('/') + 1)}" not found` }
    const name = logContainerOf(pod, asked)
    if (name === null) return { ok: false, message: `container ${asked ?? ''} is not valid for pod ${pod.metadata.name}` }
    const status = this.statuses.get(pod.metadata.uid) ?? pod.status
    const refusal = logRefusal(pod.metadata.name, name, [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find((candidate) => candidate.name === name), previous)
    if (refusal !== null) return { ok: false, message: refusal }
    const records = this.runtime.sandboxesOf(pod.metadata.uid).flatMap((sandbox) => sandbox.containers.filter((record) => record.name === name))
    const record = records.at(previous ? -2 : -1)
    const lines = (record ? this.runtime.logOf(record) : []).map((line) => line.text)
    return { ok: true, lines: tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - tailLines)) }
  }

  countdowns(): readonly KubeletCountdown[] {
    const found: KubeletCountdown[] = []
    const { now } = this.context.agenda
    for (const worker of this.workers.values()) {
      const about = `pods/${worker.key}`
      for (const [container, { since, due, image }] of worker.backOffs) if (due > now) found.push({ kind: image ? 'imageBackOff' : 'backOff', about, container, since, due })
      for (const row of worker.stopper.countdowns()) found.push({ kind: 'termination', about, ...row })
      for (const row of worker.prober.countdowns()) found.push({ kind: 'probe', about, ...row })
      for (const container of worker.pulling()) {
        const progress = this.runtime.images.progressOf(container.image)
        if (progress?.due) found.push({ kind: 'pull', about, container: container.name, since: progress.since, due: progress.due })
      }
    }
    return found
  }

  localPod(key: ObjectKey): Pod | undefined {
    const pod = this.workerOf(key)?.pod
    const status = pod && this.statuses.get(pod.metadata.uid)
    return pod && status ? { ...pod, status } : pod
  }

  nodeStatusChanged(): void {
    this.agent.statusChanged()
  }

  private workerOf(key: ObjectKey): PodWorker | undefined {
    return this.workers.get(this.uidByKey.get(key) ?? '')
  }

  private isEnding(key: ObjectKey): boolean {
    return this.workerOf(key) !== undefined
  }

  private podChanged(pod: Pod): void {
    const mirrorOf = pod.metadata.annotations?.['kubernetes.io/config.mirror']
    if (mirrorOf !== undefined) return this.mirrorChanged(pod)
    const worker = this.workers.get(pod.metadata.uid)
    if (worker) {
      this.writer.seen(pod, pod.status)
      return worker.update(pod)
    }
    if (this.workerOf(keyOf(pod))) return // Its namesake must stop first; it is looked at again then.
    if (this.arrived.size === 0) this.context.agenda.after(0, `kubelet ${this.options.nodeName}: new pods`, () => this.addArrived())
    this.arrived.add(keyOf(pod))
  }

  /** New pods are admitted in the order of their making, after all that came with them has been seen: what is gone makes room. */
  private addArrived(): void {
    const pods = [...this.arrived].map((key) => this.pods.lister.get(key)).filter((pod) => pod !== undefined)
    this.arrived.clear()
    for (const pod of pods.sort(byAge)) if (!this.workerOf(keyOf(pod))) this.addPod(pod)
  }

  private addPod(pod: Pod): void {
    const ended = pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded'
    if (ended && this.runtime.sandboxesOf(pod.metadata.uid).length === 0) {
      // It ended in an earlier life of this kubelet; only its deletion is left to finish.
      if (pod.metadata.deletionTimestamp !== undefined) this.writer.write(pod, null, true)
      return
    }
    if (pod.metadata.deletionTimestamp === undefined && !ended) {
      const rejection = this.admit(pod)
      if (rejection) return this.reject(pod, rejection)
    }
    const worker = this.addWorker(pod, false)
    if (pod.metadata.deletionTimestamp !== undefined) worker.terminate(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds)
    else if (ended) worker.terminate(pod.spec.terminationGracePeriodSeconds)
    else worker.sync()
  }

  private podGone(pod: Pod): void {
    const mirrorOf = pod.metadata.annotations?.['kubernetes.io/config.mirror']
    if (mirrorOf !== undefined) return this.mirrorChanged(pod)
    const worker = this.workers.get(pod.metadata.uid)
    if (worker) this.uncount(worker.pod)
    this.writer.forget(pod.metadata.uid)
    // Nobody waits for its end any more, but its processes still get their grace.
    if (worker?.stage === 'terminated') return this.finished(worker)
    worker?.terminate(pod.metadata.deletionGracePeriodSeconds || pod.spec.terminationGracePeriodSeconds)
  }

  private addWorker(pod: Pod, isStatic: boolean): PodWorker {
    const worker = new PodWorker(this.host, pod, isStatic)
    this.workers.set(pod.metadata.uid, worker)
    this.uidByKey.set(worker.key, pod.metadata.uid)
    this.used = addUsage(this.used, usageOf(pod))
    this.counted.add(pod.metadata.uid)
    return worker
  }

  /** It has stopped, or its object is gone: then it is in nobody's way any more, though its processes may still get their grace. */
  private uncount(pod: Pod): void {
    if (this.counted.delete(pod.metadata.uid)) this.used = addUsage(this.used, usageOf(pod), -1)
  }

  private addStatic(pod: Pod): void {
    this.addWorker(pod, true).sync()
    this.mirror(pod)
  }

  private mirrorChanged(mirror: Pod): void {
    const worker = this.workerOf(keyOf(mirror))
    if (worker?.isStatic && worker.stage === 'syncing') {
      this.mirror(worker.pod)
      this.writer.seen(worker.pod, mirror.status)
    } else if (!worker && this.pods.lister.get(keyOf(mirror))) {
      this.context.client.delete('pods', keyOf(mirror), { gracePeriodSeconds: 0, preconditions: { uid: mirror.metadata.uid } })
    }
  }

  private mirror(pod: Pod): void {
    const seen = this.pods.lister.get(keyOf(pod))
    const isSeen = seen?.metadata.annotations?.['kubernetes.io/config.mirror'] === pod.metadata.uid && seen.metadata.deletionTimestamp === undefined
    if (isSeen && !this.unmirrored.has(pod.metadata.uid)) return
    const node = this.context.client.get('nodes', this.options.nodeName)
    if (node.ok && ensureMirrorPod(this.context, pod, node.value)) {
      this.unmirrored.delete(pod.metadata.uid)
      const status = this.statuses.get(pod.metadata.uid)
      if (status) this.writer.write(pod, status, false)
      return
    }
    this.unmirrored.add(pod.metadata.uid)
    if (this.mirrorRetry) return
    this.mirrorRetry = true
    this.context.agenda.after(kubeletConstants.mirrorRetryPeriod, `kubelet ${this.options.nodeName}: mirror pods`, () => {
      this.mirrorRetry = false
      this.mirrorAll()
    })
  }

  private mirrorAll(): void {
    for (const uid of this.unmirrored) {
      const worker = this.workers.get(uid)
      if (worker) this.mirror(worker.pod)
      else this.unmirrored.delete(uid)
    }
  }

  private admit(pod: Pod): Rejection | null {
    const others = hasHostPorts(pod) ? [...this.workers.values()].map((worker) => worker.pod).filter(({ metadata }) => this.counted.has(metadata.uid)) : []
    return admitPod(pod, this.node.lister.get(this.options.nodeName), others, this.used, this.agent.allocatable)
  }

  private reject(pod: Pod, { reason, message }: Rejection): void {
    this.context.events.event(pod, 'Warning', reason, message)
    const { qosClass } = pod.status
    this.writer.write(pod, { ...pod.status, ...(qosClass && { qosClass }), phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime: this.context.wall.time(), observedGeneration: pod.metadata.generation ?? 1 }, false)
  }

  /** Containers of pods that are no more: they were removed while this kubelet was away. */
  private collectOrphans(): void {
    for (const sandbox of this.runtime.sandboxes()) {
      if (this.workers.has(sandbox.podUid)) continue
      const pod = [...this.pods.lister.list()].find((candidate) => candidate.metadata.uid === sandbox.podUid)
      if (pod && (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded')) continue
      for (const record of sandbox.containers) if (record.state === 'running') this.runtime.stopContainer(record.id, kubeletConstants.minimumStopGraceSeconds * 1000)
      if (sandbox.containers.every((record) => record.state !== 'running')) this.runtime.removePod(sandbox.podUid)
    }
  }

  /** Once a second the runtime is asked what has changed; a second in which nothing has costs nothing. */
  private planRelist(uid: string): void {
    this.changedPods.add(uid)
    if (this.relistPlanned !== null) return
    const { agenda } = this.context
    const passed = agenda.now - this.startedAt
    const due = this.startedAt + (Math.floor(passed / kubeletConstants.relistPeriod) + 1) * kubeletConstants.relistPeriod
    this.relistPlanned = agenda.at(due, `kubelet ${this.options.nodeName}: relist`, () => {
      this.relistPlanned = null
      const changed = [...this.changedPods]
      this.changedPods.clear()
      for (const pod of changed) this.workers.get(pod)?.observe()
      this.agent.statusChanged()
    })
  }

  private podRange(): string | undefined {
    return this.options.machine.podCIDR ?? this.node.lister.get(this.options.nodeName)?.spec.podCIDR
  }

  private createHost(): WorkerHost {
    const { agenda, events, client } = this.context
    const { nodeName, machine } = this.options
    const cause = { agenda, runtime: this.runtime }
    return {
      ...cause,
      restartBackOff: new BackOff(kubeletConstants.containerBackOffInitial, this.flags.maxContainerRestartPeriod, kubeletConstants.containerBackOffReset),
      imageBackOff: new BackOff(kubeletConstants.imageBackOffInitial, kubeletConstants.imageBackOffMax),
      pullErrors: new Map(),
      event: (pod, type, reason, message, fieldPath) => events.event(pod, type, reason, message, fieldPath === undefined ? {} : { fieldPath }),
      environment: (podIP) => ({
        nodeName, nodeIPs: [machine.ip], podIPs: podIP === '' ? [] : [podIP],
        allocatable: this.agent.allocatable,
        services: (namespace) => this.servicesOf(namespace),
        configMap: (namespace, name) => valueOf(client.get('configmaps', `${namespace}/${name}`)),
        secret: (namespace, name) => valueOf(client.get('secrets', `${namespace}/${name}`)),
      }),
      allocateIP: (pod) => (pod.spec.hostNetwork ? machine.ip : this.allocateIP()),
      release: (pod) => {
        this.uncount(pod)
        // Only the newest sandbox's: an older one's address went with the boot that gave it, and may be another pod's now.
        const sandbox = this.runtime.sandboxesOf(pod.metadata.uid).at(-1)
        if (sandbox && !sandbox.hostNetwork && sandbox.createdAt >= this.bootedAt) this.ipam?.release(sandbox.ip)
      },
      publish: (worker) => this.publish(worker),
      finished: (worker) => this.finished(worker),
    }
  }

  private servicesOf(namespace: string): readonly Service[] {
    const { lister } = this.services
    const api = lister.get('default/kubernetes')
    const own = lister.list(namespace)
    return api && namespace !== 'default' ? [...own, api] : own
  }

  private allocateIP(): string | null {
    const range = this.podRange()
    if (range === undefined) return null
    this.ipam ??= new PodIpam(range, [...this.runtime.sandboxes()].filter((sandbox) => sandbox.state === 'ready' && !sandbox.hostNetwork).map((sandbox) => sandbox.ip))
    return this.ipam.allocate()
  }

  private publish(worker: PodWorker): void {
    const { uid } = worker.pod.metadata
    const { agenda, wall } = this.context
    const status = workerStatus(worker, this.statuses.get(uid), wall.epochMillis - agenda.now, agenda.now, this.nodeIPs)
    this.statuses.set(uid, status)
    if (worker.isStatic && this.unmirrored.has(uid)) return
    const finished = worker.stage === 'terminated'
    if (finished || !this.writer.hasWritten(uid, status)) {
      this.writer.write(worker.pod, status, finished)
      if (this.statuses.get(uid) === status) this.statuses.set(uid, this.writer.asWritten(uid, status))
    }
    if (worker.prober.isEmpty) return
    for (const container of status.containerStatuses ?? []) if (container.started && !container.ready) worker.prober.trigger(container.name)
  }

  private finished(worker: PodWorker): void {
    const { uid } = worker.pod.metadata
    const isDeleted = worker.pod.metadata.deletionTimestamp !== undefined || worker.isStatic || this.pods.lister.get(worker.key)?.metadata.uid !== uid
    if (!isDeleted) return
    this.forget(worker)
    this.runtime.removePod(uid)
    this.host.restartBackOff.collect(this.context.agenda.now)
    this.host.imageBackOff.collect(this.context.agenda.now)
    const namesake = this.wantedStatic.get(worker.key)
    if (namesake && !this.workers.has(namesake.metadata.uid)) return this.addStatic(namesake)
    const next = this.pods.lister.get(worker.key)
    if (next && next.metadata.uid !== uid) this.podChanged(next)
  }

  private forget(worker: PodWorker): void {
    const { uid } = worker.pod.metadata
    this.workers.delete(uid)
    this.statuses.delete(uid)
    if (this.uidByKey.get(worker.key) === uid) this.uidByKey.delete(worker.key)
  }
}

function valueOf<T>(answer: { readonly ok: true; readonly value: T } | { readonly ok: false }): T | null {
  return answer.ok ? answer.value : null
}

function hasHostPorts(pod: Pod): boolean {
  return pod.spec.containers.some((container) => container.ports?.some((port) => port.hostPort))
}

function byAge(a: Pod, b: Pod): number {
  return a.metadata.creationTimestamp === b.metadata.creationTimestamp ? (keyOf(a) < keyOf(b) ? -1 : 1) : a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1
}

export type { Machine } from './node-status.ts'
