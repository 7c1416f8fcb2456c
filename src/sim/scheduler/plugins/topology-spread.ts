import type { Node, Pod } from '../../api/generated/types.ts'
import { sameTaints, type ClusterEvent } from '../cluster-event.ts'
import { labelOf, maxScore, skip, type FilterPlugin, type PreparedFilter, type PreparedScore, type Refusal, type ScorePlugin, type View } from '../framework.ts'
import { naturalLog } from '../natural-log.ts'
import type { NodeState } from '../node-state.ts'
import type { PodState } from '../pod-state.ts'
import { hasRequiredNodeAffinity } from '../required-node-affinity.ts'
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
  private readonly least: (number | null)[]

  constructor(
    private readonly pod: PodState,
    private readonly constraints: readonly SpreadConstraint[],
    private readonly domains: readonly Domains[],
  ) {
    this.least = constraints.map(() => null)
  }

  filter(node: NodeState): Refusal | null {
    for (let at = 0; at < this.constraints.length; at += 1) {
      const constraint = this.constraints[at]!
      const domain = labelOf(node.labels, constraint.topologyKey)
      if (domain === undefined) return missingLabel
      const itself = constraint.selector.matches(this.pod.labels) ? 1 : 0
      const skew = (this.domains[at]!.get(domain) ?? 0) + itself - this.leastOf(at)
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

  clone(): SpreadFilter {
    return new SpreadFilter(this.pod, this.constraints, this.domains.map((domains) => new Map(domains)))
  }

  private change(pod: PodState, node: NodeState, by: number): void {
    if (pod.namespace !== this.pod.namespace || pod.isTerminating || !hasAllKeys(node.labels, this.constraints)) return
    for (let at = 0; at < this.constraints.length; at += 1) {
      const constraint = this.constraints[at]!
      if (!constraint.selector.matches(pod.labels) || !includesNode(constraint, this.pod, node)) continue
      const domain = node.labels[constraint.topologyKey]!
      this.domains[at]!.set(domain, (this.domains[at]!.get(domain) ?? 0) + by)
      this.least[at] = null
    }
  }

  /** The global minimum: zero while there are fewer domains than minDomains. */
  private leastOf(at: number): number {
    const known = this.least[at]
    if (known !== null && known !== undefined) return known
    const domains = this.domains[at]!
    let least = Number.MAX_SAFE_INTEGER
    if (domains.size < this.constraints[at]!.minDomains) least = 0
    else for (const count of domains.values()) if (count < least) least = count
    this.least[at] = least
    return least
  }
}

function defaultConstraints(pod: PodState, view: View): readonly SpreadConstraint[] {
  const selector = view.defaultSelector(pod)
  if (!selector) return []
  return systemDefaults.map((constraint) => ({ ...constraint, minDomains: 1, selector, honoursAffinity: true, honoursTaints: false }))
}

/** `own`: nodes that lack a key are then left out; under the built-in constraints they are scored on the others. */
function prepareScore(pod: PodState, constraints: readonly SpreadConstraint[], own: boolean, view: View, feasible: readonly NodeState[]): PreparedScore {
  const ignored = new Set<NodeState>()
  if (own) for (const node of feasible) if (!hasAllKeys(node.labels, constraints)) ignored.add(node)
  const parts = constraints.map((constraint) => {
    const column = constraint.selector.text ? view.cache.matching(pod.namespace, constraint.selector) : null
    const domains = constraint.topologyKey === hostname ? null : candidateDomains(constraint, feasible, ignored)
    const size = domains ? domains.size : feasible.length - ignored.size
    return { constraint, column, domains, weight: naturalLog(size + 2), offset: constraint.maxSkew - 1 }
  })
  for (const { constraint, column, domains } of parts) {
    if (domains && column) addUp(pod, constraint, domains, column, view.cache.nodes, own ? constraints : null)
  }
  return {
    score(node) {
      if (ignored.size > 0 && ignored.has(node)) return 0
      let score = 0
      for (const { constraint, column, domains, weight, offset } of parts) {
        const domain = labelOf(node.labels, constraint.topologyKey)
        if (domain === undefined) continue
        const count = domains ? domains.get(domain)! : (column?.[node.slot] ?? 0)
        score += count * weight + offset
      }
      return Math.floor(score + 0.5)
    },
    normalise: (raw) => normalise(raw, feasible, ignored),
  }
}

function candidateDomains({ topologyKey }: SpreadConstraint, feasible: readonly NodeState[], ignored: ReadonlySet<NodeState>): Domains {
  const domains: Domains = new Map()
  let last: string | null = null
  for (const node of feasible) {
    const domain = labelOf(node.labels, topologyKey) ?? ''
    if (domain === last || (ignored.size > 0 && ignored.has(node))) continue
    domains.set(domain, 0)
    last = domain
  }
  return domains
}

/** Pods of nodes that do not fit count for their domain too, as long as the domain has a node that does. */
function addUp(pod: PodState, constraint: SpreadConstraint, domains: Domains, column: Int32Array, nodes: readonly NodeState[], allKeys: readonly SpreadConstraint[] | null): void {
  const includesAll = !constraint.honoursTaints && !(constraint.honoursAffinity && hasRequiredNodeAffinity(pod.pod))
  for (const node of nodes) {
    const count = column[node.slot] ?? 0
    if (count === 0 || (allKeys && !hasAllKeys(node.labels, allKeys)) || !(includesAll || includesNode(constraint, pod, node))) continue
    const domain = labelOf(node.labels, constraint.topologyKey)
    if (domain === undefined) continue
    const sum = domains.get(domain)
    if (sum !== undefined) domains.set(domain, sum + count)
  }
}

function normalise(raw: readonly number[], feasible: readonly NodeState[], ignored: ReadonlySet<NodeState>): readonly number[] {
  let least = Number.MAX_SAFE_INTEGER
  let most = 0
  for (let at = 0; at < raw.length; at += 1) {
    if (ignored.size > 0 && ignored.has(feasible[at]!)) continue
    if (raw[at]! < least) least = raw[at]!
    if (raw[at]! > most) most = raw[at]!
  }
  return raw.map((score, at) => {
    if (ignored.size > 0 && ignored.has(feasible[at]!)) return 0
    return most === 0 ? maxScore : Math.floor((maxScore * (most + least - score)) / most)
  })
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
