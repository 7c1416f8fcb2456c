import type { KubernetesObject } from './objects.ts'
import type { Result } from './status.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** The content type of a patch, by the name everybody uses for it. */
export type PatchType = 'json' | 'merge' | 'strategic'

/**
 * One request to the API server: what its HTTP form would say, already taken apart. The only way to read or change cluster state.
 * `resource` and `group` are strings because strangers send them; what is not there is refused as Kubernetes refuses it.
 */
export interface ApiRequest {
  readonly verb: Verb
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
  /** The object (Composed: one that needs no reading), the patch, or the DeleteOptions. */
  readonly body?: unknown
  readonly patchType?: PatchType
  /** Who asks, as the trace shows it and as the default field manager: "kube-scheduler", "kubelet/worker-1", "user". */
  readonly user: string
  readonly options?: RequestOptions
}

/**
 * An object that a component composed in the very form in which it is stored: keys in Go's order, all that Go prints and nothing else, the parts of a new one frozen.
 * It is not read again, and what is to be created is given away: the very object is completed and stored. Only code makes one: nothing that comes as JSON is ever taken for one.
 */
export class Composed<T extends KubernetesObject = KubernetesObject> {
  readonly object: T

  constructor(object: T) {
    this.object = object
  }
}

/** The query parameters of the API. */
export interface RequestOptions {
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'NotOlderThan' | 'Exact'
  readonly allowWatchBookmarks?: boolean
  readonly dryRun?: boolean
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore'
  readonly fieldManager?: string
  /** Of `log`. */
  readonly container?: string
  readonly previous?: boolean
  readonly tailLines?: number
}

export interface ObjectList<T = KubernetesObject> {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number }
  readonly items: readonly T[]
}

export interface WatchEvent<T = KubernetesObject> {
  /** `ERROR` carries a Status (410 Expired) and ends the watch; `BOOKMARK` carries only metadata.resourceVersion. */
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T
}

export interface WatchHandle {
  stop(): void
}

export interface WatchSink {
  /** Called at the instant of the commit and because of it (the agenda's `cause` is that write); the receiver models its own lag. */
  event(event: WatchEvent): void
  /** The connection broke or the server ended the watch; nothing comes after. */
  closed(): void
}

/** The connection between one component and the API server: the seam at which components are cut off, slowed, throttled. */
export interface Transport {
  request(request: ApiRequest): Result<unknown>
  watch(request: ApiRequest, sink: WatchSink): Result<WatchHandle>
  /** How many milliseconds longer than usual a call takes now; absent: none. */
  delayOf?(verb: Verb): number
}
