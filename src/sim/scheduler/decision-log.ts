import type { ObjectKey } from '../api/objects.ts'
import type { Millis } from '../kernel/agenda.ts'
import type { NodeRefusal, NodeScore, SchedulingDecision } from './decision.ts'
import type { Refusal } from './framework.ts'
import type { NodeState } from './node-state.ts'
import type { QueuedPod } from './queued-pod.ts'
import type { ScoreTable } from './score-nodes.ts'
import type { Outcome } from './scheduling-cycle.ts'

const maxDecisions = 1_000
/** With a thousand nodes a table is a few kilobytes: the oldest go sooner then. */
const maxBytes = 2 * 1024 * 1024

/**
 * A column of a table: one number when all are equal; else a text with one character a row, which weighs a third of a typed array as short as these;
 * 32-bit numbers when one of them is no character.
 */
type Column = number | string | Int32Array

interface Entry {
  readonly summary: Omit<SchedulingDecision, 'filters' | 'scores'>
  readonly names: readonly string[]
  readonly feasible: string
  readonly refused: string
  readonly refusals: readonly Refusal[]
  readonly refusalOf: string
  /** Of all nodes that are in neither list. */
  readonly absent: Refusal | null
  readonly scores: readonly { readonly name: string; readonly weight: number; readonly raw: Column; readonly normalised: Column }[]
  readonly bytes: number
}

/** The last decision about each of the last pods, in columns until somebody looks. */
export class DecisionLog {
  private readonly entries = new Map<ObjectKey, Entry>()
  private bytes = 0
  private names: { readonly nodes: readonly NodeState[]; readonly names: readonly string[] } = { nodes: [], names: [] }

  record(at: Millis, queued: QueuedPod, outcome: Outcome, nodes: readonly NodeState[]): void {
    const { key, uid } = queued.state
    const { feasible, refused, refusals, preemption } = outcome
    const { kinds, kindOf } = numbered(refusals)
    const columns = columnsOf(outcome.scores)
    const entry: Entry = {
      summary: {
        at, pod: key, uid, node: outcome.node?.name ?? null, nominatedNode: outcome.nominate || null, message: outcome.message, attempt: queued.attempts,
        totalNodes: outcome.totalNodes, evaluatedNodes: feasible.length + refused.length, feasibleNodes: feasible.length,
        victims: preemption?.chosen?.victims.map((victim) => victim.key) ?? [],
      },
      names: this.namesOf(nodes),
      feasible: positionsOf(feasible),
      refused: positionsOf(refused),
      refusals: kinds,
      refusalOf: kindOf,
      absent: outcome.absent,
      scores: columns,
      bytes: 500 + feasible.length * 2 + refused.length * 3 + columns.reduce((sum, { raw, normalised }) => sum + sizeOf(raw) + (raw === normalised ? 0 : sizeOf(normalised)), 0),
    }
    this.forget(key)
    this.entries.set(key, entry)
    this.bytes += entry.bytes
    while (this.entries.size > maxDecisions || this.bytes > maxBytes) this.forget(this.entries.keys().next().value!)
  }

  decisionOf(key: ObjectKey): SchedulingDecision | null {
    const entry = this.entries.get(key)
    return entry ? { ...entry.summary, filters: filtersOf(entry), scores: scoresOf(entry) } : null
  }

  private forget(key: ObjectKey): void {
    const entry = this.entries.get(key)
    if (!entry) return
    this.entries.delete(key)
    this.bytes -= entry.bytes
  }

  /** One list of names for all decisions made while the nodes were the same. */
  private namesOf(nodes: readonly NodeState[]): readonly string[] {
    if (this.names.nodes !== nodes) this.names = { nodes, names: nodes.map(({ name }) => name) }
    return this.names.names
  }
}

function columnsOf(table: ScoreTable | null): Entry['scores'] {
  if (!table) return []
  return table.columns.map(({ name, weight, raw, normalised }) => {
    const column = columnOf(raw)
    return { name, weight, raw: column, normalised: normalised === raw ? column : columnOf(normalised) }
  })
}

function columnOf(values: readonly number[]): Column {
  let least = values[0] ?? 0
  let most = least
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  if (least === most) return least
  if (least >= 0 && most <= 0xffff) return textOf(values)
  return Int32Array.from(values)
}

/** Numbers as characters, in blocks: a call takes only so many arguments. */
function textOf(values: readonly number[]): string {
  if (values.length <= 4096) return String.fromCharCode(...values)
  return textOf(values.slice(0, 4096)) + textOf(values.slice(4096))
}

function numbersOf(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0))
}

/** By index, not with `map` and a function: this runs for every pod that is placed. */
function positionsOf(nodes: readonly NodeState[]): string {
  const positions: number[] = []
  for (let row = 0; row < nodes.length; row += 1) positions.push(nodes[row]!.position)
  return textOf(positions)
}

/** The different refusals, and for each row which of them it is. */
function numbered(refusals: readonly Refusal[]): { readonly kinds: readonly Refusal[]; readonly kindOf: string } {
  if (refusals.length === 0) return { kinds: refusals, kindOf: '' }
  const kinds = [...new Set(refusals)].slice(0, 255)
  return { kinds, kindOf: textOf(refusals.map((refusal) => Math.max(0, kinds.indexOf(refusal)))) }
}

function sizeOf(column: Column): number {
  return typeof column === 'number' ? 8 : column.length * (typeof column === 'string' ? 1 : 4)
}

function at(column: Column, row: number): number {
  return typeof column === 'number' ? column : typeof column === 'string' ? column.charCodeAt(row) : column[row]!
}

function filtersOf({ names, refused, refusals, refusalOf, feasible, absent }: Entry): readonly NodeRefusal[] {
  const looked = numbersOf(refused).map((position, row): NodeRefusal => ({ node: names[position]!, ...refusals[refusalOf.charCodeAt(row)]! }))
  if (!absent) return looked
  const seen = new Set([...numbersOf(refused), ...numbersOf(feasible)])
  return [...looked, ...names.filter((_, position) => !seen.has(position)).map((node) => ({ node, ...absent }))]
}

function scoresOf(entry: Entry): readonly NodeScore[] {
  if (entry.scores.length === 0) return []
  const rows = numbersOf(entry.feasible).map((position, row): NodeScore => {
    const plugins = entry.scores.map(({ name, weight, raw, normalised }) => ({ name, weight, raw: at(raw, row), normalised: at(normalised, row) }))
    return { node: entry.names[position]!, total: plugins.reduce((sum, { weight, normalised }) => sum + weight * normalised, 0), plugins }
  })
  return rows.sort((a, b) => b.total - a.total || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0))
}
