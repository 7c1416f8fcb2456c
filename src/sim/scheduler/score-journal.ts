import type { NodeScore, PluginScore } from './decision.ts'
import type { Normalise } from './framework.ts'
import type { NodeState } from './node-state.ts'
import type { Demand } from './pod-requests.ts'
import { ScoreColumnWriter } from './score-column-writer.ts'
import type { ScoreColumn, ScoreTable } from './score-nodes.ts'
import { ScoreItems } from './score-items.ts'

/** What kept tables of scores share: what changed from one decision to the next while the nodes were the same. */
interface Chapter {
  readonly names: readonly string[]
  readonly items: ScoreItems
}

/** A column for pods of one kind. */
interface KeptColumn {
  readonly id: number
  readonly name: string
  readonly weight: number
  readonly normalise: Normalise | null
  /** Normalised scores that do not follow from the raw ones are a column of their own. */
  readonly normalisedId: number | null
}

/** A table of scores as it is kept: some columns at one moment of a chapter. */
export interface KeptScores {
  /** Null when nothing was scored. */
  readonly chapter: Chapter | null
  readonly columns: readonly KeptColumn[]
  readonly until: number
}

/** What is kept when fewer than two nodes fit. */
export const noScores: KeptScores = { chapter: null, columns: [], until: 0 }

/** The columns of one kind of pods, and who writes their raw scores and, where there are such, their normalised ones. */
interface OpenTable {
  readonly columns: readonly KeptColumn[]
  readonly writers: readonly ScoreColumnWriter[]
}

/** A new chapter begins when the last has so many items (at least), columns, or numbers of nodes in mind. */
const mostItems = 4_096
const mostColumns = 4_096
const mostNumbers = 262_144

/**
 * Keeps tables of scores as what changed since the one before: between two pods of a ReplicaSet a handful of numbers, however many nodes there are.
 */
export class ScoreJournal {
  private chapter: Chapter | null = null
  private readonly byKind = new Map<string, OpenTable>()
  /** Columns that pods of equal demand share, by plugin. */
  private readonly byDemand = new Map<Demand, Map<string, ScoreColumnWriter>>()
  private columns = 0
  /** Of the nodes that fit. */
  private positions = new Int32Array(0)

  /** `kind`: pods that are scored alike, `demand`: all that some plugins ask of a pod. */
  keep(kind: string, demand: Demand, table: ScoreTable, feasible: readonly NodeState[], names: readonly string[]): KeptScores {
    if (this.positions.length !== feasible.length) this.positions = new Int32Array(feasible.length)
    for (let row = 0; row < feasible.length; row += 1) this.positions[row] = feasible[row]!.position
    const chapter = this.chapterFor(names)
    let open = this.byKind.get(kind)
    if (!open || !isOf(open.columns, table)) this.byKind.set(kind, (open = this.open(table, demand, chapter)))
    let next = 0
    for (const column of table.columns) {
      open.writers[next++]!.write(this.positions, column.raw, chapter.items)
      if (hasOwnNormalised(column)) open.writers[next++]!.write(this.positions, column.normalised, chapter.items)
    }
    return { chapter, columns: open.columns, until: chapter.items.length }
  }

  /** About what the present chapter weighs. */
  get bytes(): number {
    return this.chapter ? this.chapter.items.length * 8 : 0
  }

  private chapterFor(names: readonly string[]): Chapter {
    const { chapter } = this
    const most = Math.max(mostItems, 4 * names.length)
    if (chapter && chapter.names === names && chapter.items.length < most && this.columns < mostColumns && this.columns * names.length < Math.max(mostNumbers, 16 * names.length)) return chapter
    this.byKind.clear()
    this.byDemand.clear()
    this.columns = 0
    return (this.chapter = { names, items: new ScoreItems() })
  }

  private open(table: ScoreTable, demand: Demand, { names }: Chapter): OpenTable {
    const writers: ScoreColumnWriter[] = []
    const newWriter = (): ScoreColumnWriter => new ScoreColumnWriter(this.columns++, names.length)
    const columns = table.columns.map((column): KeptColumn => {
      const raw = column.isAboutRoom ? this.shared(column.name, demand, newWriter) : newWriter()
      writers.push(raw)
      const normalised = hasOwnNormalised(column) ? newWriter() : null
      if (normalised) writers.push(normalised)
      const { name, weight, normalise } = column
      return { id: raw.id, name, weight, normalise, normalisedId: normalised?.id ?? null }
    })
    return { columns, writers }
  }

  private shared(name: string, demand: Demand, newWriter: () => ScoreColumnWriter): ScoreColumnWriter {
    let byName = this.byDemand.get(demand)
    if (!byName) this.byDemand.set(demand, (byName = new Map()))
    let writer = byName.get(name)
    if (!writer) byName.set(name, (writer = newWriter()))
    return writer
  }
}

/** The table behind a decision, best first. `positions`: of the nodes that fit. */
export function scoresOf({ chapter, columns, until }: KeptScores, positions: readonly number[]): readonly NodeScore[] {
  if (!chapter) return []
  const { names, items } = chapter
  const plugins = columns.map(({ id, name, weight, normalise, normalisedId }) => {
    const raw = items.read(id, until, names.length, positions)
    const normalised = normalisedId === null ? raw.slice() : items.read(normalisedId, until, names.length, positions)
    normalise?.(raw, normalised)
    return { name, weight, raw, normalised }
  })
  const rows = positions.map((position, row): NodeScore => {
    const scores = plugins.map(({ name, weight, raw, normalised }): PluginScore => ({ name, weight, raw: raw[row]!, normalised: normalised[row]! }))
    return { node: names[position]!, total: scores.reduce((sum, { weight, normalised }) => sum + weight * normalised, 0), plugins: scores }
  })
  return rows.sort((a, b) => b.total - a.total || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0))
}

function hasOwnNormalised({ raw, normalised, normalise }: ScoreColumn): boolean {
  return normalise === null && normalised !== raw
}

/** True when the columns are of the same plugins. */
function isOf(columns: readonly KeptColumn[], table: ScoreTable): boolean {
  if (columns.length !== table.columns.length) return false
  for (let at = 0; at < columns.length; at += 1) {
    const { name, normalise, normalisedId } = columns[at]!
    const other = table.columns[at]!
    if (name !== other.name || normalise !== other.normalise || (normalisedId !== null) !== hasOwnNormalised(other)) return false
  }
  return true
}
