import type { Millis } from '../sim/kernel/agenda.ts'
import type { TraceEntry } from '../sim/kernel/trace.ts'
import type { Result } from '../sim/api/status.ts'
import type { ClusterQuestion } from '../sim/cluster/cluster.ts'
import type { ComponentState } from '../sim/cluster/component-states.ts'
import type { Countdown } from '../sim/cluster/countdowns.ts'
import type { MachineState } from '../sim/cluster/machine.ts'
import type { ObservedChange } from '../sim/cluster/observer.ts'
import type { ActiveFault, Command, Run } from '../sim/cluster/run.ts'
import type { Applied } from '../sim/cluster/user-commands.ts'

/** What the page says to the Worker. */
export type ToWorker =
  /** Build this run from its beginning, play its commands and stand at `until` (default: the last command). */
  | { readonly type: 'boot'; readonly run: Run; readonly until?: Millis; readonly pace: Pace }
  | { readonly type: 'command'; readonly id: number; readonly command: Command }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | { readonly type: 'pace'; readonly pace: Pace }
  /** One agenda entry, or on to the next change that the page would show. */
  | { readonly type: 'step'; readonly to: 'event' | 'change' }
  /** The last batch has been drawn: the next may come. */
  | { readonly type: 'drawn' }
  | { readonly type: 'visible'; readonly visible: boolean }
  | { readonly type: 'ping'; readonly id: number }

/** What the Worker says to the page. */
export type ToPage =
  | Batch
  | { readonly type: 'answer'; readonly id: number; readonly result: Result<unknown> }
  | { readonly type: 'pong'; readonly id: number }
  /** The simulator hit a defect of its own: seed, virtual time and message. The run stands still. */
  | { readonly type: 'defect'; readonly message: string; readonly seed: number; readonly at: Millis }

export interface Pace {
  /** Virtual milliseconds for each real one: 0.1 … 1000. */
  readonly speed: number
  readonly paused: boolean
}

/** So much of the trace the page keeps: nobody need send it more. */
export const traceKept = 4000

/** All that changed since the last batch; at most one a frame, and none while one is unacknowledged or the page is hidden. */
export interface Batch {
  readonly type: 'batch'
  /** First batch after a boot: forget everything known before. */
  readonly fresh: boolean
  readonly now: Millis
  /** Virtual time zero, in milliseconds since 1970. */
  readonly start: number
  readonly pace: Pace
  readonly changes: readonly ObjectChange[]
  readonly trace: readonly TraceEntry[]
  /** All countdowns that run now. */
  readonly countdowns: readonly Countdown[]
  readonly machines: readonly MachineState[]
  readonly components: readonly ComponentState[]
  /** What is wrong now, oldest first: begun by `fault`, `power-off`, `cut-off` and `stop`. Begins and ends are in the trace, kind `fault`. */
  readonly faults: readonly ActiveFault[]
  /** The commands given so far, with their times: what a link or a file holds. */
  readonly commands: Run['commands']
  /** "Next change" was asked for, and for so long there is none. */
  readonly nothingFor?: Millis
}

/** `object` null: it is gone. Changes of one object between two batches are folded into one. */
export type ObjectChange = ObservedChange
export type { ComponentState, Countdown, MachineState }

/** What the page asks without changing anything. */
export type Question = ClusterQuestion

/** One document of an apply: what is there, what would be there, or why it would be refused. */
export type ApplyPreview = Applied
