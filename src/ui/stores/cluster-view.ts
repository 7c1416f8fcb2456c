import { traceKept, type Batch, type ComponentState, type Countdown, type MachineState, type ObjectChange, type Pace } from '../../bridge/protocol.ts'
import type { EndpointSlice, Pod } from '../../sim/api/generated/types.ts'
import type { ObjectKey, Uid } from '../../sim/api/objects.ts'
import { controllerOf, keyOf } from '../../sim/api/objects.ts'
import type { ObjectOf, Resource } from '../../sim/api/resources.ts'
import type { ActiveFault, TimedCommand } from '../../sim/cluster/run.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { TraceEntry } from '../../sim/kernel/trace.ts'
import { faultId } from './faults.ts'
import { regroup, type Groups, type Move } from './groups.ts'
import { assignHues, type Hues } from './hues.ts'
import { isSystem, placeRows, type Rows } from './rows.ts'

export type ObjectMaps = { readonly [R in Resource]: ReadonlyMap<ObjectKey, ObjectOf<R>> }

/** One pod behind a Service, as its EndpointSlices say. */
export interface PodEndpoint {
  readonly pod: ObjectKey
  readonly ready: boolean
  /** It is being terminated: no longer counted among those that should answer. */
  readonly leaving: boolean
}

/** All that the page knows about the cluster: what it was told, and indexes over it. Never changed, only replaced. */
export interface ClusterView {
  /** How many runs were booted so far; 0: nothing was received yet. */
  readonly boots: number
  readonly now: Millis
  readonly start: number
  readonly pace: Pace
  readonly objects: ObjectMaps
  /** Pods by node; those that wait for one under ''. */
  readonly podsByNode: Groups<Pod>
  readonly podsByOwner: Groups<Pod>
  /** Which row of its card each pod has, by node. */
  readonly rows: ReadonlyMap<string, Rows>
  /** Endpoints by Service. */
  readonly endpoints: ReadonlyMap<ObjectKey, readonly PodEndpoint[]>
  readonly hues: Hues
  /** By what they are about: `pods/shop/web-1`. */
  readonly countdowns: ReadonlyMap<string, readonly Countdown[]>
  readonly machines: ReadonlyMap<string, MachineState>
  readonly components: readonly ComponentState[]
  /** What is wrong now, oldest first. */
  readonly faults: readonly ActiveFault[]
  readonly commands: readonly TimedCommand[]
  /** The newest part of the story. */
  readonly trace: readonly TraceEntry[]
}

const noObjects: ObjectMaps = {
  configmaps: new Map(), events: new Map(), namespaces: new Map(), nodes: new Map(), pods: new Map(), resourcequotas: new Map(), secrets: new Map(), serviceaccounts: new Map(),
  services: new Map(), daemonsets: new Map(), deployments: new Map(), replicasets: new Map(), leases: new Map(), endpoints: new Map(), endpointslices: new Map(),
  podtemplates: new Map(), replicationcontrollers: new Map(),
}

/** What the page knows before the first batch. */
export const emptyView: ClusterView = {
  boots: 0, now: 0, start: 0, pace: { speed: 1, paused: true }, objects: noObjects, podsByNode: new Map(), podsByOwner: new Map(), rows: new Map(),
  endpoints: new Map(), hues: new Map(), countdowns: new Map(), machines: new Map(), components: [], faults: [], commands: [], trace: [],
}

/** Pure, so that it can be tested without a Worker, a page or React. Untouched objects keep their identity. */
export function received(before: ClusterView, batch: Batch): ClusterView {
  const view = batch.fresh ? { ...emptyView, boots: before.boots + 1 } : before
  const objects = withChanges(view.objects, batch.changes)
  const pods = batch.changes.filter((change) => change.resource === 'pods')
  const podsByNode = regroup(view.podsByNode, moves(view, pods, (pod) => pod.spec.nodeName ?? ''))
  return {
    ...view,
    now: batch.now,
    start: batch.start,
    pace: samePace(view.pace, batch.pace) ? view.pace : batch.pace,
    objects,
    podsByNode,
    podsByOwner: regroup(view.podsByOwner, moves(view, pods, (pod) => controllerOf(pod)?.uid ?? '')),
    rows: nextRows(view, podsByNode),
    endpoints: nextEndpoints(view, objects, batch.changes),
    hues: assignHues(view.hues, objects, batch.changes),
    countdowns: nextCountdowns(view.countdowns, batch.countdowns),
    machines: nextMachines(view.machines, batch.machines),
    components: nextComponents(view.components, batch.components),
    faults: sameFaults(view.faults, batch.faults) ? view.faults : batch.faults,
    commands: batch.commands.length === view.commands.length ? view.commands : batch.commands,
    trace: batch.trace.length === 0 ? view.trace : [...view.trace, ...batch.trace].slice(-traceKept),
  }
}

function samePace(a: Pace, b: Pace): boolean {
  return a.speed === b.speed && a.paused === b.paused
}

function sameFaults(a: readonly ActiveFault[], b: readonly ActiveFault[]): boolean {
  return a.length === b.length && a.every((fault, index) => fault.since === b[index]?.since && fault.until === b[index]?.until && faultId(fault.fault) === faultId(b[index]?.fault))
}

function withChanges(objects: ObjectMaps, changes: readonly ObjectChange[]): ObjectMaps {
  if (changes.length === 0) return objects
  const drafts = new Map<Resource, Map<ObjectKey, unknown>>()
  for (const { resource, key, object } of changes) {
    let draft = drafts.get(resource)
    if (!draft) drafts.set(resource, (draft = new Map(objects[resource] as ReadonlyMap<ObjectKey, unknown>)))
    if (object) draft.set(key, object)
    else draft.delete(key)
  }
  // The Worker sends objects of the kind it names: the one place where that is taken on trust.
  return { ...objects, ...(Object.fromEntries(drafts) as Partial<ObjectMaps>) }
}

function moves(view: ClusterView, changes: readonly ObjectChange[], groupOf: (pod: Pod) => string): Move<Pod>[] {
  return changes.map(({ key, object }) => {
    const old = view.objects.pods.get(key)
    const now = object as Pod | null
    return { key, from: old ? groupOf(old) : null, to: now ? groupOf(now) : null, value: now }
  })
}

function nextRows(view: ClusterView, podsByNode: Groups<Pod>): ReadonlyMap<string, Rows> {
  if (podsByNode === view.podsByNode) return view.rows
  const rows = new Map(view.rows)
  let changed = false
  for (const [node, pods] of podsByNode) {
    if (node === '' || pods === view.podsByNode.get(node)) continue
    const uids: Uid[] = []
    for (const pod of pods.values()) if (!isSystem(pod)) uids.push(pod.metadata.uid)
    const placed = placeRows(rows.get(node), uids)
    changed ||= placed !== rows.get(node)
    rows.set(node, placed)
  }
  return changed ? rows : view.rows
}

function serviceOf(slice: EndpointSlice): ObjectKey {
  return `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name'] ?? ''}`
}

function nextEndpoints(view: ClusterView, objects: ObjectMaps, changes: readonly ObjectChange[]): ClusterView['endpoints'] {
  const touched = new Set<ObjectKey>()
  for (const { resource, key, object } of changes) {
    if (resource !== 'endpointslices') continue
    const slice = (object as EndpointSlice | null) ?? view.objects.endpointslices.get(key)
    if (slice) touched.add(serviceOf(slice))
  }
  if (touched.size === 0) return view.endpoints
  const endpoints = new Map(view.endpoints)
  for (const service of touched) endpoints.set(service, [])
  for (const slice of objects.endpointslices.values()) {
    const service = serviceOf(slice)
    if (touched.has(service)) endpoints.set(service, [...(endpoints.get(service) ?? []), ...endpointsOf(slice)])
  }
  for (const service of touched) if (endpoints.get(service)?.length === 0) endpoints.delete(service)
  return endpoints
}

function endpointsOf(slice: EndpointSlice): PodEndpoint[] {
  return (slice.endpoints ?? []).flatMap(({ targetRef, conditions }) =>
    targetRef?.kind === 'Pod' && targetRef.name ? [{ pod: keyOf({ metadata: { namespace: targetRef.namespace, name: targetRef.name } }), ready: conditions?.ready !== false, leaving: conditions?.terminating === true }] : [])
}

function nextCountdowns(before: ClusterView['countdowns'], list: readonly Countdown[]): ClusterView['countdowns'] {
  if (list.length === 0) return before.size === 0 ? before : new Map()
  const next = new Map<string, Countdown[]>()
  for (const countdown of list) {
    const same = next.get(countdown.about)
    if (same) same.push(countdown)
    else next.set(countdown.about, [countdown])
  }
  const kept = new Map<string, readonly Countdown[]>()
  let changed = next.size !== before.size
  for (const [about, now] of next) {
    const old = before.get(about)
    const same = old !== undefined && old.length === now.length && old.every((countdown, index) => sameCountdown(countdown, now[index]))
    changed ||= !same
    kept.set(about, same ? old : now)
  }
  return changed ? kept : before
}

function sameCountdown(a: Countdown, b: Countdown | undefined): boolean {
  return b !== undefined && a.kind === b.kind && a.due === b.due && a.since === b.since && a.container === b.container
}

function nextMachines(before: ClusterView['machines'], list: readonly MachineState[]): ClusterView['machines'] {
  const same = (a: MachineState | undefined, b: MachineState) => a !== undefined && a.power === b.power && a.network === b.network && a.since === b.since
  if (before.size === list.length && list.every((machine) => same(before.get(machine.name), machine))) return before
  return new Map(list.map((machine) => {
    const old = before.get(machine.name)
    return [machine.name, old && same(old, machine) ? old : machine]
  }))
}

function nextComponents(before: readonly ComponentState[], list: readonly ComponentState[]): readonly ComponentState[] {
  const same = (a: ComponentState | undefined, b: ComponentState) => a !== undefined && a.name === b.name && a.node === b.node && a.state === b.state && a.since === b.since && a.fact === b.fact
  if (before.length === list.length && list.every((component, index) => same(before[index], component))) return before
  return list.map((component, index) => {
    const old = before[index]
    return old && same(old, component) ? old : component
  })
}
