import type { Countdown, MachineState } from '../../bridge/protocol.ts'
import type { Node, Pod } from '../../sim/api/generated/types.ts'
import { parseTime } from '../../sim/api/time.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import { quantityNumber } from './format.ts'

/** What a machine's card says about it. */
export interface NodeStatusWord {
  readonly state: 'ready' | 'notReady' | 'unknown' | 'joining'
  /** When that began; null while it is as it should be. */
  readonly since: Millis | null
  readonly cordoned: boolean
  /** `MemoryPressure` …, those that hold. */
  readonly pressures: readonly string[]
  readonly power: 'on' | 'off'
  readonly cutOff: boolean
  readonly machineSince: Millis
  /** The lease that runs out, while that is worth showing. */
  readonly lease: Countdown | null
}

/** Pure: the words for a node and the machine behind it. `start` turns its timestamps into instants of the run; `isFaulty`: something on it is broken. */
export function nodeStatus(node: Node, machine: MachineState | undefined, countdowns: readonly Countdown[], start: number, isFaulty = false): NodeStatusWord {
  const ready = node.status.conditions?.find((condition) => condition.type === 'Ready')
  const state = !ready ? 'joining' : ready.status === 'True' ? 'ready' : ready.status === 'Unknown' ? 'unknown' : 'notReady'
  const changed = ready?.lastTransitionTime ? parseTime(ready.lastTransitionTime) : null
  const troubled = isFaulty || (machine !== undefined && (machine.power === 'off' || machine.network === 'cutOff'))
  return {
    state,
    since: state === 'ready' || changed === null ? null : changed - start,
    cordoned: node.spec.unschedulable === true,
    pressures: (node.status.conditions ?? []).filter((condition) => condition.type !== 'Ready' && condition.status === 'True').map((condition) => condition.type),
    power: machine?.power ?? 'on',
    cutOff: machine?.network === 'cutOff',
    machineSince: machine?.since ?? 0,
    lease: troubled && state === 'ready' ? (countdowns.find((countdown) => countdown.kind === 'notReady') ?? null) : null,
  }
}

/** Nobody hears of this node: what its pods are said to do is old news. */
export function isLost(node: Node | undefined): boolean {
  return node?.status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'Unknown') ?? false
}

/** What the pods of a node asked for, and what there is to give. */
export interface NodeLoad {
  readonly cpu: number
  readonly cpuTotal: number
  readonly memory: number
  readonly memoryTotal: number
}

/** The scheduler's arithmetic: requests, not use; pods that have ended count nothing, init containers count when they ask for more. */
export function nodeLoad(node: Node, pods: Iterable<Pod>): NodeLoad {
  let cpu = 0
  let memory = 0
  for (const pod of pods) {
    if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') continue
    cpu += podRequest(pod, 'cpu')
    memory += podRequest(pod, 'memory')
  }
  const total = node.status.allocatable ?? node.status.capacity ?? {}
  return { cpu, memory, cpuTotal: quantityNumber(total['cpu']), memoryTotal: quantityNumber(total['memory']) }
}

function podRequest(pod: Pod, resource: 'cpu' | 'memory'): number {
  let running = 0
  for (const container of pod.spec.containers) running += quantityNumber(container.resources.requests?.[resource])
  let largestInit = 0
  for (const container of pod.spec.initContainers ?? []) {
    const request = quantityNumber(container.resources.requests?.[resource])
    if (container.restartPolicy === 'Always') running += request
    else largestInit = Math.max(largestInit, request)
  }
  return Math.max(running, largestInit)
}

/** The control plane's machines have a card of their own kind. */
export function isControlPlane(node: Node): boolean {
  return node.metadata.labels?.['node-role.kubernetes.io/control-plane'] !== undefined
}

/** The zone of a node; '' when it has none. */
export function zoneOf(node: Node): string {
  return node.metadata.labels?.['topology.kubernetes.io/zone'] ?? ''
}
