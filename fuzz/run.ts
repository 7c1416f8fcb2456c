import { keyOf } from '../src/sim/api/objects.ts'
import type { Pod } from '../src/sim/api/generated/types.ts'
import { Cluster } from '../src/sim/cluster/cluster.ts'
import type { KeyValue } from '../src/sim/etcd/store.ts'
import type { Command } from '../src/sim/cluster/run.ts'
import { checkRest } from './at-rest.ts'
import { Invariants, Violation } from './invariants.ts'
import { faultsEnd, planRun } from './plan.ts'

/** How long after the last fault everything must have come to rest: the longest timer, a rollout's deadline, and two quiet minutes. */
const recovery = 14 * 60_000

/** 104: a run that needs more than this turns in a circle. */
const mostEventsAtInstant = 20_000
const mostEvents = 1_000_000

export interface Outcome {
  readonly events: number
  readonly checked: number
  readonly hash: string
}

/** Plays one seeded run with its faults, checks every invariant after every event, and then that what was asked for is there. Throws a Violation. */
export function fuzzRun(seed: number): Outcome {
  const run = planRun(seed)
  const cluster = new Cluster(seed, run.options)
  cluster.advanceTo(0)
  const invariants = new Invariants(cluster)
  let [events, instant, eventsAtInstant] = [0, 0, 0]
  const advance = (until: number): void => {
    while (cluster.step(until)) {
      events += 1
      if (cluster.now > instant) [instant, eventsAtInstant] = [cluster.now, 0]
      eventsAtInstant += 1
      if (eventsAtInstant > mostEventsAtInstant) throw new Violation(104, `${eventsAtInstant} events at one instant`, cluster.now)
      if (events > mostEvents) throw new Violation(104, `${events} events in one run`, cluster.now)
      invariants.afterEvent()
    }
    cluster.advanceTo(until)
  }
  for (const { at, command } of run.commands) {
    advance(at)
    invariants.isUser = true
    cluster.perform(namePod(cluster, command))
    invariants.isUser = false
  }
  advance(Math.max(faultsEnd, run.commands.at(-1)?.at ?? 0) + recovery)
  checkRest(cluster, invariants.writes, (invariant, message) => {
    throw new Violation(invariant, message, cluster.now)
  })
  return { events, checked: invariants.checked, hash: cluster.hash() }
}

/** `default/#3` → the fourth pod there is (modulo), or none. */
function namePod(cluster: Cluster, command: Command): Command {
  if (command.kind !== 'kill') return command
  const pods = cluster.store.range('/registry/pods/default/') as KeyValue<Pod>[]
  const index = Number(command.pod.split('#')[1])
  return pods.length === 0 ? command : { ...command, pod: keyOf(pods[index % pods.length]!.value!) }
}
