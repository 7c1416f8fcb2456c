import { RandomStreams } from '../src/sim/kernel/random.ts'
import type { Run, TimedCommand } from '../src/sim/cluster/run.ts'
import { drawFaults, drawShutdowns, type FaultName } from './plan-faults.ts'
import { lastWord } from './plan-last-word.ts'
import { drawController, drawWorkload } from './plan-workload.ts'

/** What a seed yields before anything runs: the run with its symbolic names, and which of its commands are the user's. */
export interface Plan {
  readonly version: 1
  readonly seed: number
  readonly options: Run['options']
  readonly commands: readonly PlannedCommand[]
  /** When all faults have ended; the last word comes later, when even an API server restarted again and again is back. */
  readonly faultsEnd: number
  readonly lastInput: number
}

/** A command, and who gives it: a person, whose commands are also given to the run without faults, or a fault by its kind. */
export interface PlannedCommand extends TimedCommand {
  readonly by: 'user' | 'last word' | FaultName
  /** What belongs together: a fault and its end. Absent: it stands alone. */
  readonly group?: number
}

/** How long people and faults go on in `npm run fuzz`. */
export const fullLength = 20 * 60_000

/** A run drawn from a seed: topology, workload and faults, each from a stream of its own, so that one more draw in one shifts nothing in the others. */
export function planRun(seed: number, length = fullLength): Plan {
  const streams = new RandomStreams(seed)
  const topology = streams.of('topology')
  const workers = topology.between(2, 5)
  const shutdowns = drawShutdowns(streams.of('shutdowns'), length, workers)
  const options = { workers, zones: topology.between(1, 2), node: { cpu: '2', memory: '4Gi' }, ...shutdowns.options }
  const drawn = drawWorkload(streams.of('workload'), length, workers)
  const controller = drawController(streams.of('replication controller'), length)
  const workload = { ...drawn, commands: [...drawn.commands, ...controller.commands], final: [...drawn.final, ...controller.final] }
  const faults = drawFaults(streams.of('faults'), length, workers)
  const lastInput = length + 330_000
  const commands: PlannedCommand[] = [
    ...workload.commands.map((command) => ({ ...command, by: 'user' as const })),
    ...faults,
    ...shutdowns.commands,
    ...lastWord(workload, workers).map((command): PlannedCommand => ({ at: lastInput, command, by: 'last word' })),
  ]
  return { version: 1, seed, options, commands: commands.sort((a, b) => a.at - b.at), faultsEnd: length, lastInput }
}

/** The same without faults: what a person would have if nothing ever broke. */
export function withoutFaults(plan: Plan): Plan {
  return { ...plan, commands: plan.commands.filter(({ by }) => by === 'user' || by === 'last word') }
}
