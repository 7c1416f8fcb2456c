import type { Timeline } from '../kernel/agenda.ts'
import type { RandomStreams } from '../kernel/random.ts'
import type { Trace } from '../kernel/trace.ts'
import type { Pod } from '../api/generated/types.ts'
import type { WallClock } from '../api/time.ts'
import type { Question } from '../runtime/shell-commands.ts'
import type { Link, Route } from './link.ts'

/** What the parts of one cluster share: time, chance, the story, and the network between the machines and the API server. */
export interface World {
  readonly timeline: Timeline
  readonly random: RandomStreams
  readonly trace: Trace
  readonly wall: WallClock
  /** The way from a machine to the API server. */
  route(node: string): Route
  /** A new connection from a machine, broken when the machine is cut off. */
  link(node: string, route: Route): Link
  unlink(node: string, link: Link): void
  /** What a script in a pod's container finds when it asks the network. */
  answer(question: Question, pod: Pod): boolean
}
