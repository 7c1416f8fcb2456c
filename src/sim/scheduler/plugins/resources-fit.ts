import type { Node } from '../../api/generated/types.ts'
import type { FilterPlugin, PreparedFilter, Refusal, ScorePlugin } from '../framework.ts'
import { NodeState } from '../node-state.ts'
import type { PodState } from '../pod-state.ts'
import { demandOf, demandOfContainers, requestsFell, type Demand } from '../pod-requests.ts'
import { allocationScore, type ScoringStrategy } from '../scoring-strategy.ts'

const name = 'NodeResourcesFit'

/** Keeps pods to nodes with room for their requests, and by default prefers those with most of it left. */
export function resourcesFit(strategy: ScoringStrategy): FilterPlugin & ScorePlugin {
  const keyFor = allocationScore(strategy)
  return {
    name,
    weight: 1,
    isAboutRoom: true,
    events: [
      { resource: 'Pod', actions: ['Delete', 'UpdatePodScaleDown'], hint: (pod, event) => event.resource === 'Pod' && podHint(pod, event.old, event.new) },
      { resource: 'Node', actions: ['Add', 'UpdateNodeAllocatable'], hint: (pod, event) => event.resource === 'Node' && nodeHint(pod, event.old, event.new) },
    ],
    preFilter: (pod) => ({ kind: 'filter', filter: filterFor(pod) }),
    preScore({ pod, demand }) {
      // fit.go: the scorer is not told that the gate of pod-level resources is open.
      const scored = pod.spec.resources ? demandOfContainers(pod) : demand
      return { asks: [scored], keyOf: keyFor(scored) }
    },
  }
}

function filterFor({ demand }: PodState): PreparedFilter {
  const { cpu, memory, ephemeral, extended } = demand
  return {
    asks: demand,
    filter(node) {
      if (node.pods.length + 1 > node.podLimit) return refusalOf(demand, node)
      if (cpu > 0 && cpu > node.cpu - node.usedCpu) return refusalOf(demand, node)
      if (memory > 0 && memory > node.memory - node.usedMemory) return refusalOf(demand, node)
      if (ephemeral > 0 && ephemeral > node.ephemeral - node.usedEphemeral) return refusalOf(demand, node)
      return extended.size > 0 ? refusalOf(demand, node) : null
    },
  }
}

/** Refusals by their text: a full cluster refuses often, and always for the same few reasons. */
const known = new Map<string, Refusal>()

/** The refusal with all its reasons, or null when the pod fits after all. */
function refusalOf(pod: Demand, node: NodeState): Refusal | null {
  const reasons: string[] = []
  let unresolvable = false
  const check = (resource: string, request: number, allocatable: number, used: number): void => {
    if (request === 0 || request <= allocatable - used) return
    reasons.push(`Insufficient ${resource}`)
    if (request > allocatable) unresolvable = true
  }
  if (node.pods.length + 1 > node.podLimit) reasons.push('Too many pods')
  check('cpu', pod.cpu, node.cpu, node.usedCpu)
  check('memory', pod.memory, node.memory, node.usedMemory)
  check('ephemeral-storage', pod.ephemeral, node.ephemeral, node.usedEphemeral)
  for (const [resource, amount] of pod.extended) check(resource, amount, node.extended.get(resource) ?? 0, node.usedExtended.get(resource) ?? 0)
  if (reasons.length === 0) return null
  const text = `${unresolvable ? '!' : ''}${reasons.join('\n')}`
  const before = known.get(text)
  if (before) return before
  const refusal: Refusal = { plugin: name, code: unresolvable ? 'UnschedulableAndUnresolvable' : 'Unschedulable', reasons }
  if (known.size < 1_000) known.set(text, refusal)
  return refusal
}

type PodObject = PodState['pod']

function podHint(pod: PodState, old: PodObject | undefined, changed: PodObject | undefined): boolean {
  if (!old) return false
  if (!changed) return Boolean(old.spec.nodeName || old.status?.nominatedNodeName)
  if (changed.metadata.uid !== pod.uid && !changed.spec.nodeName) return false
  return requestsFell(demandOf(old), demandOf(changed), changed.metadata.uid === pod.uid ? null : pod.demand)
}

function nodeHint({ demand: pod }: PodState, old: Node | undefined, changed: Node | undefined): boolean {
  if (!changed) return false
  const after = emptyNode(changed)
  if (refusalOf(pod, after)) return false
  if (!old) return true
  const before = emptyNode(old)
  if (after.podLimit > before.podLimit) return true
  if (pod.cpu > 0 && after.cpu > before.cpu) return true
  if (pod.memory > 0 && after.memory > before.memory) return true
  if (pod.ephemeral > 0 && after.ephemeral > before.ephemeral) return true
  for (const resource of pod.extended.keys()) if ((after.extended.get(resource) ?? 0) > (before.extended.get(resource) ?? 0)) return true
  return false
}

/** Every waiting pod is asked about the same change of a node. */
const emptyNodes = new WeakMap<Node, NodeState>()

function emptyNode(node: Node): NodeState {
  let state = emptyNodes.get(node)
  if (state) return state
  state = new NodeState(node.metadata.name, 0)
  state.setNode(node)
  emptyNodes.set(node, state)
  return state
}
