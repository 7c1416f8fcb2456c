import type { Node, Pod } from '../../api/generated/types.ts'
import { sameTaints, type ClusterEvent } from '../cluster-event.ts'
import { labelOf, maxScore, skip, type FilterPlugin, type GroupedScore, type PreparedFilter, type PreparedScore, type Refusal, type ScorePlugin, type View } from '../framework.ts'
import type { FeasibleNodes } from '../feasible-nodes.ts'
import { LeastCount } from '../least-count.ts'
import { naturalLog } from '../natural-log.ts'
import type { NodeState } from '../node-state.ts'
import type { PodState } from '../pod-state.ts'
import { hasRequiredNodeAffinity } from '../required-node-affinity.ts'
import { nowhere, type TopologyColumn } from '../topology-columns.ts'
import { hasAllKeys, includesNode, labelsOfNode, spreadConstraintsOf, type SpreadConstraint } from '../topology-constraint.ts'

const name = 'PodTopologySpread'
const hostname = 'kubernetes.io/hostname'
const missingLabel: Refusal = {
  plugin: name,
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
}
const skewed: Refusal = { plugin: name, code: 'Unschedulable', reasons: ["node(s) didn't match pod topology spread constraints"] }

/** Upstream's systemDefaultConstraints: for pods without their own that a Service or a controller selects; they only score. */
const systemDefaults = [{ topologyKey: hostname, maxSkew: 3 }, { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 }]

/** Spreads pods over zones, nodes or any other label of nodes. */
export const topologySpread: FilterPlugin & ScorePlugin = {
  name,
  weight: 2,
  isAboutRoom: true,
  events: [
    { resource: 'Pod', actions: ['Add', 'UpdatePodLabel', 'Delete'], hint: (pod, event) => event.resource === 'Pod' && podHint(pod, event.old, event.new) },
    { resource: 'Node', actions: ['Add', 'Delete', 'UpdateNodeLabel', 'UpdateNodeTaint'], hint: nodeHint },
  ],

  preFilter(pod, view) {
    const constraints = spreadConstraintsOf(pod, 'DoNotSchedule')
    return constraints.length === 0 ? skip : { kind: 'filter', filter: new SpreadFilter(pod, constraints, countDomains(pod, constraints, view)) }
  },

  preScore(pod, view, feasible) {
    const own = (pod.pod.spec.topologySpreadConstraints ?? []).length > 0
    const constraints = own ? spreadConstraintsOf(pod, 'ScheduleAnyway') : defaultConstraints(pod, view)
    return constraints.length === 0 ? null : prepareScore(pod, constraints, own, view, feasible)
  },
}

type Domains = Map<string, number>

/** Per constraint, the matching pods in each domain that counts. */
function countDomains(pod: PodState, constraints: readonly SpreadConstraint[], { cache }: View): readonly Domains[] {
  const domains = constraints.map((): Domains => new Map())
  const columns = constraints.map(({ selector }) => (selector.text ? cache.matching(pod.namespace, selector) : null))
  for (const node of cache.nodes) {
    if (!hasAllKeys(node.labels, constraints)) continue
    for (let at = 0; at < constraints.length; at += 1) {
      const constraint = constraints[at]!
      if (!includesNode(constraint, pod, node)) continue
      const domain = node.labels[constraint.topologyKey]!
      domains[at]!.set(domain, (domains[at]!.get(domain) ?? 0) + (columns[at]?.[node.slot] ?? 0))
    }
  }
  return domains
}

class SpreadFilter implements PreparedFilter {
  /** How many matching pods each domain has, kept with the least of them. */
  private readonly domains: readonly LeastCount[]

  constructor(
    private readonly pod: PodState,
    private readonly constraints: readonly SpreadConstraint[],
    domains: readonly Domains[],
  ) {
    this.domains = domains.map((counts) => new LeastCount(counts))
  }

  filter(node: NodeState): Refusal | null {
    for (let at = 0; at < this.constraints.length; at += 1) {
      const constraint = this.constraints[at]!
      const domain = labelOf(node.labels, constraint.topologyKey)
      if (domain === undefined) return missingLabel
      const itself = constraint.selector.matches(this.pod.labels) ? 1 : 0
      const skew = this.domains[at]!.of(domain) + itself - this.leastOf(at)
      if (skew > constraint.maxSkew) return skewed
    }
    return null
  }

  addPod(pod: PodState, node: NodeState): void {
    this.change(pod, node, 1)
  }

  removePod(pod: PodState, node: NodeState): void {
    this.change(pod, node, -1)
  }

  private change(pod: PodState, node: NodeState, by: number): void {
    if (pod.namespace !== this.pod.namespace || pod.isTerminating || !hasAllKeys(node.labels, this.constraints)) return
    for (let at = 0; at < this.constraints.length; at += 1) {
      const constraint = this.constraints[at]!
      if (!constraint.selector.matches(pod.labels) || !includesNode(constraint, this.pod, node)) continue
      this.domains[at]!.add(node.labels[constraint.topologyKey]!, by)
    }
  }

  /** The global minimum: zero while there are fewer domains than minDomains. */
  private leastOf(at: number): number {
    const domains = this.domains[at]!
    return domains.size < this.constraints[at]!.minDomains ? 0 : domains.least
  }
}

const noConstraints: readonly SpreadConstraint[] = []
/** What was said last: pods of one owner come in a row. */
let latestDefaults = noConstraints

function defaultConstraints(pod: PodState, view: View): readonly SpreadConstraint[] {
  const selector = view.defaultSelector(pod)
  if (!selector) return noConstraints
  if (latestDefaults[0]?.selector === selector) return latestDefaults
  return (latestDefaults = systemDefaults.map(({ topologyKey, maxSkew }) => ({ topologyKey, maxSkew, minDomains: 1, selector, honoursAffinity: true, honoursTaints: false })))
}

/** What one constraint says of nodes: those in the same domain score alike, and so do those with equally many pods when every node is a domain. */
interface Part {
  readonly topology: TopologyColumn
  /** By the slot of the node when every node is a domain. */
  readonly counts: Uint16Array | null
  /** By domain otherwise. */
  readonly sums: Int32Array | null
  readonly weight: number
  readonly offset: number
  /** More than any digit that stands for a node. */
  readonly radix: number
}

/** What a constraint that selects nothing counts. */
const noPods = new Uint16Array(0)

/** By row, 1 for nodes that are left out; null: none is. */
type LeftOut = Uint8Array | null

/** `own`: nodes that lack a key are then left out; under the built-in constraints they are scored on the others. */
function prepareScore(pod: PodState, constraints: readonly SpreadConstraint[], own: boolean, view: View, feasible: FeasibleNodes): PreparedScore | GroupedScore {
  const { cache } = view
  const leftOut = own ? whichLack(constraints, feasible) : null
  const scored = leftOut ? leftOut.reduce((count, out) => count - out, feasible.length) : feasible.length
  const parts = constraints.map((constraint): Part => {
    const { selector, topologyKey, maxSkew } = constraint
    const topology = cache.domains(topologyKey)
    const offset = maxSkew - 1
    if (topologyKey === hostname) return { topology, counts: selector.text ? cache.matching(pod.namespace, selector) : noPods, sums: null, weight: naturalLog(scored + 2), offset, radix: 0x10001 }
    const sums = selector.text ? sumsFor(pod, constraint, view, own ? constraints : null) : new Int32Array(topology.size)
    return { topology, counts: null, sums, weight: naturalLog(domainsAmong(feasible, leftOut, topology, cache.slots) + 2), offset, radix: topology.size + 1 }
  })
  const { slots } = cache
  if (!leftOut && parts.reduce((product, { radix }) => product * radix, 1) <= Number.MAX_SAFE_INTEGER) return inGroups(parts)
  return {
    score({ positions }, raw) {
      for (let at = 0; at < raw.length; at += 1) {
        let score = 0
        if (leftOut?.[at] !== 1) for (const part of parts) score += scoreOf(part, digitOf(part, slots[positions[at]!]!))
        raw[at] = Math.floor(score + 0.5)
      }
    },
    normaliseHere: (raw, normalised) => normalise(raw, normalised, leftOut),
  }
}

/** The digits of a node make one number, that of the first part the lowest. */
function inGroups(parts: readonly Part[]): GroupedScore {
  const asks: object[] = []
  for (const { topology } of parts) asks.push(topology)
  for (const { counts } of parts) if (counts) asks.push(counts)
  return {
    asks,
    keyOf({ slot }) {
      let key = 0
      for (let at = parts.length - 1; at >= 0; at -= 1) key = key * parts[at]!.radix + digitOf(parts[at]!, slot)
      return key
    },
    rawOf(key) {
      let rest = key
      let score = 0
      for (const part of parts) {
        const digit = rest % part.radix
        rest = (rest - digit) / part.radix
        score += scoreOf(part, digit)
      }
      return Math.floor(score + 0.5)
    },
    normalise: normaliseAll,
  }
}

function whichLack(constraints: readonly SpreadConstraint[], { nodes }: FeasibleNodes): LeftOut {
  const lacking = Uint8Array.from(nodes, ({ labels }) => (hasAllKeys(labels, constraints) ? 0 : 1))
  return lacking.includes(1) ? lacking : null
}

/** All that a part asks of a node: 0 when it is in no domain, else one more than its count or the number of its domain. */
function digitOf({ topology, counts }: Part, slot: number): number {
  const domain = topology.domainOf[slot]!
  if (domain === nowhere) return 0
  return 1 + (counts ? (counts[slot] ?? 0) : domain)
}

function scoreOf({ sums, weight, offset }: Part, digit: number): number {
  return digit === 0 ? 0 : (sums ? sums[digit - 1]! : digit - 1) * weight + offset
}

/** In how many domains the nodes that fit are; those without the label count as one. */
function domainsAmong(feasible: FeasibleNodes, leftOut: LeftOut, { domainOf, size, isPartial }: TopologyColumn, slots: Int32Array): number {
  const most = isPartial ? size + 1 : size
  if (most === 1 && leftOut === null) return 1
  const seen = new Uint8Array(size + 1)
  let count = 0
  for (let row = 0, position = feasible.first; row < feasible.length && count < most; row += 1, position = feasible.after(position)) {
    const domain = domainOf[slots[position]!]! + 1
    if (seen[domain] === 1 || (leftOut !== null && leftOut[row] === 1)) continue
    seen[domain] = 1
    count += 1
  }
  return count
}

/** The matching pods in each domain. Those of nodes that do not fit count too. */
function sumsFor(pod: PodState, constraint: SpreadConstraint, { cache }: View, allKeys: readonly SpreadConstraint[] | null): Int32Array {
  const { topologyKey, selector, honoursAffinity, honoursTaints } = constraint
  const includesAll = !allKeys && !honoursTaints && !(honoursAffinity && hasRequiredNodeAffinity(pod.pod))
  if (includesAll) return cache.matchingByDomain(pod.namespace, selector, topologyKey)
  const { domainOf, size } = cache.domains(topologyKey)
  const column = cache.matching(pod.namespace, selector)
  const sums = new Int32Array(size)
  for (let slot = 0; slot < domainOf.length; slot += 1) {
    const count = column[slot]!
    const domain = domainOf[slot]!
    if (count !== 0 && domain !== nowhere && isCounted(cache.nodeAt(slot), pod, constraint, allKeys)) sums[domain]! += count
  }
  return sums
}

function isCounted(node: NodeState | undefined, pod: PodState, constraint: SpreadConstraint, allKeys: readonly SpreadConstraint[] | null): boolean {
  return node !== undefined && !(allKeys && !hasAllKeys(node.labels, allKeys)) && includesNode(constraint, pod, node)
}

function normaliseAll(raw: Int32Array, normalised: Int32Array): void {
  normalise(raw, normalised, null)
}

function normalise(raw: Int32Array, normalised: Int32Array, leftOut: LeftOut): void {
  let least = Number.MAX_SAFE_INTEGER
  let most = 0
  for (let at = 0; at < raw.length; at += 1) {
    if (leftOut !== null && leftOut[at] === 1) continue
    if (raw[at]! < least) least = raw[at]!
    if (raw[at]! > most) most = raw[at]!
  }
  for (let at = 0; at < raw.length; at += 1) {
    const isOut = leftOut !== null && leftOut[at] === 1
    normalised[at] = isOut ? 0 : most === 0 ? maxScore : Math.floor((maxScore * (most + least - raw[at]!)) / most)
  }
}

function podHint(pod: PodState, old: Pod | undefined, changed: Pod | undefined): boolean {
  const other = (changed ?? old)!
  if ((other.metadata.namespace ?? '') !== pod.namespace) return false
  if (other.metadata.uid !== pod.uid && !other.spec.nodeName) return false
  const constraints = spreadConstraintsOf(pod, 'DoNotSchedule')
  const matches = ({ selector }: SpreadConstraint, some: Pod): boolean => selector.matches(some.metadata.labels ?? {})
  if (!old || !changed) return constraints.every((constraint) => matches(constraint, other))
  return constraints.some((constraint) => matches(constraint, old) !== matches(constraint, changed)) || changed.metadata.uid === pod.uid
}

function nodeHint(pod: PodState, event: ClusterEvent): boolean {
  if (event.resource !== 'Node') return false
  const constraints = spreadConstraintsOf(pod, 'DoNotSchedule')
  const counts = (node: Node): boolean => hasAllKeys(labelsOfNode(node), constraints)
  const { old, new: changed } = event
  if (!old || !changed) return counts((changed ?? old)!)
  if (counts(old) !== counts(changed)) return true
  if (!counts(changed)) return false
  return !sameTaints(old, changed) || constraints.some(({ topologyKey }) => labelsOfNode(old)[topologyKey] !== labelsOfNode(changed)[topologyKey])
}
