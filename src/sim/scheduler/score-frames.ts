import type { NodeScore, PluginScore } from './decision.ts'
import type { Normalise } from './framework.ts'
import type { NodeState } from './node-state.ts'
import { bytesOf, numberAt, numberText, type NumberText } from './number-text.ts'
import type { ScoreColumn, ScoreTable } from './score-nodes.ts'

/** The scores of all nodes at some moment, a column per plugin. Decisions about like pods share one and keep only what is different. */
export interface Frame {
  readonly names: readonly string[]
  readonly columns: readonly FrameColumn[]
}

/** The scores are by the position of the node; one number when all are equal. */
interface FrameColumn {
  readonly name: string
  readonly weight: number
  readonly normalise: Normalise | null
  readonly raw: Values
  /** Only when it does not follow from the raw scores. */
  readonly normalised: Values | null
}

type Values = number | NumberText

/** A table of scores as it is kept. */
interface KeptScores {
  readonly frame: Frame
  /** Of each node that differs from the frame: its position and the numbers of all columns. */
  readonly changes: NumberText
  /** About what it weighs beyond what it shares. */
  readonly bytes: number
}

/** A frame while it is compared with: all its numbers, and which nodes they are known of. */
interface OpenFrame {
  readonly frame: Frame
  readonly numbers: readonly Int32Array[]
  readonly known: Uint8Array
}

/** Kinds of pods that are scheduled in turns. */
const mostFrames = 8

/** Keeps tables of scores as frames and changes: between two pods of a ReplicaSet the scores of one or two nodes move, so most of a table is in the last one. */
export class ScoreFrames {
  private readonly byKind = new Map<string, OpenFrame>()
  private latest: OpenFrame | null = null
  /** Of the nodes that fit. */
  private positions = new Int32Array(0)
  private isChanged = new Uint8Array(0)

  /** `kind`: pods that are scored alike. */
  keep(kind: string, table: ScoreTable, feasible: readonly NodeState[], names: readonly string[]): KeptScores {
    this.readPositions(feasible)
    const known = this.byKind.get(kind) ?? this.latest
    const before = known && isOf(known.frame, table, names) ? known : null
    const numbers = numbersOf(table)
    const changes = before && this.changesFrom(before, numbers)
    const open = before && changes ? before : this.openFrame(before, table, numbers, names)
    this.latest = open
    this.byKind.delete(kind)
    if (this.byKind.size >= mostFrames) this.byKind.delete(this.byKind.keys().next().value!)
    this.byKind.set(kind, open)
    const { frame } = open
    return changes ? { frame, changes, bytes: bytesOf(changes) } : { frame, changes: '', bytes: weightOf(frame) }
  }

  private readPositions(feasible: readonly NodeState[]): void {
    if (this.positions.length !== feasible.length) {
      this.positions = new Int32Array(feasible.length)
      this.isChanged = new Uint8Array(feasible.length)
    }
    for (let row = 0; row < feasible.length; row += 1) this.positions[row] = feasible[row]!.position
  }

  /** Null when so much has changed that a new frame weighs less. */
  private changesFrom({ numbers, known }: OpenFrame, current: readonly Int32Array[]): NumberText | null {
    const { positions, isChanged } = this
    for (let row = 0; row < positions.length; row += 1) isChanged[row] = known[positions[row]!] === 1 ? 0 : 1
    for (let at = 0; at < current.length; at += 1) markChanged(positions, numbers[at]!, current[at]!, isChanged)
    const most = 8 + Math.floor(Math.sqrt(known.length))
    const changes: number[] = []
    for (let row = 0; row < positions.length; row += 1) {
      if (isChanged[row] === 0) continue
      changes.push(positions[row]!)
      for (let at = 0; at < current.length; at += 1) changes.push(current[at]![row]!)
      if (changes.length > most * (1 + current.length)) return null
    }
    return changes.length === 0 ? '' : numberText(changes)
  }

  /** A new frame; of nodes that were not looked at this time it takes over what was known. */
  private openFrame(before: OpenFrame | null, table: ScoreTable, current: readonly Int32Array[], names: readonly string[]): OpenFrame {
    const { positions } = this
    const numbers = current.map((scores, at) => {
      const all = before ? before.numbers[at]!.slice() : new Int32Array(names.length).fill(scores[0]!)
      for (let row = 0; row < positions.length; row += 1) all[positions[row]!] = scores[row]!
      return all
    })
    const known = before ? before.known.slice() : new Uint8Array(names.length)
    for (const position of positions) known[position] = 1
    let next = 0
    const columns = table.columns.map((column): FrameColumn => {
      const { name, weight, normalise } = column
      return { name, weight, normalise, raw: valuesOf(numbers[next++]!), normalised: isKept(column) ? valuesOf(numbers[next++]!) : null }
    })
    return { frame: { names, columns }, numbers, known }
  }
}

/** The table behind a decision, best first. `positions`: of the nodes that fit. */
export function scoresOf({ names, columns }: Frame, changes: NumberText, positions: readonly number[]): readonly NodeScore[] {
  const rowOf = new Map(positions.map((position, row) => [position, row]))
  const width = columns.reduce((sum, { normalised }) => sum + (normalised === null ? 1 : 2), 1)
  let place = 0
  const column = (values: Values): Int32Array => {
    place += 1
    const scores = Int32Array.from(positions, (position) => (typeof values === 'number' ? values : numberAt(values, position)))
    for (let at = 0; at < changes.length; at += width) scores[rowOf.get(numberAt(changes, at))!] = numberAt(changes, at + place)
    return scores
  }
  const plugins = columns.map(({ name, weight, raw, normalised, normalise }) => {
    const before = column(raw)
    const after = normalised === null ? before.slice() : column(normalised)
    normalise?.(before, after)
    return { name, weight, raw: before, normalised: after }
  })
  const rows = positions.map((position, row): NodeScore => {
    const scores = plugins.map(({ name, weight, raw, normalised }): PluginScore => ({ name, weight, raw: raw[row]!, normalised: normalised[row]! }))
    return { node: names[position]!, total: scores.reduce((sum, { weight, normalised }) => sum + weight * normalised, 0), plugins: scores }
  })
  return rows.sort((a, b) => b.total - a.total || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0))
}

/** The columns that are kept: normalised scores only when they do not follow from the raw ones. */
function numbersOf({ columns }: ScoreTable): readonly Int32Array[] {
  const numbers: Int32Array[] = []
  for (const column of columns) {
    numbers.push(column.raw)
    if (isKept(column)) numbers.push(column.normalised)
  }
  return numbers
}

function isKept({ raw, normalised, normalise }: ScoreColumn): boolean {
  return normalise === null && normalised !== raw
}

/** True when the frame is of the same nodes and plugins. */
function isOf({ names, columns }: Frame, table: ScoreTable, current: readonly string[]): boolean {
  if (names !== current || columns.length !== table.columns.length) return false
  return columns.every(({ name, weight, normalise, normalised }, at) => {
    const other = table.columns[at]!
    return name === other.name && weight === other.weight && normalise === other.normalise && (normalised !== null) === isKept(other)
  })
}

function markChanged(positions: Int32Array, before: Int32Array, current: Int32Array, isChanged: Uint8Array): void {
  for (let row = 0; row < positions.length; row += 1) if (before[positions[row]!] !== current[row]) isChanged[row] = 1
}

function valuesOf(numbers: Int32Array): Values {
  const first = numbers[0] ?? 0
  return numbers.every((number) => number === first) ? first : numberText(numbers)
}

function weightOf({ columns }: Frame): number {
  return columns.reduce((sum, { raw, normalised }) => sum + 80 + weightOfValues(raw) + weightOfValues(normalised ?? 0), 100)
}

function weightOfValues(values: Values): number {
  return typeof values === 'number' ? 0 : bytesOf(values)
}
