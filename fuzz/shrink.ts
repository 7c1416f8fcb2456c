import type { PlannedCommand, Plan } from './plan.ts'
import { bound, play, type Failure } from './play.ts'

/** How many runs the search for a smaller one may take. */
const mostPlays = 250

/** A part of a plan that stays or goes as a whole. */
type Unit = readonly PlannedCommand[]

/** The fewest commands found that break the same invariant, and how they break it. */
export interface Shrunk {
  readonly plan: Plan
  readonly failure: Failure
  readonly plays: number
}

/** Makes a failing plan smaller for as long as the same invariant fails: what came too late, whole kinds of faults, single commands, machines. */
export function shrink(plan: Plan, failure: Failure): Shrunk {
  return new Shrinker(plan, failure).shrink()
}

class Shrinker {
  private plays = 0
  /** Judged when everything is at rest: then the last word stays, without which the end would be another. */
  private readonly isOfTheEnd: boolean

  constructor(
    private plan: Plan,
    private failure: Failure,
  ) {
    this.isOfTheEnd = failure.violation.at >= plan.lastInput + bound
  }

  shrink(): Shrunk {
    this.cutTime()
    for (const kind of new Set(this.plan.commands.map(({ by }) => by))) if (kind !== 'user' && kind !== 'last word') this.tryPlan({ ...this.plan, commands: this.plan.commands.filter(({ by }) => by !== kind) })
    this.minimize()
    this.fewerMachines()
    return { plan: this.plan, failure: this.failure, plays: this.plays }
  }

  /** What came after the violation cannot have caused it. */
  private cutTime(): void {
    const { at } = this.failure.violation
    if (!this.isOfTheEnd) this.tryPlan({ ...this.plan, commands: this.plan.commands.filter((command) => command.at <= at) })
  }

  /** Delta debugging: takes away ever smaller parts until no single one can go. */
  private minimize(): void {
    let units = this.units()
    let size = Math.ceil(units.length / 2)
    while (size >= 1 && this.plays < mostPlays) {
      let removed = false
      for (let from = 0; from < units.length && this.plays < mostPlays; ) {
        const rest = [...units.slice(0, from), ...units.slice(from + size)]
        if (rest.length < units.length && this.tryPlan(this.withUnits(rest))) {
          units = rest
          removed = true
        } else from += size
      }
      if (size === 1 && !removed) return
      size = size === 1 ? 1 : Math.ceil(size / 2)
    }
  }

  private fewerMachines(): void {
    const named = Math.max(1, ...[...JSON.stringify(this.plan.commands).matchAll(/worker-(\d+)/g)].map(([, number]) => Number(number)))
    for (let workers = named; workers < (this.plan.options.workers ?? 3) && this.plays < mostPlays; workers += 1) if (this.tryPlan({ ...this.plan, options: { ...this.plan.options, workers } })) return
  }

  /** Keeps the plan if the same invariant fails. */
  private tryPlan(plan: Plan): boolean {
    if (plan.commands.length === this.plan.commands.length && plan.options === this.plan.options) return false
    this.plays += 1
    const { violation } = this.failure
    // A little longer than it took: without some of the commands things happen a little later.
    const outcome = play(plan, this.isOfTheEnd ? undefined : violation.at + 120_000)
    if (!('violation' in outcome) || outcome.violation.invariant !== violation.invariant) return false
    this.plan = plan
    this.failure = outcome
    return true
  }

  /** A fault with its end, or one command of a person. */
  private units(): Unit[] {
    const groups = new Map<string, PlannedCommand[]>()
    for (const [index, command] of this.plan.commands.entries()) {
      if (this.isKept(command)) continue
      const key = command.group === undefined ? `alone ${index}` : `group ${command.group}`
      groups.set(key, [...(groups.get(key) ?? []), command])
    }
    return [...groups.values()]
  }

  private withUnits(units: readonly Unit[]): Plan {
    const kept = new Set<PlannedCommand>(units.flat())
    return { ...this.plan, commands: this.plan.commands.filter((command) => kept.has(command) || this.isKept(command)) }
  }

  private isKept({ by }: PlannedCommand): boolean {
    return by === 'last word' && this.isOfTheEnd
  }
}
