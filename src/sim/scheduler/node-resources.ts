import type { NodeState } from './node-state.ts'
import type { Demand } from './pod-requests.ts'

/** A resource that a score looks at, and how much it counts. */
export interface ScoredResource {
  readonly name: string
  readonly weight: number
}

export const cpuAndMemory: readonly ScoredResource[] = [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }]

/** Scalar resources: what a pod does not ask for is then nobody's business. */
export function isExtended(resource: string): boolean {
  return resource !== 'cpu' && resource !== 'memory' && resource !== 'ephemeral-storage'
}

/** Milli for cpu, whole units for the rest. */
export function requestOf(demand: Demand, resource: string): number {
  switch (resource) {
    case 'cpu':
      return demand.cpu
    case 'memory':
      return demand.memory
    case 'ephemeral-storage':
      return demand.ephemeral
    default:
      return demand.extended.get(resource) ?? 0
  }
}

export function allocatableOf(node: NodeState, resource: string): number {
  switch (resource) {
    case 'cpu':
      return node.cpu
    case 'memory':
      return node.memory
    case 'ephemeral-storage':
      return node.ephemeral
    default:
      return node.extended.get(resource) ?? 0
  }
}

export function usedOf(node: NodeState, resource: string): number {
  switch (resource) {
    case 'cpu':
      return node.usedCpu
    case 'memory':
      return node.usedMemory
    case 'ephemeral-storage':
      return node.usedEphemeral
    default:
      return node.usedExtended.get(resource) ?? 0
  }
}

/** Used as scores count it: pods that state no cpu or memory stand in with upstream's defaults. */
export function countedOf(node: NodeState, demand: Demand, resource: string): number {
  if (resource === 'cpu') return node.countedCpu + demand.countedCpu
  if (resource === 'memory') return node.countedMemory + demand.countedMemory
  return usedOf(node, resource) + requestOf(demand, resource)
}
