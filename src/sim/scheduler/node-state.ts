import type { Node, Taint } from '../api/generated/types.ts'
import { milliValue, wholeValue } from '../api/quantity.ts'
import type { Labels } from '../api/objects.ts'
import type { HostPort } from './host-ports.ts'
import type { PodState } from './pod-state.ts'

const noLabels: Labels = {}
const noTaints: readonly Taint[] = []
const noAmounts: ReadonlyMap<string, number> = new Map()
const megabyte = 1024 * 1024

/** What a pod without a request of its own counts as in the scores (upstream: DefaultMilliCPURequest, DefaultMemoryRequest). */
export const unstatedRequest = { cpu: 100, memory: 200 * megabyte }

/** How many numbers a node has. */
export const amountsOfNode = 9
/** Where each stands. */
const [cpuAt, memoryAt, ephemeralAt, podLimitAt, usedCpuAt, usedMemoryAt, usedEphemeralAt, countedCpuAt, countedMemoryAt] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const

/**
 * One node as the scheduler counts it: plain numbers that change with every pod that comes and goes (upstream: framework.NodeInfo).
 * They are asked of every node for every pod, so the cache keeps those of all nodes in one array.
 */
export class NodeState {
  private amounts: Float64Array
  private row: number
  /** Its place in the cache's table of nodes: the index of per-node columns. */
  readonly slot: number
  /** Its place among the nodes that can be tried. */
  position = 0
  /** NoSchedule and NoExecute. */
  hardTaints: readonly Taint[] = noTaints
  softTaints: readonly Taint[] = noTaints
  /** In the order they came. */
  readonly pods: PodState[] = []
  labels: Labels = noLabels
  unschedulable = false
  readonly name: string
  node: Node | null = null
  extended: ReadonlyMap<string, number> = noAmounts
  usedExtended: ReadonlyMap<string, number> = noAmounts
  podsWithPorts = 0
  podsWithAffinity = 0
  podsWithRequiredAntiAffinity = 0

  constructor(name: string, slot: number) {
    this.name = name
    this.slot = slot
    this.amounts = new Float64Array(amountsOfNode)
    this.row = 0
  }

  /** From here on its numbers stand in this array, in the row of its slot. */
  moveTo(amounts: Float64Array): void {
    const row = this.slot * amountsOfNode
    for (let at = 0; at < amountsOfNode; at += 1) amounts[row + at] = this.amounts[this.row + at]!
    this.amounts = amounts
    this.row = row
  }

  get cpu(): number {
    return this.amounts[this.row + cpuAt]!
  }

  get memory(): number {
    return this.amounts[this.row + memoryAt]!
  }

  get ephemeral(): number {
    return this.amounts[this.row + ephemeralAt]!
  }

  get podLimit(): number {
    return this.amounts[this.row + podLimitAt]!
  }

  get usedCpu(): number {
    return this.amounts[this.row + usedCpuAt]!
  }

  get usedMemory(): number {
    return this.amounts[this.row + usedMemoryAt]!
  }

  get usedEphemeral(): number {
    return this.amounts[this.row + usedEphemeralAt]!
  }

  /** Used, with the stand-in numbers for pods that state no request. */
  get countedCpu(): number {
    return this.amounts[this.row + countedCpuAt]!
  }

  get countedMemory(): number {
    return this.amounts[this.row + countedMemoryAt]!
  }

  setNode(node: Node | null): void {
    const before = this.node
    this.node = node
    if (!node) return
    this.labels = node.metadata.labels ?? noLabels
    this.unschedulable = node.spec?.unschedulable === true
    const taints = node.spec?.taints ?? noTaints
    this.hardTaints = taints.length === 0 ? noTaints : taints.filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
    this.softTaints = taints.length === 0 ? noTaints : taints.filter(({ effect }) => effect === 'PreferNoSchedule')
    if (!before || before.status?.allocatable !== node.status?.allocatable) this.readAllocatable(node)
  }

  addPod(pod: PodState): void {
    this.pods.push(pod)
    this.count(pod, 1)
  }

  removePod(pod: PodState): void {
    const at = this.pods.findIndex(({ uid }) => uid === pod.uid)
    const held = this.pods[at]
    if (!held) return
    this.pods.splice(at, 1)
    this.count(held, -1)
  }

  /** A copy to try things on: preemption takes pods away from it. */
  clone(): NodeState {
    const copy = new NodeState(this.name, this.slot)
    const { amounts, row, position, node, labels, unschedulable, hardTaints, softTaints, extended, usedExtended, podsWithPorts, podsWithAffinity, podsWithRequiredAntiAffinity } = this
    copy.amounts.set(amounts.subarray(row, row + amountsOfNode))
    copy.pods.push(...this.pods)
    return Object.assign(copy, { position, node, labels, unschedulable, hardTaints, softTaints, extended, usedExtended, podsWithPorts, podsWithAffinity, podsWithRequiredAntiAffinity })
  }

  /** The ports that its pods hold. */
  *heldPorts(): Iterable<readonly HostPort[]> {
    for (const pod of this.pods) if (pod.ports.length > 0) yield pod.ports
  }

  private count(pod: PodState, by: 1 | -1): void {
    const { amounts, row } = this
    const { demand } = pod
    amounts[row + usedCpuAt]! += by * demand.cpu
    amounts[row + usedMemoryAt]! += by * demand.memory
    amounts[row + usedEphemeralAt]! += by * demand.ephemeral
    amounts[row + countedCpuAt]! += by * demand.countedCpu
    amounts[row + countedMemoryAt]! += by * demand.countedMemory
    if (demand.extended.size > 0) this.countExtended(demand.extended, by)
    if (pod.ports.length > 0) this.podsWithPorts += by
    if (pod.affinity.isEmpty) return
    this.podsWithAffinity += by
    if (pod.affinity.requiredAnti.length > 0) this.podsWithRequiredAntiAffinity += by
  }

  private countExtended(amounts: ReadonlyMap<string, number>, by: 1 | -1): void {
    const used = new Map(this.usedExtended)
    for (const [resource, amount] of amounts) used.set(resource, (used.get(resource) ?? 0) + by * amount)
    this.usedExtended = used
  }

  private readAllocatable(node: Node): void {
    const { amounts, row } = this
    for (let at = cpuAt; at <= podLimitAt; at += 1) amounts[row + at] = 0
    let extended: Map<string, number> | null = null
    for (const [resource, quantity] of Object.entries(node.status?.allocatable ?? {})) {
      if (resource === 'cpu') amounts[row + cpuAt] = milliValue(quantity)
      else if (resource === 'memory') amounts[row + memoryAt] = wholeValue(quantity)
      else if (resource === 'ephemeral-storage') amounts[row + ephemeralAt] = wholeValue(quantity)
      else if (resource === 'pods') amounts[row + podLimitAt] = wholeValue(quantity)
      else (extended ??= new Map()).set(resource, wholeValue(quantity))
    }
    this.extended = extended ?? noAmounts
  }
}
