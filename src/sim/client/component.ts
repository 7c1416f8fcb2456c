import type { ProcessAgenda } from '../kernel/agenda.ts'
import type { Random } from '../kernel/random.ts'
import type { ObjectKey, KubernetesObject } from '../api/objects.ts'
import type { Composed, ObjectList, PatchType, RequestOptions, WatchHandle, WatchSink } from '../api/request.ts'
import type { ObjectOf, Resource, Subresource } from '../api/resources.ts'
import type { Result } from '../api/status.ts'
import type { WallClock } from '../api/time.ts'
import type { Millis } from '../kernel/agenda.ts'

/** What a component is handed when its process starts, and all it may use: its slice of time, its connection, its randomness. */
export interface ComponentContext {
  /** As events and the trace name it: "deployment-controller", "kubelet". */
  readonly name: string
  readonly agenda: ProcessAgenda
  readonly wall: WallClock
  readonly client: Client
  readonly informers: Informers
  readonly events: EventRecorder
  /** The stream of this component. */
  readonly random: Random
  /** Puts a decision into the trace: the plan behind the writes that follow. */
  decided(what: string, about: string, detail: unknown): void
}

/** A new object as its author writes it; the server fills in the rest. */
export type Draft<R extends Resource> = Omit<ObjectOf<R>, 'metadata' | 'status'> & { readonly metadata: DraftMeta; readonly status?: unknown }
export type DraftMeta = Partial<Omit<KubernetesObject['metadata'], 'name'>> & ({ readonly name: string } | { readonly generateName: string })

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/**
 * A typed client of the API server for one component. A call takes effect at once and returns at once; what it costs is charged
 * to the component: its queue's workers stay busy until `busyUntil` (the client's rate limit and the server's latency).
 */
export interface Client {
  readonly user: string
  readonly busyUntil: Millis
  get<R extends Resource>(resource: R, key: ObjectKey, options?: RequestOptions): Result<ObjectOf<R>>
  /** All namespaces when `namespace` is undefined. */
  list<R extends Resource>(resource: R, namespace?: string, options?: RequestOptions): Result<ObjectList<ObjectOf<R>>>
  watch(resource: Resource, namespace: string | undefined, options: RequestOptions, sink: WatchSink): Result<WatchHandle>
  create<R extends Resource>(resource: R, draft: Draft<R> | Composed, options?: RequestOptions): Result<ObjectOf<R>>
  update<R extends Resource>(resource: R, object: ObjectOf<R> | Composed<ObjectOf<R>>, subresource?: Subresource): Result<ObjectOf<R>>
  updateStatus<R extends Resource>(resource: R, object: ObjectOf<R> | Composed<ObjectOf<R>>): Result<ObjectOf<R>>
  patch<R extends Resource>(resource: R, key: ObjectKey, type: PatchType, patch: unknown, subresource?: Subresource): Result<ObjectOf<R>>
  delete(resource: Resource, key: ObjectKey, options?: DeleteOptions): Result<unknown>
  /** Answers what it was asked to delete: with a limit, one page of it. */
  deleteCollection(resource: Resource, namespace: string, options?: RequestOptions, body?: DeleteOptions): Result<ObjectList>
  /** POST pods/NAME/binding. */
  bind(pod: ObjectKey, uid: string, nodeName: string): Result<unknown>
}

/** Read access to an informer's cache: some past state of the resource, never a mix. Objects are shared and frozen. */
export interface Lister<T> {
  get(key: ObjectKey): T | undefined
  /** The same where there is no key as one text, and none needs to be made. */
  find(namespace: string | undefined, name: string): T | undefined
  /** In the order of their keys. */
  list(namespace?: string): readonly T[]
  /** Objects under one value of an index made with `addIndex`, in the order of their keys. */
  byIndex(index: string, value: string): readonly T[]
  /** The values of an index that objects have. */
  indexValues(index: string): Iterable<string>
}

/** `old` absent: it appeared. `new` absent: it is gone (`old` is its last known state). Both: it changed, or was listed again. */
export interface Change<T> {
  readonly old?: T
  readonly new?: T
}

/** One component's view of one resource, kept by list and watch, with a lag of its own. */
export interface Informer<T> {
  readonly lister: Lister<T>
  readonly synced: boolean
  onChange(handler: (change: Change<T>) => void): void
  /** `keepsValues` sees at a glance that a change leaves the values as they are: most changes do. */
  addIndex(name: string, valuesOf: (object: T) => readonly string[], keepsValues?: (old: T, object: T) => boolean): void
}

/** The informers of one process, one a resource and selector. They start to list when the process has set itself up. */
export interface Informers {
  of<R extends Resource>(resource: R, options?: Pick<RequestOptions, 'fieldSelector' | 'labelSelector'>): Informer<ObjectOf<R>>
  /** Runs once all informers asked for so far have listed (cache.WaitForCacheSync). */
  whenSynced(run: () => void): void
}

/** client-go's event recorder: correlates, aggregates and limits, then writes Event objects. */
export interface EventRecorder {
  event(about: ObjectReferenceSource, type: 'Normal' | 'Warning', reason: string, message: string, options?: EventOptions): void
}

export type ObjectReferenceSource = Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>

export interface EventOptions {
  /** `spec.containers{web}`: events about one container of a pod. */
  readonly fieldPath?: string
  /** events.k8s.io/v1 fields, as the scheduler fills them. */
  readonly action?: string
  readonly related?: ObjectReferenceSource
}
