// Upstream: pkg/kubelet/kubelet_node_status.go, nodestatus/setters.go, cm/node_container_manager (v1.36). Left out: volumes in use, features, swap.
import type { Node, NodeCondition, NodeStatus, NodeSystemInfo, Taint } from '../api/generated/types.ts'
import { formatQuantity, milliValue, wholeValue } from '../api/quantity.ts'
import type { CachedImage } from '../runtime/node-disk.ts'
import { kubeletConstants, type KubeletFlags } from './flags.ts'

/** The sizes of huge pages that machines have. */
export type HugePages = 'hugepages-1Gi' | 'hugepages-2Mi'

/** The machine a kubelet runs on. */
export interface Machine {
  readonly cpu: string
  readonly memory: string
  readonly pods?: number
  readonly ephemeralStorage?: string
  /** Memory set aside as huge pages. */
  readonly hugePages?: Readonly<Partial<Record<HugePages, string>>>
  readonly zone?: string
  readonly ip: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  /** Address range of its pods, where the node's object does not tell. */
  readonly podCIDR?: string
  readonly osImage?: string
}

/** Amounts in the units of the arithmetic: thousandths of a CPU, bytes, pods. */
export interface Amounts {
  readonly cpuMilli: number
  readonly memory: number
  readonly 'ephemeral-storage'?: number
  readonly pods?: number
  readonly 'hugepages-1Gi'?: number
  readonly 'hugepages-2Mi'?: number
}

/** What pods may have: capacity less reservations and hard eviction thresholds, never below nothing; huge pages are no memory. */
function allocatableOf(capacity: Amounts, reserved: readonly Partial<Amounts>[], evictionHard: Partial<Amounts>): Amounts {
  const less = (name: 'cpuMilli' | 'memory' | 'ephemeral-storage', amount: number) => Math.max(0, reserved.reduce((left, part) => left - (part[name] ?? 0), amount) - (evictionHard[name] ?? 0))
  const { 'ephemeral-storage': storage, 'hugepages-1Gi': large = 0, 'hugepages-2Mi': small = 0 } = capacity
  return {
    cpuMilli: less('cpuMilli', capacity.cpuMilli),
    memory: Math.max(0, less('memory', capacity.memory) - large - small),
    ...(large > 0 && { 'hugepages-1Gi': large }),
    ...(small > 0 && { 'hugepages-2Mi': small }),
    ...(storage !== undefined && { 'ephemeral-storage': less('ephemeral-storage', storage) }),
    ...(capacity.pods !== undefined && { pods: capacity.pods }),
  }
}

/** `cpu=100m,memory=500Mi` as amounts. */
function reservationOf(text: string): Partial<Amounts> {
  const parts = new Map(text.split(',').filter((part) => part !== '').map((part) => part.split('=') as [string, string]))
  return {
    ...(parts.has('cpu') && { cpuMilli: milliValue(parts.get('cpu')!) }),
    ...(parts.has('memory') && { memory: wholeValue(parts.get('memory')!) }),
    ...(parts.has('ephemeral-storage') && { 'ephemeral-storage': wholeValue(parts.get('ephemeral-storage')!) }),
  }
}

/** The hard thresholds for memory and disk as amounts; a percentage is a 32-bit float, as upstream has it. */
function evictionAmounts(text: string, storage: number): Partial<Amounts> {
  const parts = new Map(text.split(',').filter((part) => part !== '').map((part) => part.split('<') as [string, string]))
  const amount = (value: string, of: number) => (value.endsWith('%') ? Math.floor(Math.fround(Number(value.slice(0, -1)) / 100) * of) : wholeValue(value))
  const memory = parts.get('memory.available')
  const disk = parts.get('nodefs.available')
  return { ...(memory !== undefined && { memory: amount(memory, 0) }), ...(disk !== undefined && { 'ephemeral-storage': amount(disk, storage) }) }
}

/** podsPerCore caps maxPods. */
function podCapacity({ maxPods, podsPerCore }: Pick<KubeletFlags, 'maxPods' | 'podsPerCore'>, cores: number): number {
  return podsPerCore > 0 ? Math.min(podsPerCore * cores, maxPods) : maxPods
}

/** Labels a kubelet gives its node; the machine's own win. */
export function nodeLabels(hostname: string, machine: Pick<Machine, 'zone' | 'labels'>): Readonly<Record<string, string>> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': hostname,
    'kubernetes.io/os': 'linux',
    ...(machine.zone !== undefined && { 'topology.kubernetes.io/region': 'local', 'topology.kubernetes.io/zone': machine.zone }),
    ...machine.labels,
  }
}

/** The node's conditions by type: reason and message for either status. */
export const nodeConditionTexts = {
  MemoryPressure: { False: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'], True: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'] },
  DiskPressure: { False: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'], True: ['KubeletHasDiskPressure', 'kubelet has disk pressure'] },
  PIDPressure: { False: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'], True: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'] },
} as const

/** The Ready condition: every failing check's message, in brackets when there are several. */
export function readyConditionOf(errors: readonly string[]): Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'> {
  if (errors.length === 0) return { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
  return { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]` }
}

/** What a node must have and has not: it cannot be ready. */
export function capacityErrors(capacity: Readonly<Record<string, string>>, { localStorageCapacityIsolation }: Pick<KubeletFlags, 'localStorageCapacityIsolation'>): readonly string[] {
  const required = ['cpu', 'memory', 'pods', ...(localStorageCapacityIsolation ? ['ephemeral-storage'] : [])]
  const missing = required.filter((resource) => capacity[resource] === undefined)
  return missing.length === 0 ? [] : [`missing node capacity for resources: ${missing.join(', ')}`]
}

export const networkNotReady = 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'

/** All four conditions at a time; transition times stay where a status stays. */
export function nodeConditions(old: readonly NodeCondition[], errors: readonly string[], now: string): NodeCondition[] {
  const pressures = (['MemoryPressure', 'DiskPressure', 'PIDPressure'] as const).map((type) => {
    const [reason, message] = nodeConditionTexts[type].False
    return { type, status: 'False', reason, message }
  })
  const own = [...pressures, readyConditionOf(errors)].map((condition): NodeCondition => {
    const before = old.find((candidate) => candidate.type === condition.type)
    const { type, status, reason, message } = condition
    return { type, status, lastHeartbeatTime: now, lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now, reason, message }
  })
  return [...old.filter((condition) => !own.some((mine) => mine.type === condition.type)), ...own]
}

const turned: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['MemoryPressure', new Map([['False', 'NodeHasSufficientMemory']])],
  ['DiskPressure', new Map([['False', 'NodeHasNoDiskPressure']])],
  ['PIDPressure', new Map([['False', 'NodeHasSufficientPID']])],
  ['Ready', new Map([['True', 'NodeReady'], ['False', 'NodeNotReady']])],
])

/** The reasons of the events about conditions that are not what they were: by whomever, so that a kubelet also tells what was held to be Unknown. */
export function turnedReasons(before: readonly NodeCondition[] = [], after: readonly NodeCondition[] = []): readonly string[] {
  return after.flatMap(({ type, status }) => {
    const reason = turned.get(type)?.get(status)
    const old = reason && before.find((condition) => condition.type === type)
    return old && old.status !== status ? [reason] : []
  })
}

/** At most 50 images, largest first, digests before tags. */
export function nodeImages(images: readonly CachedImage[], most: number): { readonly names: readonly string[]; readonly sizeBytes: number }[] {
  return listedImages(images.map((image) => ({ names: [`${image.name.replace(/[:@][^/]*$/, '')}@${image.digest}`, image.name], sizeBytes: image.sizeBytes })), most)
}

/** Sorts and cuts what is listed. */
export function listedImages(images: readonly { readonly names: readonly string[]; readonly sizeBytes: number }[], most: number): { readonly names: readonly string[]; readonly sizeBytes: number }[] {
  return [...images]
    .sort((a, b) => b.sizeBytes - a.sizeBytes || ((a.names[0] ?? '') < (b.names[0] ?? '') ? -1 : 1))
    .slice(0, most)
    .map((image) => ({ ...image, names: image.names.slice(0, kubeletConstants.maxNamesPerImage) }))
}

/** The addresses of a node without a cloud provider. */
export function nodeAddresses(ip: string, hostname: string): NonNullable<NodeStatus['addresses']> {
  return [{ type: 'InternalIP', address: ip }, { type: 'Hostname', address: hostname }]
}

/** What a machine has, as quantities: capacity and allocatable. */
export function nodeResources(machine: Machine, flags: KubeletFlags): Pick<NodeStatus, 'capacity' | 'allocatable'> & { readonly amounts: Amounts } {
  const storage = wholeValue(machine.ephemeralStorage ?? '100Gi')
  const cores = milliValue(machine.cpu) / 1000
  const capacity: Amounts = {
    cpuMilli: milliValue(machine.cpu),
    memory: wholeValue(machine.memory),
    ...(flags.localStorageCapacityIsolation && { 'ephemeral-storage': storage }),
    pods: podCapacity({ ...flags, maxPods: machine.pods ?? flags.maxPods }, cores),
    'hugepages-1Gi': wholeValue(machine.hugePages?.['hugepages-1Gi'] ?? '0'),
    'hugepages-2Mi': wholeValue(machine.hugePages?.['hugepages-2Mi'] ?? '0'),
  }
  const allocatable = allocatableOf(capacity, [reservationOf(flags.kubeReserved), reservationOf(flags.systemReserved)], evictionAmounts(flags.evictionHard, storage))
  return { capacity: asQuantities(capacity, true), allocatable: asQuantities(allocatable, false), amounts: allocatable }
}

function asQuantities(amounts: Amounts, isCapacity: boolean): Readonly<Record<string, string>> {
  // As the API server writes it too, or each comparison with what it has would find a change.
  const binary = (bytes = 0) => formatQuantity({ unscaled: BigInt(bytes), exponent: 0, format: 'BinarySI', isDecimal: false })
  const storage = amounts['ephemeral-storage']
  return {
    cpu: amounts.cpuMilli % 1000 === 0 ? String(amounts.cpuMilli / 1000) : `${amounts.cpuMilli}m`,
    // The capacity of the disk is told in binary units, what is left of it for pods in decimal ones.
    ...(storage !== undefined && { 'ephemeral-storage': isCapacity ? binary(storage) : formatQuantity({ unscaled: BigInt(storage), exponent: 0, format: 'DecimalSI', isDecimal: false }) }),
    'hugepages-1Gi': binary(amounts['hugepages-1Gi']),
    'hugepages-2Mi': binary(amounts['hugepages-2Mi']),
    memory: binary(amounts.memory),
    pods: String(amounts.pods ?? 0),
  }
}

/** nodeInfo: what the machine says of itself. */
export function nodeInfoOf({ machineId, bootId, kubelet, runtime, osImage }: { machineId: string; bootId: string; kubelet: string; runtime: string; osImage: string }): NodeSystemInfo {
  return {
    architecture: 'amd64',
    bootID: bootId,
    containerRuntimeVersion: runtime,
    kernelVersion: '6.12.63-kubarium',
    kubeProxyVersion: '',
    kubeletVersion: kubelet,
    machineID: machineId,
    operatingSystem: 'linux',
    osImage,
    systemUUID: machineId,
  }
}

/** True when two statuses tell the same; times of heartbeats do not count. */
export function sameNodeStatus(one: NodeStatus, other: NodeStatus, equal: (a: unknown, b: unknown) => boolean): boolean {
  const timeless = (status: NodeStatus) => ({ ...status, conditions: (status.conditions ?? []).map((condition) => ({ ...condition, lastHeartbeatTime: undefined })) })
  return equal(timeless(one), timeless(other))
}

/** The lease of a node as its kubelet writes it. */
export function leaseSpecOf(nodeName: string, leaseDurationSeconds: number, renewTime: string): { holderIdentity: string; leaseDurationSeconds: number; renewTime: string } {
  return { holderIdentity: nodeName, leaseDurationSeconds, renewTime }
}

/** The object a kubelet registers. */
export function initialNode(nodeName: string, machine: Machine, flags: KubeletFlags, status: NodeStatus): Omit<Node, 'metadata'> & { readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> } } {
  const taints = [...(machine.taints ?? []), ...(flags.registerSchedulable ? [] : [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const])]
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: nodeName, labels: nodeLabels(nodeName, machine), annotations: flags.enableControllerAttachDetach ? { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } : {} },
    spec: { ...(taints.length > 0 && { taints }), ...(flags.registerSchedulable ? {} : { unschedulable: true }), ...(machine.podCIDR !== undefined && { podCIDR: machine.podCIDR, podCIDRs: [machine.podCIDR] }) },
    status,
  }
}
