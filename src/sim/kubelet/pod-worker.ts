// Upstream: pkg/kubelet/pod_workers.go, kubelet.go SyncPod SyncTerminatingPod SyncTerminatedPod (v1.36). Left out: cgroups, in-place resize, resync each minute (nothing would change).
import type { Agenda, EntryId, Millis } from '../kernel/agenda.ts'
import type { Container, Pod } from '../api/generated/types.ts'
import { keyOf, type ObjectKey } from '../api/objects.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerRecord, SandboxRecord } from '../runtime/node-disk.ts'
import type { StartError } from './api-container-status.ts'
import { planContainers, type PlannedKill, type PlannedStart } from './container-plan.ts'
import { runtimeCosts, startContainer, type StarterHost } from './container-starter.ts'
import { ContainerStopper } from './container-stopper.ts'
import { runHook } from './lifecycle-hook.ts'
import { kubeletConstants } from './flags.ts'
import type { PodProber } from './pod-prober.ts'
import { isSidecar } from './restart-policy.ts'
import { defaultDnsSettings, resolverOf } from './pod-dns.ts'
import { mountedFiles } from './pod-volumes.ts'
import { VolumeMounter } from './volume-mounter.ts'
import { createProber } from './worker-probes.ts'
import { emptyMap, withEntry, withoutEntry, type SparseMap } from './sparse-map.ts'

/** Why a pod is ended by the kubelet itself. */
export interface Verdict {
  readonly phase: 'Failed'
  readonly reason: string
  readonly message: string
}

/** What a worker needs from its kubelet. */
export interface WorkerHost extends Omit<StarterHost, 'event' | 'hashOf' | 'runHook' | 'mountedFiles'> {
  readonly agenda: Agenda
  readonly runtime: ContainerRuntime
  event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void
  /** null: the node has no pod network yet. */
  allocateIP(pod: Pod): string | null
  /** The pod has stopped: its address and its share of the node are free. */
  release(pod: Pod): void
  /** Computes the pod's status and writes it. */
  publish(worker: PodWorker): void
  /** The worker has nothing left to do: its pod is stopped and its last status is out. */
  finished(worker: PodWorker): void
}

export type WorkerStage = 'syncing' | 'terminating' | 'terminated'

/** One pod's worker: all that happens to the pod on this node happens here, one thing after the other. */
export class PodWorker {
  pod: Pod
  readonly key: ObjectKey
  readonly isStatic: boolean
  stage: WorkerStage = 'syncing'
  startErrors: SparseMap<StartError> = emptyMap
  readonly prober: PodProber
  /** When its first status was made. */
  readonly acceptedAt: Millis
  verdict: Verdict | null = null
  /** Ends waits: what is started after a back-off, and when. */
  backOffs: SparseMap<{ readonly since: Millis; readonly due: Millis; readonly image: boolean }> = emptyMap
  readonly stopper: ContainerStopper
  private readonly volumes: VolumeMounter
  private readonly host: WorkerHost
  private readonly starter: StarterHost
  private busy = false
  private starting: Container | null = null
  private again = false
  private wakeEntry: EntryId = 0
  private wakeDue: Millis | null = null
  private deadlineEntry: EntryId = 0
  private graceSeconds = 0

  constructor(host: WorkerHost, pod: Pod, isStatic: boolean) {
    this.host = host
    this.pod = pod
    this.key = keyOf(pod)
    this.isStatic = isStatic
    this.acceptedAt = host.agenda.now
    const event = (container: Container, type: 'Normal' | 'Warning', reason: string, message: string) => host.event(this.pod, type, reason, message, this.fieldPathOf(container))
    const hook: StarterHost['runHook'] = (handler, container, record) => runHook(handler, container, host.runtime.processOf(record.id), host.agenda.now, (port) => this.listens(port))
    // Field by field: what is spread has a hidden class of its own for each pod.
    const { agenda, runtime, restartBackOff, imageBackOff, pullErrors } = host
    this.starter = { agenda, runtime, restartBackOff, imageBackOff, pullErrors, environment: (ip) => host.environment(ip), mountedFiles: (of, container) => mountedFiles(container, this.volumes.refreshed(of)), event, hashOf: (container) => this.hashOf(container), runHook: hook }
    this.volumes = new VolumeMounter({
      agenda: host.agenda,
      source: () => host.environment(this.sandbox?.ip ?? ''),
      warn: (message) => host.event(this.pod, 'Warning', 'FailedMount', message),
      isWanted: () => this.stage === 'syncing' && this.sandbox === undefined,
    })
    this.stopper = new ContainerStopper({ agenda: host.agenda, runtime: host.runtime, podKey: this.key, event, runHook: hook })
    this.prober = createProber(this, host, event)
    this.planDeadline()
  }

  /** The pod's object has changed. */
  update(pod: Pod): void {
    const specChanged = pod.spec !== this.pod.spec
    const deadlineChanged = pod.spec.activeDeadlineSeconds !== this.pod.spec.activeDeadlineSeconds
    this.pod = pod
    if (deadlineChanged) this.planDeadline()
    if (pod.metadata.deletionTimestamp !== undefined) this.terminate(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds)
    else if (specChanged || pod.spec.readinessGates) this.sync()
  }

  /** The runtime has something new about the pod. */
  observe(): void {
    this.tellProber()
    if (this.stage === 'syncing') this.sync()
    else if (this.stage === 'terminating') this.host.publish(this)
  }

  /** Something of the pod has changed in the runtime, told at once: who waits for an end goes on. */
  runtimeChanged(): void {
    this.stopper.collectEnded()
    this.checkWaiting()
    if (this.stage === 'terminating') this.continueTermination()
  }

  /** A probe's verdict has turned. */
  probed(): void {
    if (this.stage === 'syncing') this.sync()
    else this.host.publish(this)
  }

  sync(): void {
    if (this.stage !== 'syncing') return
    if (this.busy) {
      this.again = true
      return
    }
    this.tellProber()
    this.host.publish(this)
    if (this.stage !== 'syncing') return
    const sandbox = this.sandbox
    const plan = planContainers({
      spec: this.pod.spec,
      sandbox,
      newest: (name) => this.recordsOf(name).at(-1),
      hashOf: (container) => this.hashOf(container),
      startup: (name) => this.prober.verdict('startup', name),
      liveness: (name) => this.prober.verdict('liveness', name),
    })
    if (plan.kind === 'createSandbox') this.createSandbox()
    else if (plan.kind === 'finish') this.terminate(this.pod.spec.terminationGracePeriodSeconds)
    else if (sandbox && (plan.kill.length > 0 || plan.start.length > 0)) this.carryOut(sandbox, plan.kill, plan.start)
  }

  /** Ends the pod: because its object is being deleted, because it is done, or because the kubelet says so. */
  terminate(graceSeconds: number, verdict: Verdict | null = null): void {
    const grace = Math.max(graceSeconds, 1)
    if (this.stage === 'terminated') return this.host.publish(this)
    if (this.stage === 'terminating') {
      if (grace < this.graceSeconds) {
        this.graceSeconds = grace
        this.stopper.shorten(grace * 1000)
      }
      return
    }
    this.stage = 'terminating'
    this.busy = false
    this.graceSeconds = grace
    this.verdict = verdict
    this.cancelWake()
    this.backOffs = emptyMap
    this.prober.beginTermination()
    this.host.publish(this)
    this.stopAll()
    this.continueTermination()
  }

  get sandbox(): SandboxRecord | undefined {
    const newest = this.host.runtime.sandboxesOf(this.pod.metadata.uid).at(-1)
    return newest?.state === 'ready' ? newest : undefined
  }

  /** All runs of a container that the runtime remembers, newest last. */
  recordsOf(name: string): readonly ContainerRecord[] {
    const sandboxes = this.host.runtime.sandboxesOf(this.pod.metadata.uid)
    const records: ContainerRecord[] = []
    for (const sandbox of sandboxes) for (const record of sandbox.containers) if (record.name === name) records.push(record)
    return records
  }

  /** The container whose start is under way. */
  pulling(): readonly Container[] {
    return this.starting === null ? [] : [this.starting]
  }

  get mayRun(): boolean {
    return this.stage !== 'terminated' && this.running().length > 0
  }

  /** Changes whenever what is to run changes. */
  private hashOf(container: Container): string {
    return `${container.name} ${container.image}`
  }

  /** Records of the containers that run. */
  running(): readonly ContainerRecord[] {
    return this.host.runtime.sandboxesOf(this.pod.metadata.uid).flatMap((sandbox) => sandbox.containers.filter((record) => record.state === 'running'))
  }

  private createSandbox(): void {
    const { host, pod } = this
    const old = host.runtime.sandboxesOf(pod.metadata.uid)
    if (old.length > 0) host.event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.')
    this.begin()
    this.volumes.mount(pod, () => this.startSandbox(old))
  }

  private startSandbox(old: readonly SandboxRecord[]): void {
    const { host, pod } = this
    host.agenda.after(runtimeCosts.sandbox, `sandbox of ${this.key}`, () => {
      if (this.stage !== 'syncing') return
      const ip = host.allocateIP(pod)
      if (ip === null) {
        host.event(pod, 'Warning', 'NetworkNotReady', 'network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized')
        this.wakeAt(host.agenda.now + kubeletConstants.syncErrorBackOff)
        return this.end()
      }
      for (const warning of resolverOf(pod, defaultDnsSettings).warnings) host.event(pod, 'Warning', 'DNSConfigForming', warning)
      const sandbox = host.runtime.createSandbox(pod, ip, (old.at(-1)?.attempt ?? -1) + 1)
      const plan = planContainers({ spec: pod.spec, sandbox, newest: (name) => this.recordsOf(name).at(-1), hashOf: (container) => this.hashOf(container), startup: () => 'unknown', liveness: () => 'success' })
      if (plan.kind === 'act') this.startEach(sandbox, plan.start, 0)
      else this.end()
    })
  }

  private carryOut(sandbox: SandboxRecord, kill: readonly PlannedKill[], start: readonly PlannedStart[]): void {
    this.begin()
    for (const { container, record, message, reason } of kill) {
      const probeGrace = reason === 'liveness' ? container.livenessProbe?.terminationGracePeriodSeconds : reason === 'startup' ? container.startupProbe?.terminationGracePeriodSeconds : undefined
      this.prober.stopped(container.name)
      this.stopper.stop(container, record, (probeGrace ?? this.pod.spec.terminationGracePeriodSeconds) * 1000, message)
    }
    this.whenEnded(kill.map(({ record }) => record), () => this.startEach(sandbox, start, 0))
  }

  private waitingFor: { readonly records: readonly ContainerRecord[]; readonly run: () => void } | null = null

  private whenEnded(records: readonly ContainerRecord[], run: () => void): void {
    if (records.every((record) => record.state === 'exited')) run()
    else this.waitingFor = { records, run }
  }

  private checkWaiting(): void {
    const waiting = this.waitingFor
    if (!waiting || !waiting.records.every((record) => record.state === 'exited')) return
    this.waitingFor = null
    if (this.stage === 'syncing') waiting.run()
  }

  private startEach(sandbox: SandboxRecord, start: readonly PlannedStart[], at: number): void {
    const planned = start[at]
    this.starting = planned?.container ?? null
    if (!planned) return this.end()
    const { container } = planned
    const records = this.recordsOf(container.name)
    const attempt = (records.at(-1)?.attempt ?? this.lastKnownAttempt(container)) + 1
    const isWanted = () => this.stage === 'syncing' && this.busy && sandbox.state === 'ready'
    startContainer(this.starter, { pod: this.pod, sandbox, container, records, killed: planned.killed, attempt, isWanted }, (outcome) => {
      const { now } = this.host.agenda
      this.backOffs = withoutEntry(this.backOffs, container.name)
      if (outcome.kind === 'started') {
        this.startErrors = withoutEntry(this.startErrors, container.name)
        if (outcome.hookFailed) {
          this.startErrors = withEntry(this.startErrors, container.name, { reason: 'PostStartHookError', message: 'PostStartHook failed' })
          this.stopper.stop(container, outcome.hookFailed, this.pod.spec.terminationGracePeriodSeconds * 1000, 'FailedPostStartHook')
        }
      } else {
        this.startErrors = withEntry(this.startErrors, container.name, outcome.error)
        if (outcome.retryAt !== null) this.backOffs = withEntry(this.backOffs, container.name, { since: now, due: outcome.retryAt, image: outcome.error.reason === 'ImagePullBackOff' })
        this.wakeAt(outcome.retryAt ?? now + kubeletConstants.syncErrorBackOff)
        this.host.publish(this)
      }
      this.startEach(sandbox, start, at + 1)
    })
  }

  /** What the API remembers when the runtime does not. */
  private lastKnownAttempt(container: Container): number {
    const statuses = [...(this.pod.status.containerStatuses ?? []), ...(this.pod.status.initContainerStatuses ?? [])]
    const known = statuses.find((status) => status.name === container.name)
    return known && (known.state?.running || known.state?.terminated || known.lastState?.terminated) ? known.restartCount : -1
  }

  private begin(): void {
    this.busy = true
    this.again = false
  }

  private end(): void {
    this.busy = false
    if (this.again) this.sync()
  }

  private stopAll(): void {
    const running = this.running().filter((record) => !this.stopper.isStopping(record.id))
    const sidecars = (this.pod.spec.initContainers ?? []).filter(isSidecar)
    const mainIds = this.running().filter((record) => !sidecars.some((sidecar) => sidecar.name === record.name)).map((record) => record.id)
    for (const container of [...this.pod.spec.containers, ...(this.pod.spec.initContainers ?? [])]) {
      const record = running.find((candidate) => candidate.name === container.name)
      if (!record) continue
      const at = sidecars.indexOf(container)
      const later = sidecars.slice(at + 1).map((sidecar) => sidecar.name)
      const after = at < 0 ? [] : [...mainIds, ...running.filter((candidate) => later.includes(candidate.name)).map((candidate) => candidate.id)]
      this.stopper.stop(container, record, this.graceSeconds * 1000, `Stopping container ${container.name}`, after)
    }
    this.stopper.shorten(this.graceSeconds * 1000)
  }

  private continueTermination(): void {
    if (this.running().length > 0) return
    this.stage = 'terminated'
    this.prober.stop()
    const { runtime } = this.host
    for (const sandbox of runtime.sandboxesOf(this.pod.metadata.uid)) runtime.stopSandbox(sandbox)
    this.host.release(this.pod)
    this.host.publish(this)
    this.host.finished(this)
  }

  /** It counts from the pod's start, also when it is set or shortened later. */
  private planDeadline(): void {
    const { agenda } = this.host
    agenda.cancel(this.deadlineEntry)
    const seconds = this.pod.spec.activeDeadlineSeconds
    if (seconds === undefined) return
    const message = 'Pod was active on the node longer than the specified deadline'
    this.deadlineEntry = agenda.at(Math.max(agenda.now, this.acceptedAt + seconds * 1000), `deadline of ${this.key}`, () => {
      if (this.stage !== 'syncing') return
      this.host.event(this.pod, 'Normal', 'DeadlineExceeded', message)
      this.terminate(this.pod.spec.terminationGracePeriodSeconds, { phase: 'Failed', reason: 'DeadlineExceeded', message })
    })
  }

  private wakeAt(due: Millis): void {
    if (this.wakeDue !== null && this.wakeDue <= due) return
    this.cancelWake()
    this.wakeDue = due
    this.wakeEntry = this.host.agenda.at(due, `${this.key} is due`, () => {
      this.wakeDue = null
      this.sync()
    })
  }

  private cancelWake(): void {
    if (this.wakeDue !== null) this.host.agenda.cancel(this.wakeEntry)
    this.wakeDue = null
  }

  private tellProber(): void {
    if (this.prober.isEmpty) return
    for (const container of [...this.pod.spec.containers, ...(this.pod.spec.initContainers ?? []).filter(isSidecar)]) {
      const record = this.recordsOf(container.name).at(-1)
      if (record?.state === 'running') this.prober.started(container.name, record.id, record.startedAt ?? 0)
      else this.prober.stopped(container.name)
    }
    this.prober.wake()
  }

  /** Whether something in the pod's network listens on a port. */
  listens(port: number): boolean {
    return this.running().some((record) => this.host.runtime.processOf(record.id)?.listensOn(port, this.host.agenda.now))
  }

  private fieldPathOf(container: Container): string {
    return (this.pod.spec.initContainers ?? []).some((init) => init.name === container.name) ? `spec.initContainers{${container.name}}` : `spec.containers{${container.name}}`
  }
}
