// Upstream: pkg/scheduler with the default profile (v1.36). Left out: volumes and DynamicResources, disruption budgets in preemption, extenders, waiting in Permit, gang scheduling, the cycle's failure when a preferred node affinity has a value that no label can have (Gt with a negative number).
import type { PodCondition } from '../api/generated/types.ts'
import type { ObjectKey } from '../api/objects.ts'
import type { Status } from '../api/status.ts'
import type { ComponentContext } from '../client/component.ts'
import { Binder } from './binder.ts'
import { Cache } from './cache.ts'
import { watchCluster } from './cluster-watch.ts'
import type { SchedulingDecision } from './decision.ts'
import { DecisionLog } from './decision-log.ts'
import { DefaultSelectors } from './default-selectors.ts'
import { fitError, histogram } from './fit-error.ts'
import type { NodeState } from './node-state.ts'
import { Nominations } from './nominations.ts'
import { runPoint, unreserve, type PlacementRefusal } from './placement-plugins.ts'
import { PodState } from './pod-state.ts'
import { PreemptionExecutor } from './preemption-executor.ts'
import { createProfile, type Profile } from './profile.ts'
import { QueueFlushes } from './queue-flushes.ts'
import type { QueuedPod } from './queued-pod.ts'
import { SchedulingCycle, type Outcome } from './scheduling-cycle.ts'
import { SchedulingQueue } from './scheduling-queue.ts'

/** What others may ask a running scheduler. */
export interface SchedulerHandle {
  /** The last decision about a pod, as far as it is kept. */
  decisionOf(pod: ObjectKey): SchedulingDecision | null
  /** How many pods wait for a node. */
  waiting(): number
}

/** How long one scheduling cycle takes. */
const cycleMillis = 1
/** Upstream: validation.NoteLengthLimit. */
const maxNote = 1024

/** Finds a node for every pod that has none. */
export function startScheduler(context: ComponentContext, profile: Profile = createProfile()): SchedulerHandle {
  const scheduler = new Scheduler(context, profile)
  scheduler.start()
  return { decisionOf: (pod) => scheduler.decisionOf(pod), waiting: () => scheduler.queue.length }
}

class Scheduler {
  private readonly log = new DecisionLog()
  readonly queue: SchedulingQueue
  private readonly cache = new Cache()
  private readonly nominations = new Nominations()
  private readonly cycle: SchedulingCycle
  private readonly binder: Binder
  private readonly flushes: QueueFlushes
  private readonly preemptions: PreemptionExecutor
  private readonly pods
  private isSynced = false
  private isBusy = false

  constructor(
    private readonly context: ComponentContext,
    private readonly profile: Profile,
  ) {
    const { agenda, wall, informers } = context
    this.pods = informers.of('pods', { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' })
    this.preemptions = new PreemptionExecutor(context)
    this.queue = new SchedulingQueue({
      now: () => wall.epochMillis,
      cause: () => agenda.cause,
      plugins: this.profile.plugins,
      preEnqueue: [...this.profile.preEnqueue, this.preemptions.gate],
      onChange: () => this.wake(),
    })
    this.flushes = new QueueFlushes(agenda, wall, this.queue, () => this.wake())
    this.binder = new Binder(context, this.profile.placement, {
      bound: (queued) => this.queue.done(queued.state.uid),
      refused: (queued, refusal) => {
        this.giveUpRoom(queued)
        this.placementRefused(queued, refusal)
      },
      failed: (queued, status) => this.bindingFailed(queued, status),
    })
    const services = informers.of('services')
    const replicaSets = informers.of('replicasets')
    const replicationControllers = informers.of('replicationcontrollers')
    const namespaces = informers.of('namespaces')
    const selectors = new DefaultSelectors({
      services: (namespace) => services.lister.list(namespace),
      replicaSet: (key) => replicaSets.lister.get(key),
      replicationController: (key) => replicationControllers.lister.get(key),
    })
    const view = {
      cache: this.cache,
      namespaceLabels: (name: string) => namespaces.lister.get(name)?.metadata.labels,
      defaultSelector: (pod: PodState) => selectors.of(pod),
    }
    this.cycle = new SchedulingCycle(this.profile, this.cache, view, this.nominations, context.random, () => wall.time())
  }

  start(): void {
    const { cache, queue, nominations, log, profile } = this
    watchCluster({ nodes: this.context.informers.of('nodes'), pods: this.pods, cache, queue, nominations, log, schedulerName: profile.schedulerName })
    this.context.informers.whenSynced(() => {
      this.isSynced = true
      this.wake()
    })
  }

  /** Plans the next cycle and the flushes, as far as there is something to do. */
  private wake(): void {
    this.flushes.plan()
    if (!this.isSynced || this.isBusy || !this.queue.canPop) return
    this.isBusy = true
    this.context.agenda.after(0, 'kube-scheduler: scheduling cycle', () => this.scheduleOne())
  }

  decisionOf(pod: ObjectKey): SchedulingDecision | null {
    return this.log.decisionOf(pod, this.pods.lister.get(pod)?.metadata.uid)
  }

  private scheduleOne(): void {
    const queued = this.queue.pop()
    if (!queued) return this.next()
    this.context.agenda.because(queued.cause, () => this.schedule(queued))
  }

  private schedule(queued: QueuedPod): void {
    if (this.shouldSkip(queued)) {
      this.queue.done(queued.state.uid)
      return this.next()
    }
    const outcome = this.cycle.schedule(queued.state)
    this.log.record(this.context.agenda.now, queued, outcome, this.cache.nodes)
    const refusal = outcome.node ? this.place(queued, outcome.node) : null
    this.context.agenda.after(cycleMillis, `kube-scheduler: done with ${queued.key}`, () => {
      if (refusal ? !this.placementRefused(queued, refusal) : outcome.node || !this.rejected(queued, outcome)) return this.next()
      // What it writes about a pod that fits nowhere it waits for (SchedulerAsyncAPICalls is off): pods that find a node are not bound after all that.
      const { agenda, client } = this.context
      agenda.at(Math.max(agenda.now, client.busyUntil), `kube-scheduler: has told why not ${queued.key}`, () => this.next())
    })
  }

  private next(): void {
    this.isBusy = false
    this.wake()
  }

  private shouldSkip({ state }: QueuedPod): boolean {
    if (state.isTerminating) {
      this.context.events.event(state.pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${state.key}`, { action: 'Scheduling' })
      return true
    }
    return this.cache.isAssumed(state.uid)
  }

  /** Takes the room, and has the pod bound if no plugin objects. */
  private place(queued: QueuedPod, node: NodeState): PlacementRefusal | null {
    const { state } = queued
    const { placement } = this.profile
    queued.assumedNode = node.name
    this.cache.assume(state, node)
    this.nominations.delete(state.uid)
    const refusal = runPoint(placement, 'reserve', state, node) ?? runPoint(placement, 'permit', state, node)
    if (refusal) this.unassume(queued)
    else this.binder.bind(queued, node)
    return refusal
  }

  private unassume({ state, assumedNode }: QueuedPod): void {
    unreserve(this.profile.placement, state, assumedNode ?? '')
    this.cache.forget(state)
  }

  /** The room that a pod had taken is free again: others may want it. */
  private giveUpRoom(queued: QueuedPod): void {
    const { pod } = queued.state
    this.unassume(queued)
    this.queue.happened({ resource: 'Pod', action: 'Delete', old: { ...pod, spec: { ...pod.spec, nodeName: queued.assumedNode ?? '' } } })
  }

  private bindingFailed(queued: QueuedPod, status: Status): void {
    this.giveUpRoom(queued)
    this.giveBack(queued, new Set(), `running Bind plugin "DefaultBinder": ${status.message ?? ''}`, 'SchedulerError', '')
  }

  /** The one node that was chosen will not do; true when it had to write. */
  private placementRefused(queued: QueuedPod, { plugin, reason }: PlacementRefusal): boolean {
    return this.giveBack(queued, new Set([plugin]), fitError(1, histogram([[reason]]), '', ''), 'Unschedulable', '')
  }

  /** True when it had to write. */
  private rejected(queued: QueuedPod, outcome: Outcome): boolean {
    if (outcome.preemption) this.preemptions.start(queued.state, outcome.preemption)
    return this.giveBack(queued, outcome.rejectedBy, outcome.message, 'Unschedulable', outcome.nominate)
  }

  /** Upstream: handleSchedulingFailure. */
  private giveBack(queued: QueuedPod, rejectedBy: ReadonlySet<string>, message: string, reason: string, nominate: string | null): boolean {
    const { uid, key } = queued.state
    const current = this.pods.lister.get(key)
    if (!current || current.metadata.uid !== uid || current.spec.nodeName) {
      this.queue.done(uid)
      return false
    }
    const state = current === queued.state.pod ? queued.state : new PodState(current)
    this.queue.returnFailed(queued, state, rejectedBy)
    if (nominate !== null) this.nominations.set(state, nominate)
    this.context.events.event(current, 'Warning', 'FailedScheduling', truncated(message), { action: 'Scheduling' })
    return this.patchStatus(state, { type: 'PodScheduled', status: 'False', reason, message }, nominate)
  }

  /** Writes the condition and the nomination, if either is news. */
  private patchStatus({ pod, key }: PodState, news: PodCondition, nominate: string | null): boolean {
    const generation = pod.metadata.generation
    const before = pod.status?.conditions?.find(({ type }) => type === news.type)
    const isSame = before?.status === news.status && before.reason === news.reason && before.message === news.message && before.observedGeneration === generation
    const renominate = nominate !== null && nominate !== (pod.status?.nominatedNodeName ?? '')
    if (isSame && !renominate) return false
    const lastTransitionTime = before?.status === news.status && before.lastTransitionTime ? before.lastTransitionTime : this.context.wall.time()
    const condition = { ...news, lastProbeTime: null, lastTransitionTime, ...(generation === undefined ? {} : { observedGeneration: generation }) }
    const status = { ...(isSame ? {} : { conditions: [condition] }), ...(renominate ? { nominatedNodeName: nominate || null } : {}) }
    this.context.client.patch('pods', key, 'strategic', { status }, 'status')
    return true
  }
}

function truncated(message: string): string {
  return message.length <= maxNote ? message : `${message.slice(0, maxNote - 4)} ...`
}
