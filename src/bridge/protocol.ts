import type { Millis } from '../sim/kernel/agenda.ts'
import type { TraceEntry } from '../sim/kernel/trace.ts'
import type { KubernetesObject, ObjectKey } from '../sim/api/objects.ts'
import type { ApiRequest } from '../sim/api/request.ts'
import type { Resource } from '../sim/api/resources.ts'
import type { Result } from '../sim/api/status.ts'
import type { Command, Manifest, Run } from '../sim/cluster/run.ts'

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
  /** The commands given so far, with their times: what a link or a file holds. */
  readonly commands: Run['commands']
}

/** `object` null: it is gone. Changes of one object between two batches are folded into one. */
export interface ObjectChange {
  readonly resource: Resource
  readonly key: ObjectKey
  readonly object: KubernetesObject | null
}

/** Something that will happen at a known time; the page counts down to `due` by itself. */
export interface Countdown {
  readonly kind: 'notReady' | 'eviction' | 'backOff' | 'imageBackOff' | 'termination' | 'pull' | 'probe'
  /** `nodes/worker-1`, `pods/default/web-1`. */
  readonly about: string
  readonly container?: string
  readonly since: Millis
  readonly due: Millis
}

/** The machine behind a node, which the API cannot tell: a powered-off node looks like any unreachable one. */
export interface MachineState {
  readonly name: string
  readonly power: 'on' | 'off'
  readonly network: 'connected' | 'cutOff'
  readonly since: Millis
}

export interface ComponentState {
  /** "kube-scheduler". */
  readonly name: string
  readonly node: string
  readonly state: 'running' | 'stopped' | 'waiting'
  readonly since: Millis
  /** One short fact for its card: "revision 1482", "2 waiting". */
  readonly fact?: string
}

/** What the page asks without changing anything. */
export type Question =
  /** A read through the API, as the user. */
  | { readonly kind: 'read'; readonly request: Omit<ApiRequest, 'user'> }
  | { readonly kind: 'logs'; readonly pod: ObjectKey; readonly container?: string; readonly previous?: boolean }
  /** What `apply` of these manifests would change: answers `ApplyPreview[]`. */
  | { readonly kind: 'preview'; readonly manifests: readonly Manifest[] }
  /** The scheduler's last decision about a pod: answers `SchedulingDecision | null`. */
  | { readonly kind: 'scheduling'; readonly pod: ObjectKey }
  /** Who answers a request to this Service now, by which hops, or why it fails: answers `Route`. */
  | { readonly kind: 'route'; readonly service: ObjectKey; readonly port?: number; readonly from?: ObjectKey }
  | { readonly kind: 'hash' }

/** One document of an apply: what is there, what would be there, or why it would be refused. */
export interface ApplyPreview {
  /** Index of the manifest. */
  readonly index: number
  readonly action: 'create' | 'configure' | 'unchanged' | 'refused'
  readonly name: string
  readonly before: KubernetesObject | null
  readonly after: KubernetesObject | null
  readonly refusal: Extract<Result<unknown>, { ok: false }>['status'] | null
}
