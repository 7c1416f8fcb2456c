import type { Node } from '../api/generated/types.ts'
import { NodeState } from './node-state.ts'
import type { PodState } from './pod-state.ts'
import { SelectorCounts, type CountedSelector } from './selector-counts.ts'

/** What the scheduler believes about the nodes and what runs on them, kept up to date change by change (upstream: backend/cache). */
export class Cache {
  private readonly byName = new Map<string, NodeState>()
  private readonly bySlot: (NodeState | undefined)[] = []
  private readonly freeSlots: number[] = []
  private readonly nodeOf = new Map<string, { readonly state: PodState; readonly node: NodeState }>()
  private readonly assumed = new Set<string>()
  private readonly counts = new SelectorCounts()
  private readonly withAffinity = new Set<NodeState>()
  private readonly imageNodes = new Map<string, number>()
  private ordered: readonly NodeState[] | null = null

  /** The nodes there are, dealt zone by zone: the order in which they are tried. */
  get nodes(): readonly NodeState[] {
    return (this.ordered ??= this.order())
  }

  node(name: string): NodeState | undefined {
    const state = this.byName.get(name)
    return state?.node ? state : undefined
  }

  /** Nodes with a pod that has affinity or anti-affinity of any sort, in the order they came to have one. */
  get nodesWithAffinity(): ReadonlySet<NodeState> {
    return this.withAffinity
  }

  /** On how many nodes an image is. */
  nodesWithImage(image: string): number {
    return this.imageNodes.get(image) ?? 0
  }

  /** Per node slot, how many living pods of the namespace the selector matches. */
  matching(namespace: string, selector: CountedSelector): Int32Array {
    return this.counts.of(namespace, selector, this.bySlot)
  }

  setNode(node: Node): void {
    const state = this.stateOf(node.metadata.name)
    const before = state.node
    this.countImages(state, -1)
    state.setNode(node)
    this.countImages(state, 1)
    if (!before || zoneOf(before.metadata.labels) !== zoneOf(node.metadata.labels)) this.ordered = null
  }

  removeNode(name: string): void {
    const state = this.byName.get(name)
    if (!state) return
    this.countImages(state, -1)
    state.setNode(null)
    this.ordered = null
    this.dropIfEmpty(state)
  }

  /** Reserves room on a node before the API server has heard of the binding. */
  assume(pod: PodState, nodeName: string): void {
    this.put(pod, nodeName)
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
    return this.nodeOf.get(uid)?.state
  }

  /** A pod that has a node was seen, new or changed: what was assumed of it is now known. */
  setPod(pod: PodState, nodeName: string): void {
    this.assumed.delete(pod.uid)
    this.take(pod.uid)
    this.put(pod, nodeName)
  }

  removePod(uid: string): void {
    this.assumed.delete(uid)
    this.take(uid)
  }

  private order(): readonly NodeState[] {
    const ordered = zoneByZone([...this.byName.values()].filter(({ node }) => node !== null))
    ordered.forEach((node, at) => (node.position = at))
    return ordered
  }

  private put(pod: PodState, nodeName: string): void {
    const node = this.stateOf(nodeName)
    node.addPod(pod)
    this.nodeOf.set(pod.uid, { state: pod, node })
    this.counts.podAdded(pod, node.slot)
    if (node.podsWithAffinity > 0) this.withAffinity.add(node)
  }

  private take(uid: string): void {
    const held = this.nodeOf.get(uid)
    if (!held) return
    this.nodeOf.delete(uid)
    held.node.removePod(held.state)
    this.counts.podRemoved(held.state, held.node.slot)
    if (held.node.podsWithAffinity === 0) this.withAffinity.delete(held.node)
    this.dropIfEmpty(held.node)
  }

  /** A pod may be seen before its node: the node then exists in name only. */
  private stateOf(name: string): NodeState {
    const known = this.byName.get(name)
    if (known) return known
    const slot = this.freeSlots.pop() ?? this.bySlot.length
    const state = new NodeState(name, slot)
    this.byName.set(name, state)
    this.bySlot[slot] = state
    return state
  }

  private dropIfEmpty(state: NodeState): void {
    if (state.node || state.pods.size > 0) return
    this.byName.delete(state.name)
    this.bySlot[state.slot] = undefined
    this.freeSlots.push(state.slot)
  }

  private countImages(state: NodeState, by: 1 | -1): void {
    if (!state.node) return
    for (const image of state.images.keys()) this.imageNodes.set(image, (this.imageNodes.get(image) ?? 0) + by)
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
