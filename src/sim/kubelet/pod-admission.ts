// Upstream: pkg/kubelet/lifecycle/predicate.go, kubelet.go canAdmitPod (v1.36). Left out: topology and device managers.
import type { Node, Pod } from '../api/generated/types.ts'
import { matchRequiredNodeAffinity } from '../api/node-affinity.ts'
import { milliValue, wholeValue } from '../api/quantity.ts'
import { tolerates } from '../api/taints.ts'
import { isSidecar } from './restart-policy.ts'
import type { Amounts } from './node-status.ts'

/** Why a pod is refused: its status gets the reason, and the message behind "Pod was rejected: ". */
export interface Rejection {
  readonly reason: string
  readonly message: string
  /** Nothing but room is missing, and the pod is one for which room is made. */
  readonly lacks?: readonly Lack[]
}

/** What the admitted pods of a node have taken. */
export interface Usage {
  readonly cpuMilli: number
  readonly memory: number
  readonly 'ephemeral-storage': number
  readonly pods: number
}

/** How much of a resource is missing for a pod to fit. */
export interface Lack {
  readonly resource: keyof Usage
  readonly amount: number
}

export const noUsage: Usage = { cpuMilli: 0, memory: 0, 'ephemeral-storage': 0, pods: 0 }

/** What one pod asks for; of replicas, which share their containers, it is worked out once. */
export function usageOf(pod: Pod): Usage {
  const { containers, initContainers, resources, overhead } = pod.spec
  if (initContainers || resources || overhead) return countUsage(pod)
  let usage = usages.get(containers)
  if (!usage) usages.set(containers, (usage = countUsage(pod)))
  return usage
}

const usages = new WeakMap<object, Usage>()

function countUsage(pod: Pod): Usage {
  return { cpuMilli: requestOf(pod, 'cpu', milliValue), memory: requestOf(pod, 'memory', wholeValue), 'ephemeral-storage': requestOf(pod, 'ephemeral-storage', wholeValue), pods: 1 }
}

export function addUsage(one: Usage, other: Usage, sign: 1 | -1 = 1): Usage {
  return {
    cpuMilli: one.cpuMilli + sign * other.cpuMilli,
    memory: one.memory + sign * other.memory,
    'ephemeral-storage': one['ephemeral-storage'] + sign * other['ephemeral-storage'],
    pods: one.pods + sign * other.pods,
  }
}

/** Refuses what does not fit on the node any more; the first reason found counts. null: admitted. For a critical pod `lacks` says what room must be made for it, when nothing else is against it. */
export function admitPod(pod: Pod, node: Node | undefined, others: readonly Pod[], used: Usage, allocatable: Amounts): Rejection | null {
  const os = osRefusal(pod)
  if (os) return os
  const shortages = shortagesOf(usageOf(pod), used, allocatable)
  const other = otherRefusal(pod, node, others)
  const shortage = shortages[0]
  if (!isCritical(pod) || !shortage) return shortage?.rejection ?? other
  return other ?? { ...shortage.rejection, lacks: shortages.map(({ lack }) => lack) }
}

/** The priority from which pods are critical (system-cluster-critical). */
export const systemCritical = 2_000_000_000

/** What the node's own work depends on: it is never refused for want of room. */
export function isCritical({ metadata, spec }: Pod): boolean {
  const { annotations = {} } = metadata
  const source = annotations['kubernetes.io/config.source']
  return (source !== undefined && source !== 'api') || annotations['kubernetes.io/config.mirror'] !== undefined || (spec.priority ?? 0) >= systemCritical
}

/** All nodes run Linux. */
function osRefusal({ metadata, spec }: Pod): Rejection | null {
  const label = metadata.labels?.['kubernetes.io/os']
  if (label !== undefined && label !== 'linux') return { reason: 'PodOSSelectorNodeLabelDoesNotMatch', message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label" }
  if (spec.os && spec.os.name !== 'linux') return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" }
  return null
}

function otherRefusal(pod: Pod, node: Node | undefined, others: readonly Pod[]): Rejection | null {
  if (node && !matchesNode(pod, node)) return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector")
  if (hostPortsOf(pod).some((port) => others.some((other) => hostPortsOf(other).some((taken) => conflicts(port, taken))))) return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports")
  const noExecute = node?.spec.taints?.find((taint) => taint.effect === 'NoExecute' && !(pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint)))
  return noExecute ? predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate") : null
}

function matchesNode(pod: Pod, node: Node): boolean {
  return matchRequiredNodeAffinity(pod.spec, { name: node.metadata.name, labels: node.metadata.labels ?? {} }).matches
}

function shortagesOf(wanted: Usage, used: Usage, allocatable: Amounts): readonly { readonly rejection: Rejection; readonly lack: Lack }[] {
  const capacities: Usage = { pods: allocatable.pods ?? 110, cpuMilli: allocatable.cpuMilli, memory: allocatable.memory, 'ephemeral-storage': allocatable['ephemeral-storage'] ?? Number.MAX_SAFE_INTEGER }
  return checked.filter((resource) => wanted[resource] > 0 && wanted[resource] > capacities[resource] - used[resource]).map((resource) => {
    const [requested, taken, capacity, name] = [wanted[resource], used[resource], capacities[resource], resource === 'cpuMilli' ? 'cpu' : resource]
    const message = `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${taken}, capacity: ${capacity}`
    return { rejection: { reason: `OutOf${name}`, message }, lack: { resource, amount: requested - (capacity - taken) } }
  })
}

const checked = ['pods', 'cpuMilli', 'memory', 'ephemeral-storage'] as const

function predicate(reason: string, why: string): Rejection {
  return { reason, message: `Predicate ${reason} failed: ${why}` }
}

/** Main containers and sidecars together, or the greatest init container with the sidecars before it, and the overhead. */
function requestOf(pod: Pod, name: string, valueOf: (text: string) => number): number {
  const { spec } = pod
  const of = (requests: Readonly<Record<string, string>> | undefined) => {
    const text = requests?.[name]
    return text === undefined ? 0 : valueOf(text)
  }
  const podLevel = spec.resources?.requests?.[name]
  if (podLevel !== undefined) return valueOf(podLevel) + of(spec.overhead)
  let main = 0
  for (const container of spec.containers) main += of(container.resources?.requests)
  let sidecars = 0
  let greatest = 0
  for (const container of spec.initContainers ?? []) {
    const request = of(container.resources?.requests)
    if (isSidecar(container)) sidecars += request
    greatest = Math.max(greatest, isSidecar(container) ? sidecars : sidecars + request)
  }
  return Math.max(main + sidecars, greatest) + of(spec.overhead)
}

interface HostPort {
  readonly port: number
  readonly protocol: string
  readonly ip: string
}

function hostPortsOf(pod: Pod): HostPort[] {
  const taken: HostPort[] = []
  for (const { ports = [] } of pod.spec.containers) {
    for (const { hostPort, protocol, hostIP } of ports) if (hostPort) taken.push({ port: hostPort, protocol, ip: hostIP || '0.0.0.0' })
  }
  return taken
}

function conflicts(one: HostPort, other: HostPort): boolean {
  return one.port === other.port && one.protocol === other.protocol && (one.ip === other.ip || one.ip === '0.0.0.0' || other.ip === '0.0.0.0')
}
