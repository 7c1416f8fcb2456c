// Upstream: kube-apiserver (v1.36). Left out: managedFields and server-side apply, authentication and authorization, OpenAPI, tables, custom resources, the faults of an object beyond its first thousand.
import type { Millis, ProcessAgenda } from '../kernel/agenda.ts'
import { assert } from '../kernel/assert.ts'
import type { RandomStreams } from '../kernel/random.ts'
import type { Trace } from '../kernel/trace.ts'
import { isTooDeep, isTooLarge, mostBytes, tooDeep } from '../api/body-limit.ts'
import { badRequest, genericServerResponse, methodNotAllowed, requestEntityTooLarge, unexplained, unreachable as unreachableStatus } from '../api/errors.ts'
import { openGates } from '../api/feature-gates.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { isList, isObject } from '../api/patch/json-values.ts'
import { Composed, type ApiRequest, type Transport, type WatchHandle, type WatchSink } from '../api/request.ts'
import { findResource, resources, type ResourceDefinition } from '../api/resources.ts'
import { accepted, refused, type Result, type Status } from '../api/status.ts'
import { createClusterIPPool, createNodePortPool } from '../api/strategy/allocators.ts'
import { strategyOf } from '../api/strategy/strategies.ts'
import type { WallClock } from '../api/time.ts'
import type { Revision, Store } from '../etcd/store.ts'
import { bootstrap } from './bootstrap.ts'
import type { Core } from './core.ts'
import type { AdmissionPlugin } from './admission.ts'
import { dispatch, listSelected } from './dispatch.ts'
import { keptAsDifferences } from './kept-history.ts'
import { parseVersion, tooLarge } from './list.ts'
import { ObjectHomes } from './object-homes.ts'
import { PodsByNode } from './pods-by-node.ts'
import { Quotas } from './quotas.ts'
import { restoreReservations } from './reservations.ts'
import { selectionOf } from './selection.ts'
import { SharedOwners } from './shared-owners.ts'
import type { LogSource } from './subresources.ts'
import type { Target } from './target.ts'
import { WatchCache } from './watch-cache.ts'
import { asHeaders } from './warnings.ts'

export interface ApiServerOptions {
  readonly agenda: ProcessAgenda
  readonly store: Store<KubernetesObject>
  readonly wall: WallClock
  readonly random: RandomStreams
  readonly trace: Trace
  /** Who knows what containers have printed; absent: nobody. */
  readonly logs?: LogSource
  /** --advertise-address: the control-plane node's. */
  readonly advertiseAddress?: string
  /** --etcd-compaction-interval. */
  readonly compactionInterval?: Millis
  /** --disable-admission-plugins. */
  readonly disabledPlugins?: readonly AdmissionPlugin[]
  /** --feature-gates. */
  readonly featureGates?: string
}

/** Where clients knock: the first IP of the service network. */
const address = '10.96.0.1:443'
const bookmarkPeriod = 60_000

/** A running kube-apiserver: answers requests, tells watchers, and ends with its process. */
export class ApiServer implements Transport {
  /** For the page's "14 requests/s". */
  requestsHandled = 0
  private readonly core: Core
  /** For dry runs: what they draw is drawn elsewhere, so that the run with them is the run without them. */
  private readonly rehearsal: Core
  private readonly logs: LogSource | undefined
  private readonly advertiseAddress: string
  private readonly compactionInterval: Millis
  private readonly caches = new Map<string, WatchCache>()
  private stopIndexing: readonly (() => void)[] = []

  constructor(options: ApiServerOptions) {
    const { agenda, store, wall, trace, random, logs, advertiseAddress = '192.168.0.10', compactionInterval = 300_000, disabledPlugins = [], featureGates = '' } = options
    this.logs = logs
    this.advertiseAddress = advertiseAddress
    this.compactionInterval = compactionInterval
    this.core = {
      agenda, store, wall, trace,
      homes: new ObjectHomes(store),
      uids: random.of('uid'),
      names: random.of('names'),
      allocators: { clusterIPs: createClusterIPPool(), nodePorts: createNodePortPool() },
      eventLease: { id: 0, madeAt: 0, objects: 0 },
      disabledPlugins: new Set(disabledPlugins),
      featureGates: openGates(featureGates),
      podsByNode: new PodsByNode(),
      quotas: new Quotas(),
      owners: new SharedOwners(),
      admittedSpecs: new WeakMap(),
    }
    this.rehearsal = { ...this.core, uids: random.of('dry-run/uid'), names: random.of('dry-run/names'), admittedSpecs: new WeakMap() }
  }

  /** Its store answers now: lists what is stored, makes what every cluster has, and opens the door. */
  start(): void {
    assert(this.core.store.serving, 'the API server was started without its store')
    // First, so that who is told of a write finds it when listing.
    this.stopIndexing = [this.core.podsByNode.follow(this.core.store), this.core.quotas.follow(this.core.store)]
    for (const differences of keptAsDifferences) this.core.store.keepDifferences(differences)
    for (const definition of resources) this.caches.set(definition.resource, new WatchCache(this.core, definition))
    restoreReservations(this.core)
    bootstrap(this.core, this.advertiseAddress)
    this.planBookmarks()
    this.planCompaction(this.core.store.revision)
  }

  get running(): boolean {
    return !this.core.agenda.disposed && this.caches.size > 0
  }

  /** The process ends: all watches break at once. */
  stop(): void {
    for (const stop of this.stopIndexing) stop()
    for (const cache of this.caches.values()) cache.close()
    this.caches.clear()
    this.core.agenda.dispose()
  }

  request(request: ApiRequest): Result<unknown> {
    if (!this.running) return refused(unreachableStatus(address))
    this.requestsHandled += 1
    const definition = findResource(request.group, request.resource)
    if (!isServed(definition, request)) return refused(unknownResource(request))
    const fault = scopeFault(definition, request)
    if (fault) return refused(fault)
    const { serving } = this.core.store
    // Who reads an object measures it.
    if (!(serving && isReadWhole(request))) {
      if (isTooLarge(request.body)) return refused(requestEntityTooLarge(`limit is ${mostBytes}`))
      if (isTooDeep(request.body)) return refused(badRequest(tooDeep))
    }
    if (!serving) return refused(storeUnreachable)
    return warned(definition, dispatch(this.targetOf(definition, request), request, this.logs))
  }

  watch(request: ApiRequest, sink: WatchSink): Result<WatchHandle> {
    if (!this.running) return refused(unreachableStatus(address))
    this.requestsHandled += 1
    const definition = findResource(request.group, request.resource)
    if (!isServed(definition, request)) return refused(unknownResource(request))
    const fault = scopeFault(definition, request)
    if (fault) return refused(fault)
    const target = this.targetOf(definition, request)
    const { namespace } = target
    const options = request.options ?? {}
    const selection = selectionOf(definition, options)
    if (!selection.ok) return selection
    const version = parseVersion(options.resourceVersion ?? '')
    if (!version.ok) return version
    const cache = this.caches.get(definition.resource)!
    const bookmarks = options.allowWatchBookmarks === true
    const { store } = this.core
    if (version.value === 0) {
      // Without a version the watch begins with what is there, as if it were being created now.
      const existing = listSelected({ ...target, name: '' }, { ...options, resourceVersion: '' })
      if (!existing.ok) return existing
      for (const object of existing.value.items) sink.event({ type: 'ADDED', object })
      return warned(definition, accepted(cache.watch(namespace, selection.value, store.revision, bookmarks, sink)))
    }
    if (version.value < Math.max(cache.since, store.compactedRevision)) {
      sink.event({ type: 'ERROR', object: tooOld(version.value, Math.max(cache.since, store.compactedRevision)) as unknown as KubernetesObject })
      sink.closed()
      return accepted({ stop: () => undefined })
    }
    if (version.value > store.revision) return refused(tooLarge(version.value, store.revision))
    return warned(definition, accepted(cache.watch(namespace, selection.value, version.value, bookmarks, sink)))
  }

  /** Every interval, what was old at the last one is forgotten: history reaches back one to two intervals. */
  private planCompaction(revision: Revision): void {
    const { agenda, store } = this.core
    agenda.after(this.compactionInterval, 'kube-apiserver: compaction', () => {
      if (store.serving) store.compact(revision)
      this.planCompaction(store.revision)
    })
  }

  private planBookmarks(): void {
    this.core.agenda.after(bookmarkPeriod, 'kube-apiserver: bookmarks', () => {
      // One resource at a time: a thousand machines watch each of several.
      for (const cache of this.caches.values()) this.core.agenda.after(0, 'kube-apiserver: bookmarks of a resource', () => cache.sendBookmarks())
      this.planBookmarks()
    })
  }

  private targetOf(definition: ResourceDefinition, request: ApiRequest): Target {
    const { verb, user, subresource, namespace, name = '', options } = request
    const dryRun = options?.dryRun === true || rehearsesDeletion(request)
    return {
      core: dryRun ? this.rehearsal : this.core,
      definition,
      strategy: strategyOf(definition.resource),
      namespace, name,
      by: { user, verb, subresource },
      dryRun,
      fieldValidation: options?.fieldValidation ?? 'Warn',
    }
  }
}

/** The answer with its warnings, the first about what it asks for if nobody should any more. */
function warned<T>({ deprecation }: ResourceDefinition, result: Result<T>): Result<T> {
  const { warnings } = result
  return deprecation === undefined && !warnings ? result : { ...result, warnings: asHeaders([deprecation ?? '', ...(warnings ?? [])]) }
}

/** Makes the process; `start` opens it. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  return new ApiServer(options)
}

const storeUnreachable = unexplained('etcdserver: request timed out')

/** Whether there is what the URL names. */
function isServed(definition: ResourceDefinition | undefined, { version, subresource }: ApiRequest): definition is ResourceDefinition {
  return definition !== undefined && definition.version === version && (subresource === undefined || definition.subresources.some((known) => known === subresource))
}

/** Bodies that are objects of the kind that the URL names, or that need no reading. */
function isReadWhole({ verb, subresource, body }: ApiRequest): boolean {
  return body instanceof Composed || (verb === 'create' && subresource === undefined) || (verb === 'update' && subresource !== 'scale')
}

/** A DELETE says it in its body. */
function rehearsesDeletion({ verb, body }: ApiRequest): boolean {
  return (verb === 'delete' || verb === 'deletecollection') && isObject(body) && isList(body['dryRun']) && body['dryRun'].length > 0
}

function scopeFault(definition: ResourceDefinition, request: ApiRequest): Status | undefined {
  if (!definition.namespaced && request.namespace !== undefined) return unknownResource(request)
  const { verb } = request
  if (verb === 'deletecollection' && definition.resource === 'namespaces') return methodNotAllowed()
  if (verb !== 'create' && verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection') {
    if (!request.name) return methodNotAllowed()
    if (definition.namespaced && request.namespace === undefined) return unknownResource(request)
  }
  if (verb !== 'create') return undefined
  if (request.name && request.subresource === undefined) return methodNotAllowed()
  if (definition.namespaced && request.namespace === undefined) return methodNotAllowed()
  return undefined
}

function unknownResource({ group, resource, name = '', verb }: ApiRequest): Status {
  const status = genericServerResponse(404, verb, { group, resource }, name, '404 page not found', 0, true)
  return { ...status, message: 'the server could not find the requested resource' }
}

function tooOld(version: number, oldest: number): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `too old resource version: ${version} (${oldest})`, reason: 'Expired', code: 410 }
}
