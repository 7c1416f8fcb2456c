// Upstream: pkg/controller/nodelifecycle (v1.36). Left out: metrics, the waits between the tries of one update.
import type { EntryId, Millis } from '../../kernel/agenda.ts'
import { internalError } from '../../api/errors.ts'
import type { Node, Pod } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import { StatusError } from '../../api/status.ts'
import type { ComponentContext, ObjectReferenceSource } from '../../client/component.ts'
import { runInSteps, type PausingSteps, type Steps } from '../../client/steps.ts'
import { WorkQueue, type Requeue } from '../../client/work-queue.ts'
import { defaultControllerManagerFlags } from '../flags.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { podsByNode } from '../pods-by-node.ts'
import { isSettled, knowNode, markPodsNotReady, markReachable, monitorNode, nextTick } from './monitor-pass.ts'
import type { KnownNode, MonitorState } from './monitor-pass.ts'
import { readyCondition } from './node-health.ts'
import { planNoScheduleTaints, swapTaints, notReadyTaint, unreachableTaint } from './node-taints.ts'
import { labelsToCopy } from './os-labels.ts'
import { TaintQueue } from './taint-queue.ts'
import { planDisruption } from './zone-state.ts'
import type { ZoneCount, ZoneState } from './zone-state.ts'

/** Upstream: nodeUpdateWorkerSize, podUpdateWorkerSize, scheduler.NodeEvictionPeriod. */
export const nodeWorkers = 8
export const podWorkers = 4
export const taintingPeriod: Millis = 100

const monitors = 'node-lifecycle: monitors nodes'

/** Notices nodes that have gone silent: conditions, taints, and the readiness of their pods. */
export function startNodeLifecycleController(context: ComponentContext, options: Partial<ControllerManagerFlags> = {}): NodeLifecycleHandle {
  const controller = new NodeLifecycle(context, { ...defaultControllerManagerFlags, ...options })
  controller.start()
  return controller
}

/** What of its plans can be asked while it runs. */
export interface NodeLifecycleHandle {
  /** When a ready node was last seen to be heard of, and at which pass it is given up if it is not heard of before; undefined: it has never been looked at, or is not ready. */
  graceOf(node: string): { readonly since: Millis; readonly due: Millis } | undefined
}

class NodeLifecycle implements NodeLifecycleHandle {
  private readonly nodes
  private readonly pods
  private readonly known = new Map<string, KnownNode>()
  /** What the last pass went through, and what is known of each: the next one finds most nodes unchanged, and at the same place. */
  private lastNodes: readonly Node[] = []
  private readonly places: KnownNode[] = []
  /** Who they were: a node that is gone is still named in an event. */
  private readonly registered = new Map<string, ObjectReferenceSource>()
  private readonly taintQueues = new Map<string, TaintQueue>()
  private zoneStates: ReadonlyMap<string, ZoneState> = new Map()
  private readonly monitor: MonitorState
  private readonly nodeQueue: WorkQueue
  private readonly podQueue: WorkQueue
  private startedAt: Millis = 0
  private nextPass: Millis = 0
  private taintingPass: EntryId | null = null

  constructor(
    private readonly context: ComponentContext,
    private readonly flags: ControllerManagerFlags,
  ) {
    const { agenda, client, informers } = context
    this.nodes = informers.of('nodes')
    this.pods = informers.of('pods')
    const podsOn = podsByNode(this.pods).podsOf
    this.monitor = { context, grace: flags, leases: informers.of('leases'), podsOn, queueOf: (zone) => this.queueOf(zone), nodes: this.known }
    this.nodeQueue = new WorkQueue(agenda, 'node-lifecycle', (name) => this.reconcileNode(name), { workers: nodeWorkers, client })
    this.podQueue = new WorkQueue(agenda, 'node-lifecycle pods', (key) => this.reconcilePod(key), { workers: podWorkers, client })
  }

  start(): void {
    this.nodeQueue.pause()
    this.podQueue.pause()
    this.nodes.onChange(({ old, new: node }) => {
      if (!node) return
      const known = this.known.get(node.metadata.name)
      if (known && old && readyCondition(old)?.status !== readyCondition(node)?.status) known.turned = this.context.agenda.cause
      this.nodeQueue.add(node.metadata.name)
    })
    this.pods.onChange(({ old, new: pod }) => {
      if (!pod || pod.spec === old?.spec) return
      // On a node that is well there is nothing to do; should it be lost, all its pods are looked at.
      if (pod.spec.nodeName && pod.spec.nodeName !== old?.spec.nodeName && !this.isWell(pod.spec.nodeName)) this.podQueue.add(keyOf(pod))
    })
    this.context.informers.whenSynced(() => {
      this.startedAt = this.context.agenda.now
      this.nodeQueue.resume()
      this.podQueue.resume()
      this.pass()
    })
  }

  graceOf(node: string): { readonly since: Millis; readonly due: Millis } | undefined {
    const health = this.known.get(node)?.health
    if (health?.ready?.status !== 'True') return undefined
    const { nodeMonitorGracePeriod, nodeMonitorPeriod } = this.flags
    return { since: health.probedAt, due: nextTick(this.nextPass, nodeMonitorPeriod, Math.max(this.nextPass, health.probedAt + nodeMonitorGracePeriod)) }
  }

  /** Looks at all nodes, each node-monitor-period. */
  private pass(): void {
    runInSteps(this.context.agenda, monitors, this.monitorNodes())
  }

  private *monitorNodes(): PausingSteps<void> {
    const nodes = this.nodes.lister.list()
    yield* this.register(nodes)
    const counts = new Map<string, ZoneCount>()
    for (let at = 0; at < nodes.length; at += 1) {
      const known = this.knowNodeAt(at, nodes[at]!)
      if (isSettled(this.monitor, known, counts)) continue
      yield* monitorNode(this.monitor, known, counts)
      yield
    }
    this.lastNodes = nodes
    this.handleDisruption(counts, nodes)
    this.planTainting()
    this.nextPass = this.context.agenda.now + this.flags.nodeMonitorPeriod
    // It comes round whatever was decided in this one.
    this.context.agenda.because(0, () => this.context.agenda.at(this.nextPass, monitors, () => this.pass()))
  }

  private knowNodeAt(place: number, node: Node): KnownNode {
    const last = this.places[place]
    if (last?.node === node && this.lastNodes[place] === node) return last
    return (this.places[place] = knowNode(this.known, node))
  }

  private *register(nodes: readonly Node[]): Steps<void> {
    const { events } = this.context
    for (let at = 0; at < nodes.length; at += 1) {
      const node = nodes[at]!
      if (this.lastNodes[at] === node) continue
      const { name } = node.metadata
      if (this.registered.has(name)) continue
      events.event(node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`)
      this.registered.set(name, { apiVersion: node.apiVersion, kind: node.kind, metadata: node.metadata })
      markReachable(this.monitor, knowNode(this.known, node))
      yield
    }
    if (this.registered.size === nodes.length) return
    const present = new Set(nodes.map(({ metadata }) => metadata.name))
    for (const [name, node] of this.registered) {
      if (present.has(name)) continue
      events.event(node, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`)
      this.registered.delete(name)
      const known = this.known.get(name)
      if (known) known.retries = false
    }
  }

  private handleDisruption(counts: ReadonlyMap<string, ZoneCount>, nodes: readonly Node[]): void {
    const { now } = this.context.agenda
    const plan = planDisruption(this.zoneStates, counts, this.flags)
    if (plan.rates.size > 0) this.context.decided('planDisruption', 'nodes', plan)
    const all = plan.entersTotal || plan.leavesTotal ? nodes.map((node) => knowNode(this.known, node)) : []
    if (plan.entersTotal) for (const known of all) markReachable(this.monitor, known)
    if (plan.leavesTotal) for (const known of all) if (known.health) known.health = { ...known.health, probedAt: now }
    for (const [zone, rate] of plan.rates) this.queueOf(zone).setRate(now, rate)
    this.zoneStates = plan.states
  }

  private queueOf(zone: string): TaintQueue {
    let queue = this.taintQueues.get(zone)
    if (!queue) this.taintQueues.set(zone, (queue = new TaintQueue(this.flags.nodeEvictionRate)))
    return queue
  }

  /** Upstream looks into the queues each 100 ms; here only at those of these instants at which there is something to do. */
  private planTainting(): void {
    const { agenda } = this.context
    let next: Millis | null = null
    for (const queue of this.taintQueues.values()) {
      const at = queue.nextAt(agenda.now)
      if (at !== null && (next === null || at < next)) next = at
    }
    if (this.taintingPass) agenda.cancel(this.taintingPass)
    this.taintingPass = null
    if (next === null) return
    // Not in the instant of the pass itself: the cache would not show yet what that has written.
    const due = nextTick(this.startedAt, taintingPeriod, Math.max(next, agenda.now + 1))
    this.taintingPass = agenda.at(due, 'node-lifecycle: taints lost nodes', () => this.taintLostNodes())
  }

  private taintLostNodes(): void {
    const { now } = this.context.agenda
    this.taintingPass = null
    for (const queue of this.taintQueues.values()) queue.attempt(now, (name) => this.taintNoExecute(name))
    this.planTainting()
  }

  private taintNoExecute(name: string): boolean {
    const node = this.nodes.lister.get(name)
    if (!node) return true
    const ready = readyCondition(node)
    if (!ready) return false
    if (ready.status === 'True') return true
    const [wanted, opposite] = ready.status === 'False' ? [notReadyTaint, unreachableTaint] : [unreachableTaint, notReadyTaint]
    return this.context.agenda.because(this.known.get(name)?.turned ?? 0, () => swapTaints(this.context, name, { add: [{ key: wanted, effect: 'NoExecute' }], remove: [{ key: opposite, effect: 'NoExecute' }] }))
  }

  private reconcileNode(name: string): 'whenChanged' {
    const node = this.nodes.lister.get(name)
    if (!node) return 'whenChanged'
    const taints = planNoScheduleTaints(node)
    if (taints.add.length + taints.remove.length > 0) {
      this.context.decided('planNoScheduleTaints', `nodes/${name}`, taints)
      swapTaints(this.context, name, taints)
    }
    const labels = labelsToCopy(node)
    if (labels) this.context.client.patch('nodes', name, 'strategic', { metadata: { labels } })
    return 'whenChanged'
  }

  private isWell(node: string): boolean {
    return this.known.get(node)?.health?.ready?.status === 'True'
  }

  /** A pod that was bound to a node after that was found lost. */
  private reconcilePod(key: string): Requeue | Steps<Requeue> {
    const pod = this.pods.lister.get(key)
    const nodeName = pod?.spec.nodeName
    if (!pod || !nodeName) return 'whenChanged'
    const ready = this.known.get(nodeName)?.health?.ready
    return !ready || ready.status === 'True' ? 'whenChanged' : this.markPod(pod)
  }

  private *markPod(pod: Pod): Steps<Requeue> {
    if (!(yield* markPodsNotReady(this.context, [pod], this.known.get(pod.spec.nodeName ?? '')?.turned ?? 0))) throw new StatusError(internalError(`pod ${keyOf(pod)} could not be marked`))
    return 'whenChanged'
  }
}
