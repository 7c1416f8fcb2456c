// Upstream: pkg/kubelet/pod_workers.go, kubelet.go SyncPod SyncTerminatingPod SyncTerminatedPod (v1.36). Left out: cgroups, in-place resize, resyncs that would change nothing.
import type { EntryId, Millis } from '../kernel/agenda.ts'
import type { Container, Pod, PodCondition, PodStatus } from '../api/generated/types.ts'
import type { ContainerRecord, SandboxRecord, VolumeFiles } from '../runtime/node-disk.ts'
import type { StartError } from './api-container-status.ts'
import { planContainers } from './container-plan.ts'
import { ContainerStopper } from './container-stopper.ts'
import { kubeletConstants } from './flags.ts'
import type { PodProber } from './pod-prober.ts'
import { isSidecar } from './restart-policy.ts'
import { emptyMap, withEntry, withoutEntry, type SparseMap } from './sparse-map.ts'
import type { Told } from './status-writer.ts'
import { carryOut, createSandbox, stopAll } from './worker-actions.ts'
import { WorkerFacts } from './worker-facts.ts'
import type { WorkerHost } from './worker-host.ts'
import { createProber } from './worker-probes.ts'
import { resync, showsOthers } from './worker-volumes.ts'

/** Why a pod is ended by the kubelet itself. */
export interface Verdict {
  readonly phase: 'Failed'
  readonly reason: string
  readonly message: string
  /** Told with it: DisruptionTarget. */
  readonly disruption?: PodCondition
}

/** A start that waits, and until when. */
export interface Wait {
  readonly since: Millis
  readonly due: Millis
  /** For an image, not for the container that failed. */
  readonly image: boolean
}

/**
 * One pod's worker: all that happens to the pod on this node happens here, one thing after the other. There is one for each pod of the cluster, so
 * what is needed only now and then (probers, a stopper, maps of errors) is there only then.
 */
export class PodWorker extends WorkerFacts implements Told {
  startErrors: SparseMap<StartError> = emptyMap
  readonly prober: PodProber | null
  /** When its first status was made. */
  readonly acceptedAt: Millis
  verdict: Verdict | null = null
  backOffs: SparseMap<Wait> = emptyMap
  /** While containers are being stopped. */
  stopper: ContainerStopper | null = null
  /** The container whose start is under way. */
  starting: Container | null = null
  /** What was made of it last, and what of that the API was told. */
  shown: PodStatus | undefined = undefined
  written: PodStatus | undefined = undefined
  /** Files of its volumes, by volume. */
  volumes: SparseMap<VolumeFiles> = emptyMap
  /** Its requests count on this node. */
  isCounted = false
  private busy = false
  private again = false
  private wakeEntry: EntryId = 0
  private wakeDue: Millis | null = null
  private deadlineEntry: EntryId = 0
  private graceSeconds = 0
  private waitingFor: { readonly records: readonly ContainerRecord[]; readonly run: () => void } | null = null

  constructor(host: WorkerHost, pod: Pod, isStatic: boolean) {
    super(host, pod, isStatic)
    this.acceptedAt = host.agenda.now
    this.prober = createProber(this, host)
    this.planDeadline()
  }

  /** The pod's object has changed. */
  update(pod: Pod): void {
    const specChanged = pod.spec !== this.pod.spec
    const { labels, annotations } = this.pod.metadata
    const showsChange = (pod.metadata.labels !== labels || pod.metadata.annotations !== annotations) && showsOthers(this)
    const deadlineChanged = pod.spec.activeDeadlineSeconds !== this.pod.spec.activeDeadlineSeconds
    const isDeletion = pod.metadata.deletionTimestamp !== this.pod.metadata.deletionTimestamp
    this.pod = pod
    if (this.stage === 'terminated') {
      if (isDeletion) this.host.letGo(this)
      return
    }
    if (deadlineChanged) this.planDeadline()
    if (pod.metadata.deletionTimestamp !== undefined) this.terminate(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds)
    else if (this.stage === 'syncing' && (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded')) this.terminate(pod.spec.terminationGracePeriodSeconds)
    else if (specChanged || showsChange || pod.spec.readinessGates) this.sync()
  }

  /** The runtime has something new about the pod. */
  observe(): void {
    this.tellProber()
    if (this.stage === 'syncing') this.sync()
    else if (this.stage === 'terminating') this.host.publish(this)
  }

  /** Something of the pod has changed in the runtime, told at once: who waits for an end goes on. */
  runtimeChanged(): void {
    this.stopper?.collectEnded()
    if (this.stopper?.isIdle) this.stopper = null
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
    // Upstream waits for a list of the runtime that is newer than the last sync.
    if (this.host.calls.refusal() !== null) return this.wakeAt(this.host.turns.after(kubeletConstants.syncErrorBackOff))
    this.tellProber()
    this.host.publish(this)
    if (this.stage !== 'syncing') return
    const { sandbox } = this
    const plan = planContainers(this)
    if (plan.kind === 'createSandbox') return createSandbox(this.host, this)
    resync(this.host, this)
    if (plan.kind === 'finish') this.terminate(this.pod.spec.terminationGracePeriodSeconds)
    else if (sandbox && (plan.kill.length > 0 || plan.start.length > 0)) carryOut(this.host, this, sandbox, plan.kill, plan.start)
  }

  /** Ends the pod: because its object is being deleted, because it is done, or because the kubelet says so. */
  terminate(graceSeconds: number, verdict: Verdict | null = null): void {
    const grace = Math.max(graceSeconds, 1)
    if (this.stage === 'terminated') return
    if (this.stage === 'terminating') {
      if (verdict) {
        // The last one counts.
        this.verdict = verdict
        this.host.publish(this)
      }
      if (grace >= this.graceSeconds) return
      this.graceSeconds = grace
      this.stopper?.shorten(grace * 1000)
      return
    }
    this.stage = 'terminating'
    this.busy = false
    this.graceSeconds = grace
    this.verdict = verdict
    this.cancelWake()
    this.backOffs = emptyMap
    this.prober?.beginTermination()
    this.host.publish(this)
    stopAll(this, grace)
    this.continueTermination()
  }

  /** Several things in a row begin; a sync that is asked for meanwhile follows them. */
  begin(): void {
    this.busy = true
    this.again = false
  }

  end(): void {
    this.busy = false
    if (this.again) this.sync()
  }

  /** Whether containers are still to be started in this sandbox. */
  isStartingIn(sandbox: SandboxRecord): boolean {
    return this.stage === 'syncing' && this.busy && sandbox.state === 'ready'
  }

  /** What came of a start; null: no error, no wait. */
  noteStart(name: string, error: StartError | null, wait: Wait | null = null): void {
    this.startErrors = error ? withEntry(this.startErrors, name, error) : withoutEntry(this.startErrors, name)
    this.backOffs = wait ? withEntry(this.backOffs, name, wait) : withoutEntry(this.backOffs, name)
  }

  mounted(files: ReadonlyMap<string, VolumeFiles>): void {
    this.volumes = files
  }

  /** Stops one container; `after`: those with these ids first. */
  stop(container: Container, record: ContainerRecord, grace: Millis, message: string, after: readonly string[] = []): void {
    this.stopper ??= new ContainerStopper(this.host, this)
    this.stopper.stop(container, record, grace, message, after)
  }

  whenEnded(records: readonly ContainerRecord[], run: () => void): void {
    if (records.every((record) => record.state === 'exited')) run()
    else this.waitingFor = { records, run }
  }

  /** It is looked at again then at the latest. */
  wakeAt(due: Millis): void {
    if (this.wakeDue !== null && this.wakeDue <= due) return
    this.cancelWake()
    this.wakeDue = due
    this.wakeEntry = this.host.agenda.at(due, `${this.key} is due`, () => {
      this.wakeDue = null
      this.sync()
    })
  }

  private checkWaiting(): void {
    const waiting = this.waitingFor
    if (!waiting || !waiting.records.every((record) => record.state === 'exited')) return
    this.waitingFor = null
    if (this.stage === 'syncing') waiting.run()
  }

  private continueTermination(): void {
    if (this.running().length > 0) return
    this.stage = 'terminated'
    this.prober?.stop()
    for (const sandbox of this.sandboxes) this.host.runtime.stopSandbox(sandbox)
    this.host.release(this)
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

  /** What was planned for a later turn is planned anew by this one. */
  cancelWake(): void {
    if (this.wakeDue !== null) this.host.agenda.cancel(this.wakeEntry)
    this.wakeDue = null
  }

  private tellProber(): void {
    if (!this.prober) return
    for (const container of [...this.pod.spec.containers, ...(this.pod.spec.initContainers ?? []).filter(isSidecar)]) {
      const record = this.newest(container.name)
      if (record?.state === 'running') this.prober.started(container.name, record.id, record.startedAt ?? 0)
      else this.prober.stopped(container.name)
    }
    this.prober.wake()
  }
}
