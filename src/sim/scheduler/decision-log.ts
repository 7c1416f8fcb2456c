import type { ObjectKey } from '../api/objects.ts'
import type { Millis } from '../kernel/agenda.ts'
import type { NodeRefusal, SchedulingDecision } from './decision.ts'
import type { Refusal } from './framework.ts'
import type { NodeState } from './node-state.ts'
import { numberAt, numbersOf, numberText, type NumberText } from './number-text.ts'
import type { QueuedPod } from './queued-pod.ts'
import { noScores, ScoreJournal, scoresOf, type KeptScores } from './score-journal.ts'
import type { Outcome } from './scheduling-cycle.ts'

const maxDecisions = 5_000
/** With a thousand nodes a table is large, however little is kept of it: the oldest go sooner then. */
const maxBytes = 2 * 1024 * 1024

/** What the filters said, and of which nodes: as a rule the same for many pods. */
interface Verdicts {
  /** Of all nodes, by position. */
  readonly names: readonly string[]
  /** The positions of those that were refused, and for each of them which refusal it is. */
  readonly refused: NumberText
  readonly refusalOf: NumberText
  readonly refusals: readonly Refusal[]
  /** Of all nodes that were not looked at. */
  readonly absent: Refusal | null
}

/** What only few decisions have. */
type Exceptions = Pick<SchedulingDecision, 'nominatedNode' | 'message' | 'victims'> & {
  /** The positions of the nodes that fit, when the search was not for any node. */
  readonly feasible: NumberText | null
}

/** Its fields and those of its scores in one object: there are many of them. */
interface Entry extends KeptScores {
  readonly uid: string
  /** The decisions before and after it that are still kept: a Map that loses its first key again and again takes ever longer to find the next. */
  older: Entry | null
  newer: Entry | null
  readonly at: Millis
  readonly attempt: number
  readonly node: string | null
  /** The position where the search for a node began, and how many were looked at from there. */
  readonly from: number
  readonly evaluated: number
  readonly verdicts: Verdicts
  readonly exceptions: Exceptions | null
  readonly bytes: number
}

const noExceptions: Exceptions = { nominatedNode: null, message: '', victims: [], feasible: null }

/** The last decision about each of the last pods, small until somebody looks. */
export class DecisionLog {
  private readonly entries = new Map<string, Entry>()
  private oldest: Entry | null = null
  private newest: Entry | null = null
  /** The keys of pods that are gone: of a pod that lives the uid is known. */
  private readonly gone = new Map<string, ObjectKey>()
  private readonly journal = new ScoreJournal()
  /** About what all of it weighs. */
  bytes = 0
  private names: { readonly nodes: readonly NodeState[]; readonly names: readonly string[] } = { nodes: [], names: [] }
  private latest: Verdicts | null = null

  record(at: Millis, queued: QueuedPod, outcome: Outcome, nodes: readonly NodeState[]): void {
    const { uid, pod } = queued.state
    const { node, feasible, refused, scores: table, from } = outcome
    const verdicts = this.verdictsOf(outcome, this.namesOf(nodes))
    const before = this.journal.bytes
    const { chapter, columns, until } = table ? this.journal.keep(pod, table, feasible, verdicts.names) : noScores
    const exceptions = exceptionsOf(outcome)
    const known = this.entries.get(uid)
    if (known) this.forget(known)
    const entry: Entry = {
      uid, older: this.newest, newer: null, at, attempt: queued.attempts, node: node?.name ?? null, from: from ?? 0, evaluated: feasible.length + refused.length, verdicts, chapter, columns, until, exceptions,
      bytes: 300 + Math.max(0, this.journal.bytes - before) + (exceptions ? 100 + 2 * exceptions.message.length : 0),
    }
    if (this.newest) this.newest.newer = entry
    else this.oldest = entry
    this.newest = entry
    this.entries.set(uid, entry)
    this.bytes += entry.bytes
    while (this.oldest && (this.entries.size > maxDecisions || this.bytes > maxBytes)) this.forget(this.oldest)
  }

  podGone(uid: string, key: ObjectKey): void {
    if (this.entries.has(uid)) this.gone.set(uid, key)
  }

  /** `uid`: of the pod that has this name now; undefined: there is none. */
  decisionOf(key: ObjectKey, uid = this.goneUidOf(key)): SchedulingDecision | null {
    const entry = uid === undefined ? undefined : this.entries.get(uid)
    if (!entry || uid === undefined) return null
    const { at, attempt, node, evaluated, verdicts } = entry
    const { nominatedNode, message, victims } = entry.exceptions ?? noExceptions
    const feasible = feasibleIn(entry)
    return {
      at, pod: key, uid, node, nominatedNode, message, attempt, totalNodes: verdicts.names.length, evaluatedNodes: evaluated, feasibleNodes: feasible.length, victims,
      filters: refusalsIn(verdicts, feasible),
      scores: scoresOf(entry, feasible),
    }
  }

  private forget(entry: Entry): void {
    const { uid, older, newer, bytes } = entry
    if (older) older.newer = newer
    else this.oldest = newer
    if (newer) newer.older = older
    else this.newest = older
    this.entries.delete(uid)
    if (this.gone.size > 0) this.gone.delete(uid)
    this.bytes -= bytes
  }

  private goneUidOf(key: ObjectKey): string | undefined {
    return [...this.gone].findLast(([, other]) => other === key)?.[0]
  }

  /** The last ones again when nothing is different. */
  private verdictsOf({ refused, refusals, absent }: Outcome, names: readonly string[]): Verdicts {
    const { latest } = this
    const kinds = refusals.length === 0 ? refusals : [...new Set(refusals)]
    const positions = positionsOf(refused)
    const refusalOf = kinds.length < 2 ? '' : numberText(refusals.map((refusal) => kinds.indexOf(refusal)))
    const isSame = latest && latest.names === names && latest.refused === positions && latest.refusalOf === refusalOf && latest.absent === absent && isSameList(latest.refusals, kinds)
    return isSame ? latest : (this.latest = { names, refused: positions, refusalOf, refusals: kinds, absent })
  }

  /** One list of names for all decisions made while the nodes were the same. */
  private namesOf(nodes: readonly NodeState[]): readonly string[] {
    if (this.names.nodes !== nodes) this.names = { nodes, names: nodes.map(({ name }) => name) }
    return this.names.names
  }
}

function exceptionsOf({ feasible, from, message, nominate, preemption }: Outcome): Exceptions | null {
  const isPlain = message === '' && !nominate && (from !== null || feasible.length === 0)
  if (isPlain) return null
  const victims = preemption?.chosen?.victims.map((victim) => victim.key) ?? []
  return { nominatedNode: nominate || null, message, victims, feasible: from === null ? numberText(feasible.positions) : null }
}

function positionsOf(nodes: readonly NodeState[]): NumberText {
  if (nodes.length === 0) return ''
  const positions: number[] = []
  for (let row = 0; row < nodes.length; row += 1) positions.push(nodes[row]!.position)
  return numberText(positions)
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at])
}

/** The positions of the nodes that fit, in the order they were tried. */
function feasibleIn({ from, evaluated, verdicts: { names, refused }, exceptions }: Entry): readonly number[] {
  if (exceptions?.feasible) return numbersOf(exceptions.feasible)
  if (evaluated === refused.length) return []
  const out = new Set(numbersOf(refused))
  return Array.from({ length: evaluated }, (_, at) => (from + at) % names.length).filter((position) => !out.has(position))
}

function refusalsIn({ names, refused, refusalOf, refusals, absent }: Verdicts, feasible: readonly number[]): readonly NodeRefusal[] {
  const positions = numbersOf(refused)
  const looked = positions.map((position, row): NodeRefusal => ({ node: names[position]!, ...refusals[refusals.length < 2 ? 0 : numberAt(refusalOf, row)]! }))
  if (!absent) return looked
  const seen = new Set([...positions, ...feasible])
  return [...looked, ...names.filter((_, position) => !seen.has(position)).map((node) => ({ node, ...absent }))]
}
