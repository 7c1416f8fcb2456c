import { median } from './numbers.ts'

/** What one run of all figures cost, by figure. */
export type Costs = Readonly<Record<string, number>>

/** One figure of two versions that were measured in turn. */
export interface Comparison {
  readonly figure: string
  readonly before: number
  readonly now: number
  readonly ratio: number
  /** In how many pairs of neighbouring runs it cost more than before. */
  readonly dearer: number
  readonly isSlower: boolean
}

/** More than a tenth dearer is slower, when most pairs say the same: a machine that was busy for a while says it in few. */
const mostRatio = 1.1
const mostPairs = 0.6

/** Compares figure by figure: medians, and pair by pair. */
export function compareCosts(before: readonly Costs[], now: readonly Costs[]): readonly Comparison[] {
  return Object.keys(now[0] ?? {}).map((figure) => {
    const [old, current] = [before, now].map((runs) => runs.map((costs) => costs[figure] ?? Number.NaN)) as [number[], number[]]
    const ratio = median(current) / median(old)
    const dearer = current.filter((cost, pair) => cost > old[pair]!).length
    return { figure, before: median(old), now: median(current), ratio, dearer, isSlower: ratio > mostRatio && dearer > mostPairs * current.length }
  })
}
