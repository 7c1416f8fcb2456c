import type { Random } from '../kernel/random.ts'
import type { Cache } from './cache.ts'
import { FeasibleNodes } from './feasible-nodes.ts'
import { fitError, histogram, noNodesAvailable } from './fit-error.ts'
import type { FilterPlugin, PreparedFilter, Refusal, View } from './framework.ts'
import type { NodeState } from './node-state.ts'
import { NodeSet } from './node-set.ts'
import type { Nominations } from './nominations.ts'
import type { PodState } from './pod-state.ts'
import { preempt, type Preemption } from './preemption.ts'
import type { Profile } from './profile.ts'
import { RememberedFilters } from './remembered-filters.ts'
import { runFilters, runFiltersWith } from './run-filters.ts'
import { ScoreBoard } from './score-nodes.ts'
import type { ScoreTable } from './score-table.ts'

/** Everything one attempt found out. */
export interface Outcome {
  readonly node: NodeState | null
  readonly totalNodes: number
  readonly feasible: FeasibleNodes
  readonly refused: readonly NodeState[]
  readonly refusals: readonly Refusal[]
  /** The position of the first node that was tried; null: only named ones were. */
  readonly from: number | null
  /** What every node that was not looked at has against it, if PreFilter ruled it out. */
  readonly absent: Refusal | null
  /** Null when fewer than two nodes fit. */
  readonly scores: ScoreTable | null
  /** Why not, as events and conditions say it; empty when there is a node. */
  readonly message: string
  readonly rejectedBy: ReadonlySet<string>
  /** What the pod's nominatedNodeName becomes; null: it stays. */
  readonly nominate: string | null
  readonly preemption: Preemption | null
  /** Where the decision fell when not in Filter. */
  readonly stage: 'Filter' | 'PreFilter' | 'NominatedNode'
}

const minFeasibleNodes = 100
const nobody: ReadonlySet<string> = new Set()
const nowhere = new FeasibleNodes([], new NodeSet(0), 0, 0)
/** DynamicResources' part of the text, for pods without claims too (1.34 to 1.36). */
const noClaims = 'no new claims to deallocate'

/** Upstream: schedule_one.go numFeasibleNodesToFind: with many nodes, enough is enough. */
export function numFeasibleNodesToFind(nodes: number, percentage: number): number {
  if (nodes < minFeasibleNodes || percentage >= 100) return nodes
  const share = percentage > 0 ? percentage : Math.max(5, 50 - Math.floor(nodes / 125))
  return Math.max(minFeasibleNodes, Math.floor((nodes * share) / 100))
}

/** One pod after another finds its node: filters, scores, and preemption when nothing fits (upstream: schedule_one.go schedulingCycle). */
export class SchedulingCycle {
  private nextStart = 0
  /** The nodes that fit the pod at hand. */
  private fitting = new NodeSet(0)
  private fittingAmong = 0
  private readonly rememberedFilters: RememberedFilters
  private readonly scoreBoard: ScoreBoard

  constructor(
    private readonly profile: Profile,
    private readonly cache: Cache,
    private readonly view: View,
    private readonly nominations: Nominations,
    private readonly random: Random,
    /** For pods without a start time, which count as started now. */
    private readonly now: () => string,
  ) {
    this.rememberedFilters = new RememberedFilters(cache)
    this.scoreBoard = new ScoreBoard(profile, cache)
  }

  schedule(pod: PodState): Outcome {
    const nodes = this.cache.nodes
    if (nodes.length === 0) return { ...this.nothing(0), message: noNodesAvailable, nominate: '' }
    const prepared = this.preFilter(pod)
    if ('code' in prepared) return this.refusedEverywhere(nodes, prepared)
    const found = this.tryNominatedNode(pod, prepared) ?? this.findNodes(pod, prepared)
    if (found.feasible.length === 0) return this.failed(pod, prepared, found)
    const { feasible, refused, refusals, from, absent, stage } = found
    const scores = feasible.length === 1 ? null : this.scoreBoard.score(pod, this.view, feasible)
    const node = nodes[scores ? scores.pickBest(this.random) : feasible.first]!
    return { node, totalNodes: nodes.length, feasible, refused, refusals, from, absent, scores, message: '', rejectedBy: nobody, nominate: null, preemption: null, stage }
  }

  private nothing(totalNodes: number): Outcome {
    const none = { node: null, feasible: nowhere, refused: [], refusals: [], from: 0, absent: null, scores: null, preemption: null, nominate: null }
    return { ...none, totalNodes, message: '', rejectedBy: nobody, stage: 'Filter' }
  }

  private preFilter(pod: PodState): Refusal | Prepared {
    const filters: PreparedFilter[] = []
    const plugins: FilterPlugin[] = []
    let names: ReadonlySet<string> | null = null
    const limitedBy: string[] = []
    for (const plugin of this.profile.filters) {
      const result = plugin.preFilter(pod, this.view)
      if (result.kind === 'refused') return result.refusal
      if (result.kind === 'skip') continue
      filters.push(result.filter)
      plugins.push(plugin)
      if (!result.nodes) continue
      const these: ReadonlySet<string> = result.nodes
      names = names ? new Set([...names].filter((name: string) => these.has(name))) : these
      limitedBy.push(plugin.name)
    }
    return { filters, plugins, names, limitedBy }
  }

  private refusedEverywhere(nodes: readonly NodeState[], refusal: Refusal): Outcome {
    // DynamicResources was not reached, so its PostFilter finds no state and ends the matter: preemption is not tried.
    const message = fitError(nodes.length, '', refusal.reasons.join(', '), 'not found')
    const refusals = nodes.map(() => refusal)
    return { ...this.nothing(nodes.length), refused: nodes, refusals, message, rejectedBy: new Set([refusal.plugin]), stage: 'PreFilter' }
  }

  /** A pod for which room was made goes there if it can, without a look elsewhere. */
  private tryNominatedNode(pod: PodState, prepared: Prepared): Found | null {
    const nominated = pod.pod.status?.nominatedNodeName
    if (!nominated) return null
    const node = this.cache.node(nominated)
    if (!node || (prepared.names && !prepared.names.has(nominated)) || this.filter(pod, node, prepared.filters, prepared.filters)) return null
    const only = this.noneOf(this.cache.nodes.length)
    only.add(node.position)
    return { feasible: new FeasibleNodes(this.cache.nodes, only, node.position, 1), refused: [], refusals: [], from: null, absent: null, stage: 'NominatedNode' }
  }

  private findNodes(pod: PodState, prepared: Prepared): Found {
    const all = this.cache.nodes
    const { filters, plugins, names } = prepared
    const nodes = names ? this.named(names) : all
    const quick = names ? { filters, doubtful: null } : this.rememberedFilters.of(filters, plugins)
    const doubtful = this.nominations.isEmpty ? quick.doubtful : null
    const enough = numFeasibleNodesToFind(nodes.length, this.profile.percentageOfNodesToScore)
    const fitting = this.noneOf(all.length)
    const refused: NodeState[] = []
    const refusals: Refusal[] = []
    const start = this.nextStart % nodes.length
    let count = 0
    let tried = 0
    for (let at = start; tried < nodes.length && count < enough; ) {
      // As many as are known to fit are not looked at one by one.
      const end = at + Math.min(nodes.length - at, nodes.length - tried, enough - count)
      const next = doubtful ? doubtful.next(at, end) : at
      fitting.addRange(at, next)
      tried += next - at
      count += next - at
      at = next
      if (next < end) {
        const node = nodes[next]!
        const refusal = this.filter(pod, node, filters, quick.filters)
        if (refusal) {
          refused.push(node)
          refusals.push(refusal)
        } else {
          fitting.add(node.position)
          count += 1
        }
        tried += 1
        at += 1
      }
      if (at === nodes.length) at = 0
    }
    const from = names ? null : this.nextStart
    this.nextStart = (this.nextStart + tried) % all.length
    // A pod may name nodes of which none exists.
    const feasible = new FeasibleNodes(all, fitting, nodes[start]?.position ?? 0, count)
    return { feasible, refused, refusals, from, absent: names ? absentFor(prepared) : null, stage: 'Filter' }
  }

  /** The same set again and again: a decision lasts until the next. */
  private noneOf(nodes: number): NodeSet {
    if (this.fittingAmong === nodes) this.fitting.clear()
    else {
      this.fitting = new NodeSet(nodes)
      this.fittingAmong = nodes
    }
    return this.fitting
  }

  private named(names: ReadonlySet<string>): readonly NodeState[] {
    const nodes: NodeState[] = []
    for (const name of names) {
      const node = this.cache.node(name)
      if (node) nodes.push(node)
    }
    return nodes.sort((a, b) => a.position - b.position)
  }

  /** With pods of at least its priority nominated to the node, it has to fit both with and without them. `quick`: the same filters for real nodes. */
  private filter(pod: PodState, node: NodeState, filters: readonly PreparedFilter[], quick: readonly PreparedFilter[]): Refusal | null {
    if (!this.nominations.isEmpty) {
      const nominated = this.nominations.holdingRoom(node.name, pod)
      if (nominated.length > 0) {
        const refusal = runFiltersWith(nominated, node, filters)
        if (refusal) return refusal
      }
    }
    return runFilters(node, quick)
  }

  private failed(pod: PodState, { filters, names, limitedBy }: Prepared, looked: Found): Outcome {
    const totalNodes = this.cache.nodes.length
    const rejectedBy = new Set([...limitedBy, ...looked.refusals.map(({ plugin }) => plugin)])
    const found = looked.absent && names ? withAbsent(looked, looked.absent, names, this.cache.nodes) : looked
    const preemption = preempt({ pod, filters, refused: found.refused, refusals: found.refusals, totalNodes, cache: this.cache, nominations: this.nominations, random: this.random, now: this.now() })
    const { message: text, nominate } = preemption
    const counted = histogram(found.refusals.map(({ reasons }) => reasons))
    const message = fitError(totalNodes, counted, '', text ? `${noClaims}, preemption: ${text}` : '')
    return { ...this.nothing(totalNodes), ...found, message, rejectedBy, nominate, preemption }
  }
}

interface Prepared {
  readonly filters: readonly PreparedFilter[]
  /** Whose they are. */
  readonly plugins: readonly FilterPlugin[]
  /** The only nodes that can do; null: any. */
  readonly names: ReadonlySet<string> | null
  readonly limitedBy: readonly string[]
}

interface Found {
  readonly feasible: FeasibleNodes
  readonly refused: readonly NodeState[]
  readonly refusals: readonly Refusal[]
  readonly from: number | null
  readonly absent: Refusal | null
  readonly stage: Outcome['stage']
}

function absentFor({ limitedBy }: Prepared): Refusal {
  return { plugin: '', code: 'UnschedulableAndUnresolvable', reasons: [`node(s) didn't satisfy plugin(s) [${limitedBy.join(' ')}]`] }
}

/** Nodes that PreFilter ruled out never came to Filter: they are counted with the others when nothing fits. */
function withAbsent(found: Found, absent: Refusal, names: ReadonlySet<string>, all: readonly NodeState[]): Found {
  const others = all.filter(({ name }) => !names.has(name))
  return { ...found, refused: [...found.refused, ...others], refusals: [...found.refusals, ...others.map(() => absent)], absent: null }
}
