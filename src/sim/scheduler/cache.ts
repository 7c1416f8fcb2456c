import type { Node, Pod } from '../api/generated/types.ts'
import { ImageColumns, type ImageColumn } from './image-columns.ts'
import { NodeChanges } from './node-changes.ts'
import { amountsOfNode, NodeState } from './node-state.ts'
import type { PodState } from './pod-state.ts'
import { SelectorCounts, type CountedSelector } from './selector-counts.ts'
import { TopologyColumns, type TopologyColumn } from './topology-columns.ts'

/** What the scheduler believes about the nodes and what runs on them, kept up to date change by change (upstream: backend/cache). */
export class Cache {
  private readonly byName = new Map<string, NodeState>()
  private readonly bySlot: (NodeState | undefined)[] = []
  private readonly freeSlots: number[] = []
  /** The numbers of all nodes, by slot. */
  private amounts = new Float64Array(16 * amountsOfNode)
  private readonly podOf = new Map<string, PodState>()
  /** Few of the many: whether a pod is one of them is asked often. */
  private readonly assumed = new Set<string>()
  private readonly counts = new SelectorCounts()
  private readonly withAffinity = new Set<NodeState>()
  private readonly images = new ImageColumns()
  private readonly topology = new TopologyColumns()
  private readonly cordoned = new Set<NodeState>()
  private ordered: readonly NodeState[] | null = null
  private slotsInOrder = new Int32Array(0)
  /** Nodes that became different themselves. */
  readonly nodeChanges = new NodeChanges()
  /** The same, and those where pods came or went. */
  readonly roomChanges = new NodeChanges()

  /** The nodes there are, dealt zone by zone: the order in which they are tried. */
  get nodes(): readonly NodeState[] {
    return (this.ordered ??= this.order())
  }

  /** Their slots, in the same order. */
  get slots(): Int32Array {
    this.ordered ??= this.order()
    return this.slotsInOrder
  }

  node(name: string): NodeState | undefined {
    const state = this.byName.get(name)
    return state?.node ? state : undefined
  }

  nodeAt(slot: number): NodeState | undefined {
    return this.bySlot[slot]
  }

  /** Nodes with a pod that has affinity or anti-affinity of any sort, in the order they came to have one. */
  get nodesWithAffinity(): ReadonlySet<NodeState> {
    return this.withAffinity
  }

  get hasCordonedNodes(): boolean {
    return this.cordoned.size > 0
  }

  /** Where an image is; undefined: nowhere. */
  image(name: string): ImageColumn | undefined {
    return this.images.of(name)
  }

  /** Per node slot, the number of its domain. Valid until the cache changes. */
  domains(topologyKey: string): TopologyColumn {
    return this.topology.of(topologyKey, this.bySlot)
  }

  /** Per node slot, how many living pods of the namespace the selector matches. */
  matching(namespace: string, selector: CountedSelector): Uint16Array {
    return this.counts.of(namespace, selector, this.bySlot)
  }

  /** Per domain, how many living pods of the namespace the selector matches. */
  matchingByDomain(namespace: string, selector: CountedSelector, topologyKey: string): Int32Array {
    return this.counts.sumsOf(namespace, selector, topologyKey, this.domains(topologyKey), this.bySlot)
  }

  setNode(node: Node): void {
    const state = this.stateOf(node.metadata.name)
    const before = state.node
    this.images.replace(state.slot, before?.status?.images, node.status?.images)
    state.setNode(node)
    this.nodeChanges.add(state.position)
    this.roomChanges.add(state.position)
    if (state.unschedulable) this.cordoned.add(state)
    else this.cordoned.delete(state)
    if (before && before.metadata.labels === node.metadata.labels) return
    this.topology.forget()
    if (!before || zoneOf(before.metadata.labels) !== zoneOf(node.metadata.labels)) this.ordered = null
  }

  removeNode(name: string): void {
    const state = this.byName.get(name)
    if (!state) return
    this.images.replace(state.slot, state.node?.status?.images)
    state.setNode(null)
    this.cordoned.delete(state)
    this.topology.forget()
    this.ordered = null
    this.dropIfEmpty(state)
  }

  /** Reserves room on a node before the API server has heard of the binding. */
  assume(pod: PodState, node: NodeState): void {
    this.put(pod, node)
    this.assumed.add(pod.uid)
  }

  /** Gives up what was assumed: the binding failed. */
  forget(pod: PodState): void {
    if (this.assumed.delete(pod.uid)) this.take(pod.uid)
  }

  isAssumed(uid: string): boolean {
    return this.assumed.has(uid)
  }

  pod(uid: string): PodState | undefined {
    return this.podOf.get(uid)
  }

  /** A pod that has a node was seen, new or changed: what was assumed of it is now known. */
  setPod(pod: PodState, nodeName: string): void {
    this.assumed.delete(pod.uid)
    this.take(pod.uid)
    this.put(pod, this.stateOf(nodeName))
  }

  /** What was assumed of a pod has come to pass. */
  confirm(assumed: PodState, pod: Pod): void {
    this.assumed.delete(assumed.uid)
    assumed.pod = pod
  }

  removePod(uid: string): void {
    this.assumed.delete(uid)
    this.take(uid)
  }

  private order(): readonly NodeState[] {
    const ordered = zoneByZone([...this.byName.values()].filter(({ node }) => node !== null))
    ordered.forEach((node, at) => (node.position = at))
    this.slotsInOrder = Int32Array.from(ordered, ({ slot }) => slot)
    return ordered
  }

  private put(pod: PodState, node: NodeState): void {
    node.addPod(pod)
    this.roomChanges.add(node.position)
    pod.node = node
    this.podOf.set(pod.uid, pod)
    this.counts.podAdded(pod, node.slot)
    if (node.podsWithAffinity > 0) this.withAffinity.add(node)
  }

  private take(uid: string): void {
    const pod = this.podOf.get(uid)
    const node = pod?.node
    if (!pod || !node) return
    this.podOf.delete(uid)
    pod.node = null
    node.removePod(pod)
    this.roomChanges.add(node.position)
    this.counts.podRemoved(pod, node.slot)
    if (node.podsWithAffinity === 0) this.withAffinity.delete(node)
    this.dropIfEmpty(node)
  }

  /** A pod may be seen before its node: the node then exists in name only. */
  private stateOf(name: string): NodeState {
    const known = this.byName.get(name)
    if (known) return known
    const slot = this.freeSlots.pop() ?? this.bySlot.length
    const state = new NodeState(name, slot)
    this.byName.set(name, state)
    this.bySlot[slot] = state
    if (this.amounts.length < (slot + 1) * amountsOfNode) {
      this.amounts = new Float64Array(this.amounts.length * 2)
      for (const each of this.byName.values()) each.moveTo(this.amounts)
    } else state.moveTo(this.amounts)
    return state
  }

  private dropIfEmpty(state: NodeState): void {
    if (state.node || state.pods.length > 0) return
    this.byName.delete(state.name)
    this.bySlot[state.slot] = undefined
    this.freeSlots.push(state.slot)
  }
}

/** Upstream: component-helpers GetZoneKey: region and zone together. */
function zoneOf(labels: Readonly<Record<string, string>> | undefined): string {
  if (!labels) return ''
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? ''
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? ''
  return region || zone ? `${region}:\0:${zone}` : ''
}

/** One node of each zone in turn, zones and nodes in the order they came (upstream: node_tree.go). */
function zoneByZone(nodes: readonly NodeState[]): readonly NodeState[] {
  const zones = new Map<string, NodeState[]>()
  for (const node of nodes) {
    const zone = zoneOf(node.labels)
    const members = zones.get(zone)
    if (members) members.push(node)
    else zones.set(zone, [node])
  }
  if (zones.size === 1) return nodes
  const lists = [...zones.values()]
  const ordered: NodeState[] = []
  for (let turn = 0; ordered.length < nodes.length; turn += 1) {
    for (const list of lists) if (turn < list.length) ordered.push(list[turn]!)
  }
  return ordered
}
