import { maxScore } from './framework.ts'
import { allocatableOf, countedOf, isExtended, requestOf, type ScoredResource } from './node-resources.ts'
import type { NodeState } from './node-state.ts'
import type { Demand } from './pod-requests.ts'

/** NodeResourcesFit's scoringStrategy, as in KubeSchedulerConfiguration. */
export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio'
  readonly resources: readonly ScoredResource[]
  readonly requestedToCapacityRatio?: { readonly shape: readonly ShapePoint[] }
}

/** A point of the utilisation curve: per cent in, 0 … 10 out. */
export interface ShapePoint {
  readonly utilization: number
  readonly score: number
}

/** The scores of nodes for what pods ask by a strategy. */
export function allocationScore(strategy: ScoringStrategy): (demand: Demand) => (node: NodeState) => number {
  if (strategy.type === 'LeastAllocated' && isDefault(strategy.resources)) return (demand) => (node) => leastOfTwo(demand, node)
  return (demand) => {
    // Of extended resources those count that the pod asks for.
    const resources = strategy.resources.filter(({ name }) => !isExtended(name) || requestOf(demand, name) > 0)
    return scoreBy(strategy, resources, demand)
  }
}

function scoreBy({ type, requestedToCapacityRatio }: ScoringStrategy, resources: readonly ScoredResource[], demand: Demand): (node: NodeState) => number {
  switch (type) {
    case 'LeastAllocated':
      return (node) => weighted(resources, demand, node, leastRequested, Math.floor)
    case 'MostAllocated':
      return (node) => weighted(resources, demand, node, mostRequested, Math.floor)
    case 'RequestedToCapacityRatio': {
      const shape = (requestedToCapacityRatio?.shape ?? []).map(({ utilization, score }) => ({ utilization, score: score * (maxScore / 10) }))
      const curve = (requested: number, capacity: number): number =>
        capacity === 0 || requested > capacity ? along(shape, 100) : along(shape, Math.floor((requested * 100) / capacity))
      return (node) => weighted(resources, demand, node, curve, roundHalfUp, true)
    }
  }
}

function isDefault(resources: readonly ScoredResource[]): boolean {
  return resources.length === 2 && resources[0]!.name === 'cpu' && resources[1]!.name === 'memory' && resources.every(({ weight }) => weight === 1)
}

/** The default strategy without a list: this runs for every pod. */
function leastOfTwo(demand: Demand, { cpu, memory, countedCpu, countedMemory }: NodeState): number {
  const ofCpu = cpu === 0 ? 0 : leastRequested(countedCpu + demand.countedCpu, cpu)
  const ofMemory = memory === 0 ? 0 : leastRequested(countedMemory + demand.countedMemory, memory)
  // What a node has nothing of does not weigh.
  return cpu === 0 || memory === 0 ? ofCpu + ofMemory : Math.floor((ofCpu + ofMemory) / 2)
}

type Curve = (requested: number, capacity: number) => number

/** `onlyPositive`: a resource that scores nothing does not weigh either. */
function weighted(resources: readonly ScoredResource[], demand: Demand, node: NodeState, curve: Curve, round: (mean: number) => number, onlyPositive = false): number {
  let sum = 0
  let weights = 0
  for (const { name, weight } of resources) {
    const allocatable = allocatableOf(node, name)
    if (allocatable === 0) continue
    const score = curve(countedOf(node, demand, name), allocatable)
    if (onlyPositive && score <= 0) continue
    sum += score * weight
    weights += weight
  }
  return weights === 0 ? 0 : round(sum / weights)
}

function leastRequested(requested: number, capacity: number): number {
  return requested > capacity ? 0 : Math.floor(((capacity - requested) * maxScore) / capacity)
}

function mostRequested(requested: number, capacity: number): number {
  return Math.floor((Math.min(requested, capacity) * maxScore) / capacity)
}

/** The broken line through the points, in whole numbers, truncated as Go divides. */
function along(shape: readonly ShapePoint[], utilization: number): number {
  for (let at = 0; at < shape.length; at += 1) {
    const point = shape[at]!
    if (utilization > point.utilization) continue
    if (at === 0) return point.score
    const before = shape[at - 1]!
    return before.score + Math.trunc(((point.score - before.score) * (utilization - before.utilization)) / (point.utilization - before.utilization))
  }
  return shape.at(-1)?.score ?? 0
}

function roundHalfUp(mean: number): number {
  return Math.floor(mean + 0.5)
}
