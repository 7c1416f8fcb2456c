import type { CauseId } from '../kernel/agenda.ts'
import type { ObjectKey } from '../api/objects.ts'
import type { EpochMillis } from '../api/time.ts'
import type { Placed } from './heap.ts'
import type { PodState } from './pod-state.ts'

const initialBackOff = 1_000
const maxBackOff = 10_000
/** Back-offs end on whole seconds, so that pods of one second compete by priority. */
const window = 1_000

/** A pod that waits for a node, and its history of attempts (upstream: framework.QueuedPodInfo). */
export class QueuedPod implements Placed {
  state: PodState
  readonly key: ObjectKey
  place = 0
  /** When it came into the queue it is in. */
  since: EpochMillis
  /** Of first arrival: what breaks ties for good. */
  readonly sequence: number
  attempts = 0
  rejections = 0
  consecutiveErrors = 0
  /** The plugins that refused it last time. None: it failed for another reason, and anything may help. */
  rejectedBy: ReadonlySet<string> = new Set()
  /** The plugin that does not let it into the active queue. */
  gatedBy: string | null = null
  /** What brought it here, or gave it another try. */
  cause: CauseId
  /** Where it was going to be bound. */
  assumedNode: string | null = null

  constructor(state: PodState, cause: CauseId, since: EpochMillis, sequence: number) {
    this.state = state
    this.key = state.key
    this.cause = cause
    this.since = since
    this.sequence = sequence
  }

  /** How long it has to wait after its last failure: 1 s, doubling to 10 s. */
  get backOff(): number {
    const failures = this.consecutiveErrors > 0 ? this.consecutiveErrors : this.rejections
    if (failures === 0) return 0
    let backOff = initialBackOff
    for (let doubled = 1; doubled < failures && backOff < maxBackOff; doubled += 1) backOff *= 2
    return Math.min(backOff, maxBackOff)
  }

  /** The whole second in which its back-off ends. */
  get backOffEnds(): EpochMillis {
    return toWindow(this.since + this.backOff)
  }

  isBackingOff(now: EpochMillis): boolean {
    return this.backOff > 0 && this.backOffEnds >= toWindow(now)
  }
}

function toWindow(time: EpochMillis): EpochMillis {
  return Math.floor(time / window) * window
}

/** Queue sort: priority, then time (plugins/queuesort PrioritySort). */
export function moreUrgent(a: QueuedPod, b: QueuedPod): boolean {
  if (a.state.priority !== b.state.priority) return a.state.priority > b.state.priority
  return a.since !== b.since ? a.since < b.since : a.sequence < b.sequence
}

/** Of the back-off queue: the second in which it ends, then as in the active queue. */
export function endsBackOffFirst(a: QueuedPod, b: QueuedPod): boolean {
  const left = a.backOffEnds
  const right = b.backOffEnds
  return left !== right ? left < right : moreUrgent(a, b)
}
