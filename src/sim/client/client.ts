import { longAgo, type Millis } from '../kernel/agenda.ts'
import { splitKey, type KubernetesObject, type ObjectKey } from '../api/objects.ts'
import { Composed, type ApiRequest, type ObjectList, type PatchType, type RequestOptions, type Transport, type Verb, type WatchHandle, type WatchSink } from '../api/request.ts'
import { definitionOf, type ObjectOf, type Resource, type Subresource } from '../api/resources.ts'
import type { Result, Status } from '../api/status.ts'
import type { Client, DeleteOptions, Draft } from './component.ts'
import { TokenBucket } from './rate-limiter.ts'

export interface ClientOptions {
  /** Calls a second in the long run; absent or below 0: no limit. Upstream's --kube-api-qps. */
  readonly qps?: number
  /** Upstream's --kube-api-burst. */
  readonly burst?: number
  /** How long one call takes. */
  readonly latency?: Millis
}

/** The connection of one component to the API server, with its rate limit. */
export function createClient(transport: Transport, user: string, clock: { readonly now: Millis }, options: ClientOptions = {}): Client {
  return new ComponentClient(transport, user, clock, options)
}

/** rest.Config: what 0 stands for (DefaultQPS and DefaultBurst). */
const defaultQps = 5
const defaultBurst = 10

/** client-go: so often a call that was answered with Retry-After is tried again before its caller hears of it. */
const mostRetries = 10

/** What a call adds to its verb and resource. */
type Call = Omit<ApiRequest, 'verb' | 'group' | 'version' | 'resource' | 'user'>

class ComponentClient implements Client {
  /** When the next call may be made: calls follow one another as fast as the rate limit lets them. */
  private paced: Millis = longAgo
  /** When the answer to a call comes that takes longer than usual. Calls of other instants are others' who work beside. */
  private answered: Millis = longAgo
  private lastCall: Millis = longAgo
  private readonly bucket: TokenBucket | null
  private readonly latency: Millis

  constructor(
    private readonly transport: Transport,
    readonly user: string,
    private readonly clock: { readonly now: Millis },
    { qps, burst, latency = 1 }: ClientOptions,
  ) {
    this.bucket = qps === undefined || qps < 0 ? null : new TokenBucket(qps || defaultQps, Math.max(1, burst || (qps === 0 ? defaultBurst : qps)))
    this.latency = latency
  }

  get busyUntil(): Millis {
    return Math.max(this.paced, this.answered)
  }

  get<R extends Resource>(resource: R, key: ObjectKey, options?: RequestOptions): Result<ObjectOf<R>> {
    const { namespace, name } = placeOf(key)
    return this.call('get', resource, { namespace, name, options })
  }

  list<R extends Resource>(resource: R, namespace?: string, options?: RequestOptions): Result<ObjectList<ObjectOf<R>>> {
    return this.call('list', resource, { namespace, options })
  }

  watch(resource: Resource, namespace: string | undefined, options: RequestOptions, sink: WatchSink): Result<WatchHandle> {
    this.charge('watch')
    const { group, version } = definitionOf(resource)
    return this.transport.watch({ verb: 'watch', group, version, resource, user: this.user, namespace, options }, sink)
  }

  create<R extends Resource>(resource: R, draft: Draft<R> | Composed, options?: RequestOptions): Result<ObjectOf<R>> {
    const { namespace } = draft instanceof Composed ? draft.object.metadata : draft.metadata
    return this.call('create', resource, { namespace, body: draft, options })
  }

  update<R extends Resource>(resource: R, body: ObjectOf<R> | Composed<ObjectOf<R>>, subresource?: Subresource): Result<ObjectOf<R>> {
    const { namespace, name } = body instanceof Composed ? body.object.metadata : body.metadata
    return this.call('update', resource, { namespace, name, subresource, body })
  }

  updateStatus<R extends Resource>(resource: R, object: ObjectOf<R> | Composed<ObjectOf<R>>): Result<ObjectOf<R>> {
    return this.update(resource, object, 'status')
  }

  patch<R extends Resource>(resource: R, key: ObjectKey, patchType: PatchType, patch: unknown, subresource?: Subresource): Result<ObjectOf<R>> {
    const { namespace, name } = placeOf(key)
    return this.call('patch', resource, { namespace, name, subresource, patchType, body: patch })
  }

  delete(resource: Resource, key: ObjectKey, options?: DeleteOptions): Result<unknown> {
    const { namespace, name } = placeOf(key)
    return this.call('delete', resource, { namespace, name, body: options })
  }

  deleteCollection(resource: Resource, namespace: string, options?: RequestOptions, body?: DeleteOptions): Result<ObjectList> {
    return this.call('deletecollection', resource, { namespace, options, body })
  }

  bind(pod: ObjectKey, uid: string, nodeName: string): Result<unknown> {
    const { namespace, name } = splitKey(pod)
    const body = new Composed({ apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { kind: 'Node', name: nodeName } } as unknown as KubernetesObject)
    return this.call('create', 'pods', { namespace, name, subresource: 'binding', body })
  }

  /** The one cast: the server answers a request about a resource with objects of that resource. */
  private call<T>(verb: Verb, resource: Resource, call: Call): Result<T> {
    this.charge(verb)
    const { group, version } = definitionOf(resource)
    // Field by field: every call is made here, and what is spread has to be read as a table.
    const { namespace, name, subresource, patchType, body, options } = call
    const request: ApiRequest = { verb, group, version, resource, user: this.user, namespace, name, subresource, patchType, body, options }
    let answer = this.transport.request(request)
    for (let retries = 0; !answer.ok && retries < mostRetries; retries += 1) {
      const seconds = retryAfter(answer.status)
      if (seconds === 0) break
      // Tried again in the same instant; the waiting is charged.
      this.charge(verb, seconds * 1000)
      answer = this.transport.request(request)
    }
    return answer as Result<T>
  }

  private charge(verb: Verb, waited: Millis = 0): void {
    const { now } = this.clock
    const wait = this.bucket?.reserve(now) ?? 0
    this.paced = Math.max(this.paced, now + wait) + this.latency
    const late = waited + (this.transport.delayOf?.(verb) ?? 0)
    if (late > 0) this.answered = (this.lastCall === now ? Math.max(this.answered, this.paced) : this.paced) + late
    this.lastCall = now
  }
}

/** rest/with_retry.go: 429 and 5xx with the header Retry-After; 0: it is not to be tried again. */
function retryAfter({ code = 0, details }: Status): number {
  return code === 429 || code >= 500 ? (details?.retryAfterSeconds ?? 0) : 0
}

function placeOf(key: ObjectKey): { readonly namespace?: string; readonly name: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
