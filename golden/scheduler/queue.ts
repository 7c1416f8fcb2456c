import type { Node, Pod } from '../../src/sim/api/generated/types.ts'
import { formatTime, parseTime } from '../../src/sim/api/time.ts'
import type { ClusterEvent } from '../../src/sim/scheduler/cluster-event.ts'
import { PodState } from '../../src/sim/scheduler/pod-state.ts'
import { PreemptionGate } from '../../src/sim/scheduler/preemption-gate.ts'
import { createProfile } from '../../src/sim/scheduler/profile.ts'
import { QueuedPod } from '../../src/sim/scheduler/queued-pod.ts'
import { SchedulingQueue } from '../../src/sim/scheduler/scheduling-queue.ts'
import { podSeen } from '../../src/sim/scheduler/cluster-watch.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { completePod, nowMillis } from './world.ts'

const profile = createProfile()
const fit = new Set(['NodeResourcesFit'])

/** Whether the case is about pods and nodes, and plugins that are built. */
export function isBuiltQueueing({ in: input }: GoldenCase): boolean {
  const plugins: readonly string[] = input.rejectedBy ?? []
  const resource = input.event?.resource ?? 'Pod'
  return (resource === 'Pod' || resource === 'Node') && plugins.every((name) => profile.plugins.some((plugin) => plugin.name === name)) && !JSON.stringify(input).includes('"volumes"')
}

/** Back-off, hints, gates and order: the queue alone with a fake clock. */
export const schedulerQueue: GoldenSet = {
  name: 'scheduler/queue',
  run(golden) {
    const { in: input } = golden
    const world = new QueueWorld()
    if (input.activeQ) return order(world, golden)
    if (input.consecutiveErrorsBefore !== undefined) return errors(golden)
    if (input.action === 'created' || input.old || (input.event && !input.rejectedBy && input.pod?.spec)) return gates(world, golden)
    if (input.preempting) return preempting(world, golden)
    if (input.event) return hints(world, golden)
    return backOff(world, golden)
  },
}

class QueueWorld {
  now = nowMillis
  readonly gate = new PreemptionGate()
  readonly queue = new SchedulingQueue({
    now: () => this.now,
    cause: () => 0,
    plugins: profile.plugins,
    preEnqueue: [...profile.preEnqueue, this.gate],
    onChange: () => undefined,
  })

  /** Brings a pod to where it has been refused so many times, the last time now. */
  reject(state: PodState, rejectedBy: ReadonlySet<string>, times = 1, meanwhile: () => void = () => undefined): QueuedPod {
    this.queue.add(state)
    for (let left = times; ; left -= 1) {
      const queued = this.queue.pop()!
      if (left === 1) meanwhile()
      this.queue.returnFailed(queued, state, rejectedBy)
      if (left === 1) return queued
      this.queue.happened(scheduledPodGone)
      if (this.queue.placeOf(state.uid) === 'unschedulable') throw new Error('not woken')
    }
  }

  place(uid: string): string | null {
    return this.queue.placeOf(uid)
  }
}

const plain = (name: string, spec: object = {}): Pod =>
  completePod({ metadata: { name, uid: `uid-${name}` }, spec: { containers: [{ name: 'c', image: 'app:v1' }], ...spec } } as unknown as Pod)
const bareNode = (spec: object, labels: object = {}): Node => ({ metadata: { name: 'n1', labels }, spec, status: { allocatable: {} } }) as unknown as Node
const scheduledPodGone: ClusterEvent = { resource: 'Pod', action: 'Delete', old: plain('x', { nodeName: 'n1' }) }

/** An event as the case has it; where it only names the action, the plainest event of that sort. */
function eventOf({ resource, action, old, new: current }: { resource: 'Pod' | 'Node'; action: ClusterEvent['action']; old?: object; new?: object }): ClusterEvent {
  const complete = (object: object): object => (resource === 'Pod' ? completePod(object as Pod) : object)
  if (old || current) return { resource, action, ...(old ? { old: complete(old) } : {}), ...(current ? { new: complete(current) } : {}) } as ClusterEvent
  if (resource === 'Pod') return { resource, action, ...(action === 'Delete' ? { old: plain('x', { nodeName: 'n1' }) } : { new: plain('x', { nodeName: 'n1' }) }) }
  const taints = action === 'UpdateNodeTaint' ? [{ key: 'k', value: 'v', effect: 'NoSchedule' }] : []
  return { resource, action, old: bareNode({ taints }), new: bareNode({}, action === 'UpdateNodeLabel' ? { some: 'label' } : {}) }
}

const instant = (text: string): number => parseTime(text) ?? Number.NaN
const stamp = (time: number): string => formatTime(time).replace('Z', `.${String(time % 1000).padStart(3, '0')}Z`)

function backOff(world: QueueWorld, { in: input, out }: GoldenCase): unknown {
  world.now = instant(input.rejectedAt)
  const queued = world.reject(new PodState(plain('p')), fit, input.unschedulableCount ?? 1)
  const actual: Record<string, unknown> = {}
  if (out.backoffMs !== undefined) Object.assign(actual, { backoffMs: queued.backOff, backoffEnds: stamp(queued.backOffEnds) })
  if (input.wakingEventAt) {
    world.now = instant(input.wakingEventAt)
    world.queue.happened(scheduledPodGone)
  }
  if (out.goesTo !== undefined && input.wakingEventAt) actual['goesTo'] = world.place('uid-p')
  if (out.movedToActiveQ !== undefined) actual['movedToActiveQ'] = flushed(world, 1_000, () => world.queue.flushBackOff())
  if (input.flushes) Object.assign(actual, { movedAt: flushed(world, 30_000, () => world.queue.flushUnschedulable()), goesTo: world.place('uid-p') })
  if (input.lookAt) {
    while (world.now < instant(input.lookAt)) flush(world, 1_000, () => world.queue.flushBackOff())
    actual['queue'] = world.place('uid-p')
  }
  const shorten = (time: unknown): unknown => (typeof time === 'string' && time.endsWith('Z') ? stamp(instant(time)) : time)
  return difference(Object.fromEntries(Object.entries(out as object).map(([key, value]) => [key, shorten(value)])), actual)
}

function flush(world: QueueWorld, period: number, run: () => void): void {
  world.now = Math.floor(world.now / period) * period + period
  run()
}

function flushed(world: QueueWorld, period: number, run: () => void): string {
  for (let rounds = 0; rounds < 1_000 && world.place('uid-p') !== 'activeQ'; rounds += 1) flush(world, period, run)
  return stamp(world.now)
}

function errors({ in: input, out }: GoldenCase): unknown {
  const world = new QueueWorld()
  const state = new PodState(plain('p'))
  world.queue.add(state)
  const queued = world.queue.pop()!
  queued.consecutiveErrors = input.consecutiveErrorsBefore
  const refused = input.then !== 'error'
  queued.rejections = (input.unschedulableCount ?? 0) - (refused ? 1 : 0)
  world.queue.returnFailed(queued, state, refused ? fit : new Set())
  return difference(out, { backoffMs: queued.backOff, consecutiveErrors: queued.consecutiveErrors })
}

function hints(world: QueueWorld, { in: input, out }: GoldenCase): unknown {
  const state = new PodState(input.pod?.spec ? completePod(input.pod) : plain('p'))
  const rejectedBy = new Set<string>(input.rejectedBy)
  const event = eventOf(input.event)
  const at = input.event.at ?? input.eventAt ?? input.rejectedAt
  const duringAttempt = input.poppedAt && instant(at) >= instant(input.poppedAt)
  if (input.poppedAt && !duringAttempt) world.queue.happened(event)
  world.now = instant(input.rejectedAt)
  world.reject(state, rejectedBy, input.unschedulableCount ?? 1, () => duringAttempt && world.queue.happened(event))
  if (!input.poppedAt) {
    world.now = instant(at)
    world.queue.happened(event)
  }
  const goesTo = world.place(state.uid)
  const said = [...world.queue.hints({ state, rejectedBy }, event)].map(([name, hint]) => [name, hint === null ? 'not registered' : hint ? 'Queue' : 'QueueSkip'])
  const actual = { goesTo, hints: Object.fromEntries(said), moved: goesTo !== 'unschedulable' }
  return difference(out, Object.fromEntries(Object.entries(actual).filter(([key]) => Object.hasOwn(out, key))))
}

function preempting(world: QueueWorld, { in: input, out }: GoldenCase): unknown {
  world.now = input.rejectedAt ? instant(input.rejectedAt) : nowMillis
  const state = new PodState(plain('p'))
  if (!input.callsDone) world.gate.close(state.uid)
  world.queue.add(state)
  const queued = world.queue.pop() ?? new QueuedPod(state, 0, world.now, 1)
  world.queue.returnFailed(queued, state, new Set(input.rejectedBy))
  world.now = input.eventAt ? instant(input.eventAt) : world.now + 30_000
  world.queue.happened(eventOf(input.event))
  const goesTo = world.place(state.uid)
  const refusal = world.gate.preEnqueue(state)
  const actual = { goesTo, moved: goesTo !== 'unschedulable', preEnqueue: refusal && { plugin: refusal.plugin, message: refusal.reasons[0] } }
  return difference(out, Object.fromEntries(Object.entries(actual).filter(([key]) => Object.hasOwn(out, key))))
}

function gates(world: QueueWorld, { in: input, out }: GoldenCase): unknown {
  const events: unknown[] = []
  const pod = completePod(input.old ?? input.pod)
  const queue = world.queue
  podSeen({ queue, schedulerName: profile.schedulerName }, undefined, pod)
  const before = world.place(pod.metadata.uid)
  if (input.new) podSeen({ queue, schedulerName: profile.schedulerName }, pod, completePod(input.new))
  if (input.event) queue.happened(eventOf(input.event))
  const place = world.place(pod.metadata.uid)
  const gate = queue.gateOf(pod.metadata.uid)
  const actual = {
    events,
    queue: place,
    gated: gate !== null,
    moved: place !== before,
    preEnqueue: gate && { code: gate.code, message: gate.reasons[0], plugin: gate.plugin },
  }
  return difference(out, Object.fromEntries(Object.entries(actual).filter(([key]) => Object.hasOwn(out, key))))
}

function order(world: QueueWorld, { in: input, out }: GoldenCase): unknown {
  const stateOf = ({ name, priority }: { name: string; priority: number }): PodState => new PodState(plain(name, { priority }))
  for (const waiting of input.backoffQ ?? []) {
    world.now = instant(waiting.backoffEnds) - 1_000
    world.reject(stateOf(waiting), fit)
    world.queue.happened(scheduledPodGone)
  }
  for (const waiting of input.activeQ) {
    world.now = instant(waiting.queuedAt)
    world.queue.add(stateOf(waiting))
  }
  if (input.now) world.now = instant(input.now)
  const popped: string[] = []
  for (let queued = world.queue.pop(); queued; queued = world.queue.pop()) popped.push(queued.state.pod.metadata.name)
  return difference(out.popOrder, popped)
}
