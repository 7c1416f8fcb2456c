import { Cluster } from '../src/sim/cluster/cluster.ts'
import { freezeSealedLists } from '../src/sim/kernel/sealed-list.ts'
import type { TimedCommand } from '../src/sim/cluster/run.ts'
import { checkRest, checkSilence } from './checks/at-rest.ts'
import { Violation } from './checks/check.ts'
import { HotLoops } from './checks/hot-loops.ts'
import { Invariants } from './checks/invariants.ts'
import { Sight } from './checks/sight.ts'
import { differences, endState } from './end-state.ts'
import { withoutFaults, type Plan } from './plan.ts'
import { resolve } from './resolve.ts'

// A write to what is complete is a defect.
freezeSealedLists()

/** How long after the last input everything must have come to where it belongs: the longest timer, a back-off of five minutes after a pull of as much, and a minute. */
export const bound = 11 * 60_000
/** For how long nothing may be written then. */
const silence = 10 * 60_000
/** How long a cache may be old after a fault that showed it old things. */
const clearing = 60_000

/** 104: a run that needs more than this turns in a circle. */
const mostEventsAtInstant = 20_000
const mostEvents = 2_000_000

/** How a run went. */
export interface Outcome {
  readonly events: number
  readonly checked: number
  readonly hash: string
  /** What was commanded, with the names that the run gave. */
  readonly commands: readonly TimedCommand[]
}

/** A violation with what had been commanded until then. */
export interface Failure {
  readonly violation: Violation
  readonly commands: readonly TimedCommand[]
}

/** Plays a plan with its faults, checks every invariant after every event, and that in the end the cluster is what it would be without the faults, and stays so. `until` ends it earlier. */
export function play(plan: Plan, until = Number.POSITIVE_INFINITY): Outcome | Failure {
  const cluster = new Cluster(plan.seed, plan.options)
  try {
    return new Play(plan, cluster).toItsEnd(until)
  } catch (error) {
    const violation = error instanceof Violation ? error : new Violation(0, error instanceof Error ? (error.stack ?? error.message) : String(error), cluster.now)
    return { violation, commands: cluster.commands }
  }
}

class Play {
  private readonly invariants: Invariants
  private events = 0
  private readonly hotLoops: HotLoops
  private instant = 0
  private eventsAtInstant = 0

  constructor(
    private readonly plan: Plan,
    private readonly cluster: Cluster,
  ) {
    const sight = new Sight(cluster)
    cluster.advanceTo(0)
    this.invariants = new Invariants(cluster, sight)
    this.hotLoops = new HotLoops(this.invariants.scene)
  }

  toItsEnd(until: number): Outcome {
    const { cluster, plan, invariants } = this
    const { scene } = invariants
    for (const { at, command } of plan.commands) {
      if (at > until) return this.endAt(until)
      this.advance(at)
      scene.isUser = true
      const resolved = resolve(cluster, command)
      if (resolved) cluster.perform(resolved)
      scene.isUser = false
    }
    if (plan.lastInput + bound > until) return this.endAt(until)
    this.advance(plan.lastInput + bound)
    invariants.whole()
    checkRest(cluster, scene.fail)
    this.compare()
    this.advance(cluster.now + silence)
    checkSilence(cluster, invariants.writes, cluster.now - silence, scene.fail)
    invariants.whole()
    return this.outcome()
  }

  private endAt(time: number): Outcome {
    this.advance(time)
    return this.outcome()
  }

  private outcome(): Outcome {
    const { cluster, events, invariants } = this
    return { events, checked: invariants.scene.checked, hash: cluster.hash(), commands: cluster.commands }
  }

  private advance(until: number): void {
    const { cluster, invariants } = this
    if (until > this.plan.faultsEnd + clearing && cluster.now <= this.plan.faultsEnd + clearing) {
      this.step(this.plan.faultsEnd + clearing)
      invariants.whole()
    }
    this.step(until)
  }

  private step(until: number): void {
    const { cluster, invariants } = this
    for (let label = cluster.timeline.nextLabel; cluster.step(until); label = cluster.timeline.nextLabel) {
      this.events += 1
      this.hotLoops.next(label, cluster.now)
      if (cluster.now < this.instant) throw new Violation(1, `time went back from ${this.instant}`, cluster.now)
      if (cluster.now > this.instant) [this.instant, this.eventsAtInstant] = [cluster.now, 0]
      this.eventsAtInstant += 1
      if (this.eventsAtInstant > mostEventsAtInstant) throw new Violation(104, `${this.eventsAtInstant} events at one instant, the next is "${cluster.timeline.nextLabel}"`, cluster.now)
      if (this.events > mostEvents) throw new Violation(104, `${this.events} events in one run`, cluster.now)
      invariants.afterEvent()
    }
    cluster.advanceTo(until)
  }

  /** 103: the same as without faults. */
  private compare(): void {
    const sound = withoutFaults(this.plan)
    const reference = new Cluster(sound.seed, sound.options)
    for (const { at, command } of sound.commands) {
      reference.advanceTo(at)
      const resolved = resolve(reference, command)
      if (resolved) reference.perform(resolved)
    }
    reference.advanceTo(sound.lastInput + bound)
    const differ = differences(endState(reference), endState(this.cluster))
    if (differ.length > 0) throw new Violation(103, `the cluster is not what it is without faults:\n${differ.slice(0, 6).join('\n')}`, this.cluster.now)
  }
}
