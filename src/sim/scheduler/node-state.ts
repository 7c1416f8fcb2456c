import type { Node, Taint } from '../api/generated/types.ts'
import { milliValue, wholeValue } from '../api/quantity.ts'
import type { Labels } from '../api/objects.ts'
import type { HostPort } from './host-ports.ts'
import type { PodState } from './pod-state.ts'

const noLabels: Labels = {}
const noTaints: readonly Taint[] = []
const megabyte = 1024 * 1024

/** What a pod without a request of its own counts as in the scores (upstream: DefaultMilliCPURequest, DefaultMemoryRequest). */
export const unstatedRequest = { cpu: 100, memory: 200 * megabyte }

/** One node as the scheduler counts it: plain numbers that change with every pod that comes and goes (upstream: framework.NodeInfo). */
export class NodeState {
  readonly name: string
  /** Its place in the cache's table of nodes: the index of per-node columns. */
  readonly slot: number
  /** Its place among the nodes that can be tried. */
  position = 0
  node: Node | null = null
  labels: Labels = noLabels
  unschedulable = false
  /** NoSchedule and NoExecute. */
  hardTaints: readonly Taint[] = noTaints
  softTaints: readonly Taint[] = noTaints
  images: ReadonlyMap<string, number> = new Map()

  cpu = 0
  memory = 0
  ephemeral = 0
  podLimit = 0
  extended: ReadonlyMap<string, number> = new Map()

  usedCpu = 0
  usedMemory = 0
  usedEphemeral = 0
  readonly usedExtended = new Map<string, number>()
  /** Used, with the stand-in numbers for pods that state no request. */
  countedCpu = 0
  countedMemory = 0

  readonly pods = new Map<string, PodState>()
  podsWithPorts = 0
  podsWithAffinity = 0
  podsWithRequiredAntiAffinity = 0

  constructor(name: string, slot: number) {
    this.name = name
    this.slot = slot
  }

  setNode(node: Node | null): void {
    this.node = node
    if (!node) return
    this.labels = node.metadata.labels ?? noLabels
    this.unschedulable = node.spec?.unschedulable === true
    const taints = node.spec?.taints ?? noTaints
    this.hardTaints = taints.length === 0 ? noTaints : taints.filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
    this.softTaints = taints.length === 0 ? noTaints : taints.filter(({ effect }) => effect === 'PreferNoSchedule')
    this.readAllocatable(node)
    this.readImages(node)
  }

  addPod(pod: PodState): void {
    this.pods.set(pod.uid, pod)
    this.count(pod, 1)
  }

  removePod(pod: PodState): void {
    const held = this.pods.get(pod.uid)
    if (!held) return
    this.pods.delete(pod.uid)
    this.count(held, -1)
  }

  /** A copy to try things on: preemption takes pods away from it. */
  clone(): NodeState {
    const copy = new NodeState(this.name, this.slot)
    copy.setNode(this.node)
    for (const pod of this.pods.values()) copy.addPod(pod)
    return copy
  }

  /** The ports that its pods hold. */
  *heldPorts(): Iterable<readonly HostPort[]> {
    for (const pod of this.pods.values()) if (pod.ports.length > 0) yield pod.ports
  }

  private count(pod: PodState, by: 1 | -1): void {
    this.usedCpu += by * pod.cpu
    this.usedMemory += by * pod.memory
    this.usedEphemeral += by * pod.ephemeral
    this.countedCpu += by * pod.countedCpu
    this.countedMemory += by * pod.countedMemory
    for (const [resource, amount] of pod.extended) this.usedExtended.set(resource, (this.usedExtended.get(resource) ?? 0) + by * amount)
    if (pod.ports.length > 0) this.podsWithPorts += by
    if (pod.affinity.isEmpty) return
    this.podsWithAffinity += by
    if (pod.affinity.requiredAnti.length > 0) this.podsWithRequiredAntiAffinity += by
  }

  private readAllocatable(node: Node): void {
    const allocatable = node.status?.allocatable ?? {}
    this.cpu = this.memory = this.ephemeral = this.podLimit = 0
    const extended = new Map<string, number>()
    for (const [resource, quantity] of Object.entries(allocatable)) {
      if (resource === 'cpu') this.cpu = milliValue(quantity)
      else if (resource === 'memory') this.memory = wholeValue(quantity)
      else if (resource === 'ephemeral-storage') this.ephemeral = wholeValue(quantity)
      else if (resource === 'pods') this.podLimit = wholeValue(quantity)
      else extended.set(resource, wholeValue(quantity))
    }
    this.extended = extended
  }

  private readImages(node: Node): void {
    const images = new Map<string, number>()
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) images.set(name, image.sizeBytes ?? 0)
    }
    this.images = images
  }
}
