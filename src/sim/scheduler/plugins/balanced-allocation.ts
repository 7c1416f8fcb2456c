import type { ScorePlugin } from '../framework.ts'
import { allocatableOf, isExtended, requestOf, usedOf, type ScoredResource } from '../node-resources.ts'
import type { NodeState } from '../node-state.ts'
import type { Demand } from '../pod-requests.ts'

/** Prefers nodes whose shares of the resources in use come closer together with the pod than without it (the 1.36 formula). */
export function balancedAllocation(resources: readonly ScoredResource[]): ScorePlugin {
  const names = resources.map(({ name }) => name)
  const areTwo = names.length === 2 && names[0] === 'cpu' && names[1] === 'memory'
  return {
    name: 'NodeResourcesBalancedAllocation',
    weight: 1,
    isAboutRoom: true,

    preScore(pod) {
      const { demand } = pod
      if (areTwo) return demand.cpu === 0 && demand.memory === 0 ? null : { asks: [demand], keyOf: (node) => scoreOfTwo(demand, node) }
      if (names.every((name) => requestOf(demand, name) === 0)) return null
      const counted = names.filter((name) => !isExtended(name) || requestOf(demand, name) > 0)
      return { asks: [demand], keyOf: (node) => gain(balance(node, demand, counted), balance(node, null, counted)) }
    },
  }
}

/** How much better (above 75) or worse the balance gets, from 50 to 100. */
function gain(withPod: number, withoutPod: number): number {
  return 50 + Math.floor((50 + withPod - withoutPod) / 2)
}

/** The default resources without a list: this runs for every pod. */
function scoreOfTwo(demand: Demand, { cpu, memory, usedCpu, usedMemory }: NodeState): number {
  if (cpu === 0 || memory === 0) return gain(100, 100)
  return gain(twoBalanced((usedCpu + demand.cpu) / cpu, (usedMemory + demand.memory) / memory), twoBalanced(usedCpu / cpu, usedMemory / memory))
}

function twoBalanced(cpu: number, memory: number): number {
  const deviation = Math.abs((Math.min(cpu, 1) - Math.min(memory, 1)) / 2)
  return Math.floor((1 - deviation) * 100)
}

function balance(node: NodeState, demand: Demand | null, names: readonly string[]): number {
  const shares: number[] = []
  let total = 0
  for (const name of names) {
    const allocatable = allocatableOf(node, name)
    if (allocatable === 0) continue
    const share = Math.min((usedOf(node, name) + (demand ? requestOf(demand, name) : 0)) / allocatable, 1)
    shares.push(share)
    total += share
  }
  if (shares.length === 2) return twoBalanced(shares[0]!, shares[1]!)
  if (shares.length < 2) return 100
  const mean = total / shares.length
  const squares = shares.reduce((sum, share) => sum + (share - mean) * (share - mean), 0)
  return Math.floor((1 - Math.sqrt(squares / shares.length)) * 100)
}
