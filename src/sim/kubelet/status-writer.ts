// Upstream: pkg/kubelet/status/status_manager.go (v1.36). Left out: patch bytes (the status is merged with what the server has and put), metrics.
import type { Agenda, Millis } from '../kernel/agenda.ts'
import type { Pod, PodStatus } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import { Composed } from '../api/request.ts'
import { semanticEqual } from '../api/semantic.ts'
import type { ComponentContext } from '../client/component.ts'
import { isOwnCondition, isOwnDisruption } from './api-pod-status.ts'
import { kubeletConstants } from './flags.ts'
import { emptyMap, withEntry, withoutEntry, type SparseMap } from './sparse-map.ts'

/** Who remembers what of a pod the API was told last. */
export interface Told {
  written: PodStatus | undefined
  /** The API shows it as its mirror. */
  readonly isStatic: boolean
}

interface Wanted {
  readonly told: Told
  /** The kubelet's pod; of a static pod, the one from its file. */
  readonly pod: Pod
  /** null: what the API shows stays. */
  readonly status: PodStatus | null
  /** All has stopped: the object may go. */
  readonly finished: boolean
}

/** Writes pods' statuses to the API server, and again later when it cannot be reached. */
export class StatusWriter {
  private unwritten: SparseMap<Wanted> = emptyMap
  private readonly startedAt: Millis
  private retrying = false

  /** `agenda`: statuses are written again also while the loop over the pods stands still. */
  constructor(
    private readonly context: ComponentContext,
    private readonly agenda: Agenda,
  ) {
    this.startedAt = agenda.now
  }

  write(told: Told, pod: Pod, status: PodStatus | null, finished: boolean): void {
    const wanted: Wanted = { told, pod, status, finished }
    if (this.attempt(wanted)) this.unwritten = withoutEntry(this.unwritten, pod.metadata.uid)
    else {
      this.unwritten = withEntry(this.unwritten, pod.metadata.uid, wanted)
      this.planRetry()
    }
  }

  /** Whether the API was told just this, and nothing is left to be told. */
  hasWritten(told: Told, uid: string, status: PodStatus): boolean {
    return told.written === status && !this.unwritten.has(uid)
  }

  /** The object that the API shows, where it says the same: one that is shared weighs nothing. */
  asWritten({ written }: Told, status: PodStatus): PodStatus {
    return written !== undefined && semanticEqual(written, status) ? written : status
  }

  forget(uid: string): void {
    this.unwritten = withoutEntry(this.unwritten, uid)
  }

  /** The API shows this now: what somebody wrote over the kubelet's own part is set right with the next pass. */
  seen(told: Told, pod: Pod, live: PodStatus): void {
    const { uid } = pod.metadata
    const status = told.written
    if (status === undefined || status === live || this.unwritten.has(uid) || semanticEqual(live, mergeWithOthers(live, status, told.isStatic))) return
    this.unwritten = withEntry(this.unwritten, uid, { told, pod, status, finished: false })
    this.planRetry()
  }

  /** True when there is nothing more to be done: it is written, or the object is gone or another. */
  private attempt({ told, pod, status, finished }: Wanted): boolean {
    const { client } = this.context
    const key = keyOf(pod)
    const answer = client.get('pods', key)
    if (!answer.ok) return answer.status.reason === 'NotFound'
    const live = answer.value
    const mirrorOf = live.metadata.annotations?.['kubernetes.io/config.mirror']
    if (live.metadata.uid !== pod.metadata.uid && mirrorOf !== pod.metadata.uid) return true
    const merged = status ? mergeWithOthers(live.status, status, told.isStatic) : live.status
    if (!semanticEqual(live.status, merged)) {
      const { apiVersion, kind, metadata, spec } = live
      const next = { apiVersion, kind, metadata, spec, status: merged }
      // What is the kubelet's alone is in the form that is stored.
      const written = client.updateStatus('pods', merged === status ? new Composed(next) : next)
      if (!written.ok) return written.status.reason === 'NotFound'
      told.written = written.value.status
      // A kubelet before this one has said it, or the answer to what this one said was lost: it stands for what this one says.
    } else if (status) told.written = live.status
    if (!finished || live.metadata.deletionTimestamp === undefined || mirrorOf !== undefined) return true
    const deleted = client.delete('pods', key, { gracePeriodSeconds: 0, preconditions: { uid: live.metadata.uid } })
    return deleted.ok || deleted.status.reason === 'NotFound' || deleted.status.reason === 'Conflict'
  }

  private planRetry(): void {
    if (this.retrying) return
    this.retrying = true
    const { agenda } = this
    const due = this.startedAt + (Math.floor((agenda.now - this.startedAt) / kubeletConstants.statusSyncPeriod) + 1) * kubeletConstants.statusSyncPeriod
    agenda.at(due, `${this.context.name}: write statuses again`, () => {
      this.retrying = false
      for (const [uid, wanted] of this.unwritten) {
        if (!this.attempt(wanted)) return this.planRetry()
        this.unwritten = withoutEntry(this.unwritten, uid)
      }
    })
  }
}

/** What others have written meanwhile stays: their conditions and fields; a terminal phase never leaves. But a static pod comes again, and of its mirror's end nothing stays. */
export function mergeWithOthers(live: PodStatus, own: PodStatus, isStatic = false): PodStatus {
  const phase = !isStatic && (live.phase === 'Failed' || live.phase === 'Succeeded') ? live.phase : own.phase
  const { conditions: told = [] } = live
  const { conditions: ours = [] } = own
  const disruption = ours.find(isOwnDisruption)
  const others = told.filter((condition) => !isOwnCondition(condition) && !(disruption && condition.type === disruption.type))
  const merged = others.length === 0 && !disruption && ours.every(isOwnCondition) ? ours : [...others, ...(disruption ? [disruption] : []), ...ours.filter(isOwnCondition)]
  const conditions = phase === 'Failed' || phase === 'Succeeded' ? unready(merged, phase) : merged
  const theirs = isStatic ? withoutReason(live) : live
  const isWhole = phase === own.phase && conditions === own.conditions && Object.keys(theirs).every((field) => Object.hasOwn(own, field))
  return isWhole ? own : { ...theirs, ...own, phase, conditions }
}

function withoutReason({ reason: _reason, message: _message, ...rest }: PodStatus): PodStatus {
  return rest
}

/** A terminal pod is not ready, whatever its last probes said. */
function unready(conditions: PodStatus['conditions'] & {}, phase: string): PodStatus['conditions'] & {} {
  if (!conditions.some((condition) => isReadiness(condition.type) && condition.status === 'True')) return conditions
  const reason = phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed'
  return conditions.map((condition) => {
    if (!isReadiness(condition.type) || condition.status !== 'True') return condition
    const { message: _, ...rest } = condition
    return { ...rest, status: 'False', reason }
  })
}

function isReadiness(type: string): boolean {
  return type === 'Ready' || type === 'ContainersReady'
}
