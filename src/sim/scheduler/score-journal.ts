import type { Pod } from '../api/generated/types.ts'
import { controllerOf } from '../api/objects.ts'
import type { NodeScore, PluginScore } from './decision.ts'
import type { FeasibleNodes } from './feasible-nodes.ts'
import type { Normalise } from './framework.ts'
import { ScoreColumnWriter } from './score-column-writer.ts'
import { ScoreGroupWriter } from './score-group-writer.ts'
import type { ScoreGroups } from './score-groups.ts'
import { ScoreItems } from './score-items.ts'
import type { ScoreColumn, ScoreTable } from './score-table.ts'

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
  private latest: OpenTable | null = null
  /** Columns that many kinds share. */
  private readonly byGroups = new Map<ScoreGroups, GroupedOpenColumn>()
  private columns = 0

  /** Pods with the same owner are of one kind, and scored alike. */
  keep(pod: Pod, table: ScoreTable, feasible: FeasibleNodes, names: readonly string[]): KeptScores {
    const chapter = this.chapterFor(names)
    const open = this.latest?.of === table.columns ? this.latest : (this.latest = this.open(controllerOf(pod)?.uid ?? '', table, names.length))
    for (let at = 0; at < open.columns.length; at += 1) open.columns[at]!.write(table.columns[at]!, feasible, chapter.items)
    return { chapter, columns: open.kept, until: chapter.items.length }
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
    this.byGroups.clear()
    this.latest = null
    this.columns = 0
    return (this.chapter = { names, items: new ScoreItems() })
  }

  private open(kind: string, { columns }: ScoreTable, nodes: number): OpenTable {
    const before = this.byKind.get(kind)
    if (before && isOf(before.columns, columns)) return { ...before, of: columns }
    const newId = (): number => this.columns++
    const openColumn = (column: ScoreColumn): OpenColumn => {
      const { groups } = column
      const known = groups ? this.byGroups.get(groups) : before?.columns.find((open) => open.isOf(column))
      if (known) return known
      if (!groups) return new PlainOpenColumn(column, newId, nodes)
      const opened = new GroupedOpenColumn(column, groups, newId(), nodes)
      this.byGroups.set(groups, opened)
      return opened
    }
    const opened = columns.map(openColumn)
    const table = { of: columns, columns: opened, kept: opened.map(({ kept }) => kept) }
    this.byKind.set(kind, table)
    return table
  }
}

/** The columns of one kind of pods. */
interface OpenTable {
  /** Those whose changes it writes. */
  readonly of: readonly ScoreColumn[]
  readonly columns: readonly OpenColumn[]
  readonly kept: readonly KeptColumn[]
}

/** A column, and who writes what changes in it. */
interface OpenColumn {
  readonly kept: KeptColumn
  isOf(column: ScoreColumn): boolean
  write(column: ScoreColumn, feasible: FeasibleNodes, items: ScoreItems): void
}

class GroupedOpenColumn implements OpenColumn {
  readonly kept: KeptColumn
  private readonly writer: ScoreGroupWriter

  constructor({ name, weight, normalise }: ScoreColumn, private readonly groups: ScoreGroups, id: number, nodes: number) {
    this.writer = new ScoreGroupWriter(id, nodes)
    this.kept = { id, name, weight, normalise, normalisedId: null }
  }

  isOf({ groups }: ScoreColumn): boolean {
    return this.groups === groups
  }

  write(_: ScoreColumn, _feasible: FeasibleNodes, items: ScoreItems): void {
    this.writer.write(this.groups, items)
  }
}

/** Normalised scores that do not follow from the raw ones are written too. */
class PlainOpenColumn implements OpenColumn {
  readonly kept: KeptColumn
  private readonly raw: ScoreColumnWriter
  private readonly normalised: ScoreColumnWriter | null

  constructor({ name, weight, normalise, hasOwnNormalised }: ScoreColumn, newId: () => number, nodes: number) {
    this.raw = new ScoreColumnWriter(newId(), nodes)
    this.normalised = hasOwnNormalised ? new ScoreColumnWriter(newId(), nodes) : null
    this.kept = { id: this.raw.id, name, weight, normalise, normalisedId: this.normalised?.id ?? null }
  }

  isOf({ name, normalise, hasOwnNormalised, groups }: ScoreColumn): boolean {
    return groups === null && this.kept.name === name && this.kept.normalise === normalise && (this.normalised !== null) === hasOwnNormalised
  }

  write({ raw, normalised }: ScoreColumn, { positions }: FeasibleNodes, items: ScoreItems): void {
    this.raw.write(positions, raw, items)
    this.normalised?.write(positions, normalised, items)
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

function isOf(open: readonly OpenColumn[], columns: readonly ScoreColumn[]): boolean {
  return open.length === columns.length && open.every((column, at) => column.isOf(columns[at]!))
}
