import type { CauseId } from '../kernel/agenda.ts'
import type { EpochMillis } from '../api/time.ts'
import type { ClusterEvent } from './cluster-event.ts'
import type { Plugin, PreEnqueuePlugin, Refusal } from './framework.ts'
import { Heap } from './heap.ts'
import type { PodState } from './pod-state.ts'
import { endsBackOffFirst, moreUrgent, QueuedPod } from './queued-pod.ts'

/** Pods that nothing woke are tried again after this long anyway (upstream: DefaultPodMaxInUnschedulablePodsDuration). */
export const maxInUnschedulable = 5 * 60_000

export interface QueueOptions {
  readonly now: () => EpochMillis
  /** Because of what a pod comes or something happens. */
  readonly cause: () => CauseId
  readonly plugins: readonly Plugin[]
  readonly preEnqueue: readonly PreEnqueuePlugin[]
  /** Something may be popped now, or will be once a flush has run. */
  readonly onChange: () => void
}

/** The pods that wait: to be tried, for their back-off to end, or for something to change (upstream: backend/queue, v1.36). */
export class SchedulingQueue {
  private readonly active = new Heap<QueuedPod>(moreUrgent)
  private readonly backOff = new Heap<QueuedPod>(endsBackOffFirst)
  /** After an error a pod waits its time out even when nothing else is to do. */
  private readonly errorBackOff = new Heap<QueuedPod>(endsBackOffFirst)
  private readonly unschedulable = new Map<string, QueuedPod>()
  /** How many of these each plugin refused. */
  private readonly refusedBy = new Map<string, number>()
  private readonly byUid = new Map<string, QueuedPod>()
  /** Pods that are being tried or bound, oldest first, with the position in `events` where they began. */
  private readonly inFlight = new Map<string, number>()
  /** What happened since the oldest of them began, and how much was dropped before. */
  private events: ClusterEvent[] = []
  private dropped = 0
  private sequence = 0

  constructor(private readonly options: QueueOptions) {}

  get length(): number {
    return this.byUid.size
  }

  /** Pods that some flush will move one day. */
  get hasBackingOff(): boolean {
    return this.backOff.size > 0 || this.errorBackOff.size > 0
  }

  get hasUnschedulable(): boolean {
    return this.unschedulable.size > 0
  }

  get canPop(): boolean {
    return this.active.size > 0 || this.backOff.size > 0
  }

  placeOf(uid: string): 'activeQ' | 'backoffQ' | 'unschedulable' | null {
    const queued = this.byUid.get(uid)
    if (!queued) return null
    if (this.active.has(queued)) return 'activeQ'
    return this.unschedulable.has(uid) ? 'unschedulable' : 'backoffQ'
  }

  /** Why a waiting pod may not enter the active queue, if so. */
  gateOf(uid: string): Refusal | null {
    const queued = this.byUid.get(uid)
    return queued?.gatedBy ? this.gate(queued) : null
  }

  add(state: PodState): void {
    if (this.byUid.has(state.uid) || this.inFlight.has(state.uid)) return this.update(state, [])
    const queued = new QueuedPod(state, this.options.cause(), this.options.now(), (this.sequence += 1))
    this.byUid.set(state.uid, queued)
    this.activate(queued)
  }

  /** Its specification or status changed; `events` say what about it matters to scheduling. */
  update(state: PodState, events: readonly ClusterEvent[]): void {
    if (this.inFlight.has(state.uid)) return void this.events.push(...events)
    const queued = this.byUid.get(state.uid)
    if (!queued) return this.add(state)
    if (!this.unschedulable.has(state.uid)) return this.replaceInPlace(queued, state)
    queued.state = state
    if (events.some((event) => this.isWorthATry(queued, event))) this.wakeForNews(queued)
  }

  delete(uid: string): void {
    const queued = this.byUid.get(uid)
    if (queued) this.takeOut(queued)
  }

  /** The most urgent pod. While none is active, pods do not wait out their back-off (SchedulerPopFromBackoffQ). */
  pop(): QueuedPod | null {
    const heap = this.active.size > 0 ? this.active : this.backOff
    const queued = heap.peek()
    if (!queued) return null
    heap.remove(queued)
    this.byUid.delete(queued.state.uid)
    this.inFlight.set(queued.state.uid, this.dropped + this.events.length)
    queued.attempts += 1
    return queued
  }

  /** The attempt is over for good: the pod was bound, or is gone. */
  done(uid: string): void {
    this.inFlight.delete(uid)
    const oldest = this.inFlight.values().next()
    const keepFrom = oldest.done ? this.dropped + this.events.length : oldest.value
    // Trimming at every step would copy the list each time.
    if (!oldest.done && keepFrom - this.dropped < 1_000) return
    if (keepFrom === this.dropped) return
    this.events = this.events.slice(keepFrom - this.dropped)
    this.dropped = keepFrom
  }

  /** Back after a failed attempt, in the state it is in now. `rejectedBy` empty: no plugin refused it, something went wrong. */
  returnFailed(queued: QueuedPod, state: PodState, rejectedBy: ReadonlySet<string>): void {
    const began = this.inFlight.get(state.uid)
    const missed = began === undefined ? [] : this.events.slice(began - this.dropped)
    this.done(state.uid)
    queued.state = state
    queued.since = this.options.now()
    queued.rejectedBy = rejectedBy
    if (rejectedBy.size > 0) {
      queued.rejections += 1
      queued.consecutiveErrors = 0
    } else queued.consecutiveErrors += 1
    this.byUid.set(state.uid, queued)
    this.park(queued)
    if (rejectedBy.size === 0 || missed.some((event) => this.isWorthATry(queued, event))) this.wake(queued)
    this.options.onChange()
  }

  /** Something happened in the cluster: whoever it may help gets another try. */
  happened(event: ClusterEvent): void {
    if (this.inFlight.size > 0) this.events.push(event)
    if (!this.concernsSomebody(event)) return
    for (const queued of Array.from(this.unschedulable.values())) if (this.isWorthATry(queued, event)) this.wakeForNews(queued)
  }

  /** Due every whole second while pods back off. */
  flushBackOff(): void {
    for (const heap of [this.backOff, this.errorBackOff]) {
      for (let queued = heap.peek(); queued && !queued.isBackingOff(this.options.now()); queued = heap.peek()) {
        heap.remove(queued)
        this.activate(queued)
      }
    }
  }

  /** Due every thirty seconds: who has waited too long is tried whatever happened. */
  flushUnschedulable(): void {
    const now = this.options.now()
    for (const queued of Array.from(this.unschedulable.values())) if (!queued.gatedBy && now - queued.since > maxInUnschedulable) this.wake(queued)
  }

  /** What each plugin that refused the pod says to an event; null: it did not ask for events of that sort. */
  hints(queued: { readonly state: PodState; readonly rejectedBy: ReadonlySet<string> }, event: ClusterEvent): ReadonlyMap<string, boolean | null> {
    const hints = new Map<string, boolean | null>()
    for (const name of queued.rejectedBy) {
      const plugin = this.options.plugins.find((some) => some.name === name)
      const registration = plugin?.events.find(({ resource, actions }) => resource === event.resource && actions.includes(event.action))
      hints.set(name, registration ? registration.hint(queued.state, event) : null)
    }
    return hints
  }

  private isWorthATry(queued: QueuedPod, event: ClusterEvent): boolean {
    if (queued.rejectedBy.size === 0) return true
    for (const plugin of this.options.plugins) {
      if (!queued.rejectedBy.has(plugin.name)) continue
      for (const registration of plugin.events) {
        if (registration.resource === event.resource && registration.actions.includes(event.action) && registration.hint(queued.state, event)) return true
      }
    }
    return false
  }

  /** Most events concern no plugin that has refused anybody: then the pool is not walked. */
  private concernsSomebody({ resource, action }: ClusterEvent): boolean {
    if (this.unschedulable.size === 0) return false
    return this.options.plugins.some(
      ({ name, events }) => (this.refusedBy.get(name) ?? 0) > 0 && events.some((registration) => registration.resource === resource && registration.actions.includes(action)),
    )
  }

  private park(queued: QueuedPod): void {
    this.unschedulable.set(queued.state.uid, queued)
    for (const plugin of queued.rejectedBy) this.refusedBy.set(plugin, (this.refusedBy.get(plugin) ?? 0) + 1)
  }

  private unpark(queued: QueuedPod): void {
    if (!this.unschedulable.delete(queued.state.uid)) return
    for (const plugin of queued.rejectedBy) this.refusedBy.set(plugin, (this.refusedBy.get(plugin) ?? 0) - 1)
  }

  private wakeForNews(queued: QueuedPod): void {
    queued.cause = this.options.cause()
    this.wake(queued)
  }

  private wake(queued: QueuedPod): void {
    this.unpark(queued)
    if (!queued.isBackingOff(this.options.now())) return this.activate(queued)
    ;(queued.consecutiveErrors > 0 ? this.errorBackOff : this.backOff).push(queued)
    this.options.onChange()
  }

  private activate(queued: QueuedPod): void {
    const refusal = this.gate(queued)
    queued.gatedBy = refusal?.plugin ?? null
    if (refusal) {
      if (queued.attempts === 0) queued.rejectedBy = new Set([refusal.plugin])
      this.park(queued)
    } else this.active.push(queued)
    this.options.onChange()
  }

  private gate(queued: QueuedPod): Refusal | null {
    for (const plugin of this.options.preEnqueue) {
      const refusal = plugin.preEnqueue(queued.state)
      if (refusal) return refusal
    }
    return null
  }

  private replaceInPlace(queued: QueuedPod, state: PodState): void {
    const heap = [this.active, this.backOff, this.errorBackOff].find((some) => some.remove(queued))
    queued.state = state
    heap?.push(queued)
  }

  private takeOut(queued: QueuedPod): void {
    this.byUid.delete(queued.state.uid)
    this.unpark(queued)
    for (const heap of [this.active, this.backOff, this.errorBackOff]) heap.remove(queued)
  }
}
