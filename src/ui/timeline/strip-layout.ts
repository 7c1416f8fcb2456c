import type { Millis } from '../../sim/kernel/agenda.ts'
import type { BandPoint } from '../stores/story.ts'

const minute = 60_000
const steps: readonly Millis[] = [10_000, 20_000, 30_000, minute, 2 * minute, 5 * minute, 10 * minute, 20 * minute, 30 * minute, 60 * minute, 120 * minute, 360 * minute, 1440 * minute, 10_080 * minute]

/** How much time the strip shows: two minutes at first, then always a little more than has passed, in steps, so that it seldom moves. */
export function stripSpan(now: Millis): Millis {
  let span = 2 * minute
  while (span < now * 1.08) span = span < 10 * minute ? span + 2 * minute + (span >= 6 * minute ? minute : 0) : Math.ceil((span * 1.4) / (5 * minute)) * 5 * minute
  return span
}

/** Where the scale is marked: about `wanted` round moments. */
export function ticks(span: Millis, wanted: number): readonly Millis[] {
  const step = steps.find((one) => span / one <= wanted) ?? span
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step)
}

/** A stretch of time in which as many pods of a workload were ready. */
export interface Segment {
  readonly from: Millis
  readonly to: Millis
  readonly share: number
}

export function bandSegments(points: readonly BandPoint[], now: Millis): readonly Segment[] {
  return points.flatMap((point, index): Segment[] => {
    const to = points[index + 1]?.at ?? Math.max(now, point.at)
    return point.wanted === 0 ? [] : [{ from: point.at, to, share: Math.min(1, point.ready / point.wanted) }]
  })
}

/** The words of a mark. */
export interface Label {
  readonly x: number
  readonly text: string
  /** A person's doing: it is named rather than what followed. */
  readonly matters: boolean
}

const letter = 6.3
/** Half the width of the needle's head. */
const head = 4

/** On which side of its mark each label stands; null: there is no room for it. None lies over another's mark or under the needle's head. */
export function placeLabels(labels: readonly Label[], width: number, needle: number): readonly ('start' | 'end' | null)[] {
  const taken: { readonly from: number; readonly to: number }[] = [{ from: needle - head, to: needle + head }]
  const take = (from: number, to: number) => {
    const isFree = from >= 0 && to <= width && taken.every((other) => to < other.from || from > other.to)
    if (isFree) taken.push({ from, to })
    return isFree
  }
  const sides: ('start' | 'end' | null)[] = labels.map(() => null)
  if (width < 400) return sides
  // What a person did comes first, then what is newest.
  const order = [...labels.keys()].sort((a, b) => Number(labels[b]?.matters) - Number(labels[a]?.matters) || b - a)
  for (const index of order) {
    const label = labels[index]
    if (!label) continue
    const long = label.text.length * letter + 10
    sides[index] = take(label.x + 1, label.x + long) ? 'start' : take(label.x - long, label.x - 5) ? 'end' : null
  }
  return sides
}
