import type { ObjectKey } from '../api/objects.ts'
import type { Millis } from '../kernel/agenda.ts'

/** What the scheduler decided about a pod and from what: the table behind a placement or a refusal. Plain data, for the page. */
export interface SchedulingDecision {
  readonly at: Millis
  readonly pod: ObjectKey
  readonly uid: string
  /** The chosen node; null: it has to wait. */
  readonly node: string | null
  /** Where preemption makes room for it, if it does. */
  readonly nominatedNode: string | null
  /** Why it has to wait, as the event and the condition say. Empty when it was placed. */
  readonly message: string
  readonly attempt: number
  readonly totalNodes: number
  /** How many nodes were looked at; with many nodes the scheduler stops when it has found enough. */
  readonly evaluatedNodes: number
  readonly feasibleNodes: number
  /** One line per node that was refused, in the order of trying. */
  readonly filters: readonly NodeRefusal[]
  /** One line per node that fits, best first. Empty when only one did: then nothing is scored. */
  readonly scores: readonly NodeScore[]
  /** Pods that have to make room. */
  readonly victims: readonly ObjectKey[]
}

export interface NodeRefusal {
  readonly node: string
  readonly plugin: string
  readonly code: 'Unschedulable' | 'UnschedulableAndUnresolvable'
  readonly reasons: readonly string[]
}

export interface NodeScore {
  readonly node: string
  readonly total: number
  readonly plugins: readonly PluginScore[]
}

export interface PluginScore {
  readonly name: string
  readonly weight: number
  readonly raw: number
  readonly normalised: number
}
