import type { Millis } from '../kernel/agenda.ts'
import type { ObjectKey } from '../api/objects.ts'
import type { ApiRequest } from '../api/request.ts'
import type { Resource } from '../api/resources.ts'
import type { Fault, FaultPattern } from './faults/fault.ts'

/** All there is to a run: the same four values give the same run, bit for bit, in every engine. */
export interface Run {
  readonly version: 1
  readonly seed: number
  readonly options: ClusterOptions
  /** In the order of their times. */
  readonly commands: readonly TimedCommand[]
}

export interface TimedCommand {
  readonly at: Millis
  readonly command: Command
}

/** What a manifest is once parsed: plain JSON, not checked yet. */
export type Manifest = Readonly<Record<string, unknown>>

/** What a person can do to a cluster. Everything else follows from these. */
export type Command =
  | { readonly kind: 'apply'; readonly manifests: readonly Manifest[] }
  /** Any other write through the API, as the user. */
  | { readonly kind: 'request'; readonly request: Omit<ApiRequest, 'user'> }
  | { readonly kind: 'delete'; readonly resource: Resource; readonly key: ObjectKey; readonly gracePeriodSeconds?: number }
  | { readonly kind: 'scale'; readonly resource: Resource; readonly key: ObjectKey; readonly replicas: number }
  /** kubectl rollout restart. */
  | { readonly kind: 'restart'; readonly resource: Resource; readonly key: ObjectKey }
  | { readonly kind: 'power-off' | 'power-on' | 'cut-off' | 'reconnect' | 'cordon' | 'uncordon'; readonly node: string }
  /** A control-plane component by its name: "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd". */
  | { readonly kind: 'stop' | 'start'; readonly component: string }
  | { readonly kind: 'kill'; readonly pod: ObjectKey; readonly container?: string }
  /** Something goes wrong, until `end-fault` or for so long. `power-off`, `cut-off` and `stop` above are faults without an end. */
  | { readonly kind: 'fault'; readonly fault: Fault; readonly for?: Millis }
  /** All active faults of this description end; without one, all. */
  | { readonly kind: 'end-fault'; readonly fault?: FaultPattern }

export type { ActiveFault, ComponentName, Fault, FaultKind, FaultPattern } from './faults/fault.ts'

/** Options of a cluster; what is absent is Kubernetes' default. Every timer is a component flag by its upstream name. */
export interface ClusterOptions {
  /** Worker nodes, `worker-1` … `worker-N`; default 3. */
  readonly workers?: number
  /** Zones `zone-a`, `zone-b` …, dealt to the workers in turn; default 1. */
  readonly zones?: number
  /** Size of each worker. */
  readonly node?: NodeSize
  /** Flags as older documents assume them: `classic` is the 40 s node grace of clusters before 1.32. */
  readonly preset?: 'classic'
  /** Flags by component: `{"kube-controller-manager": {"node-monitor-grace-period": "40s"}}`. */
  readonly flags?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Virtual time zero as a date; default 2026-01-01T09:00:00Z. */
  readonly start?: string
}

export interface NodeSize {
  readonly cpu: string
  readonly memory: string
  readonly pods?: number
  /** Of the disk; default 100Gi. */
  readonly ephemeralStorage?: string
}
