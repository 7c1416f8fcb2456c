import type { Timeline } from '../kernel/agenda.ts'
import type { RandomStreams } from '../kernel/random.ts'
import type { Trace } from '../kernel/trace.ts'
import type { Pod } from '../api/generated/types.ts'
import type { EpochMillis, WallClock } from '../api/time.ts'
import type { Question } from '../runtime/shell-commands.ts'
import type { Link } from './link.ts'

/** What the parts of one cluster share: time, chance, the story, and the network between the machines and the API server. */
export interface World {
  readonly timeline: Timeline
  readonly random: RandomStreams
  readonly trace: Trace
  /** Virtual time zero. */
  readonly start: EpochMillis
  /** The clock on the wall of a machine. */
  clockOf(node: string): WallClock
  /** A new connection of a process on a machine to the API server. */
  link(node: string, component: string): Link
  unlink(link: Link): void
  /** The power of a machine is gone. */
  poweredOff(node: string): void
  /** What a script in a pod's container finds when it asks the network. */
  answer(question: Question, pod: Pod): boolean
}
