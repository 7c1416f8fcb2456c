import { performance } from 'node:perf_hooks'
import type { Cluster } from '../src/sim/cluster/cluster.ts'
import type { Command } from '../src/sim/cluster/run.ts'
import { rounded } from './numbers.ts'

/** A turn of the engine that may not be interrupted: one entry of the agenda, or one step of a command, as the Worker runs it between two looks at its messages. */
interface Slice {
  readonly ms: number
  readonly virtualMs: number
  readonly what: string
}

/** How long the turns of one run took, in their order. */
export class Slices {
  readonly all: Slice[] = []

  /** Carries out a command, step by step. */
  perform(cluster: Cluster, command: Command): void {
    const steps = cluster.begin(command)
    for (let isDone = false; !isDone; ) {
      const before = performance.now()
      isDone = steps.next().done === true
      this.add(performance.now() - before, cluster.now, `a step of ${command.kind}`)
    }
  }

  /** Runs all that is due by `until`, turn by turn. */
  stepTo(cluster: Cluster, until: number): void {
    for (;;) {
      const due = cluster.nextEventAt()
      if (due === null || due > until) break
      const what = cluster.timeline.nextLabel
      const before = performance.now()
      cluster.step(until)
      this.add(performance.now() - before, due, what)
    }
    cluster.advanceTo(until)
  }

  private add(ms: number, virtualMs: number, what: string): void {
    this.all.push({ ms, virtualMs, what })
  }
}

/** The longest turns of runs that are the same, bit for bit. A turn counts by its quickest run: what the collector, the compiler and the machine did meanwhile falls out. */
export function longestOf(runs: readonly Slices[]) {
  const [first, ...others] = runs.map(({ all }) => all)
  if (!first || others.some((run) => run.length !== first.length)) throw new Error('the runs are not the same')
  const quickest = first.map((slice, at) => ({ ...slice, ms: Math.min(slice.ms, ...others.map((run) => run[at]!.ms)) }))
  const longest = quickest.toSorted((a, b) => b.ms - a.ms)
  const measured = runs.flatMap(({ all }) => all.map(({ ms }) => ms))
  return {
    longestMs: rounded(longest[0]?.ms ?? 0),
    over8Ms: longest.filter(({ ms }) => ms > 8).length,
    of: first.length,
    runs: runs.length,
    longest: longest.slice(0, 3).map(({ ms, ...rest }) => ({ ms: rounded(ms), ...rest })),
    asMeasured: { longestMs: rounded(measured.reduce((most, ms) => Math.max(most, ms), 0)), over8Ms: measured.filter((ms) => ms > 8).length },
  }
}
