import type { Millis } from '../kernel/agenda.ts'
import { Timeline } from '../kernel/agenda.ts'
import { RandomStreams } from '../kernel/random.ts'
import { Trace } from '../kernel/trace.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { ObjectOf, Resource } from '../api/resources.ts'
import { must, refused, type Result } from '../api/status.ts'
import { unreachable } from '../api/errors.ts'
import type { ApiRequest, Transport, WatchHandle, WatchSink } from '../api/request.ts'
import { createWallClock, parseTime } from '../api/time.ts'
import type { AdmissionPlugin } from '../apiserver/admission.ts'
import { createApiServer, type ApiServer } from '../apiserver/server.ts'
import { createClient, type ClientOptions } from '../client/client.ts'
import type { Client, ComponentContext } from '../client/component.ts'
import { createEventRecorder, type EventLimit } from '../client/event-recorder.ts'
import { createInformers } from '../client/informers.ts'
import { Store } from '../etcd/store.ts'

export interface TestClusterOptions {
  readonly seed?: number
  /** How late the components see changes of a resource; default 1 ms. */
  readonly watchLag?: Partial<Record<Resource, Millis>>
  /** Default: ServiceAccount, because nobody makes service accounts here unless a test starts their controller. */
  readonly disabledPlugins?: readonly AdmissionPlugin[]
  /** Of the API server. */
  readonly featureGates?: string
}

export interface TestComponentOptions extends ClientOptions {
  /** The node it runs on, as events name it. */
  readonly host?: string
  readonly eventLimit?: EventLimit
}

/** A real API server on a real store and the components a test starts: no kubelets, no scheduler, nothing that the test did not ask for. */
export interface TestCluster {
  readonly timeline: Timeline
  readonly apiServer: ApiServer
  readonly store: Store<KubernetesObject>
  readonly trace: Trace
  readonly random: RandomStreams
  /** The test itself, as user "test": no rate limit, no latency. */
  readonly client: Client
  /** Starts a process as the cluster would. */
  component<T>(name: string, start: (context: ComponentContext) => T, options?: TestComponentOptions): T
  /** Cuts a component off from the API server: its calls get no answer and its watches break. */
  cutOff(component: string): void
  reconnect(component: string): void
  /** Ends the API server's process and starts another on the same store: it has forgotten what only it knew, and all watches are broken. */
  restartApiServer(): void
  /** Ends etcd's process: nothing can be read or written. */
  stopStore(): void
  advanceTo(time: Millis): void
  /** Advances until nothing but bookkeeping (events due a minute and more from now) is planned, at most `limit` milliseconds. */
  settle(limit?: Millis): void
  list<R extends Resource>(resource: R, namespace?: string): readonly ObjectOf<R>[]
}

export function createTestCluster({ seed = 1, watchLag = {}, disabledPlugins = ['ServiceAccount'], featureGates = '' }: TestClusterOptions = {}): TestCluster {
  const timeline = new Timeline()
  const random = new RandomStreams(seed)
  const trace = new Trace(timeline)
  const wall = createWallClock(timeline, parseTime('2026-01-01T09:00:00Z') ?? 0)
  const store = new Store<KubernetesObject>()
  const etcd = timeline.fork('etcd')
  store.serve(etcd)
  const startApiServer = (): ApiServer => {
    const server = createApiServer({ agenda: timeline.fork('kube-apiserver'), store, wall, random, trace, disabledPlugins, featureGates })
    server.start()
    return server
  }
  let apiServer = startApiServer()
  /** Wherever the server runs now. */
  const door: Transport = { request: (request) => apiServer.request(request), watch: (request, sink) => apiServer.watch(request, sink) }
  const cables = new Map<string, Cable>()
  const client = createClient(door, 'test', timeline, { latency: 0 })
  return {
    timeline,
    get apiServer() {
      return apiServer
    },
    restartApiServer() {
      apiServer.stop()
      apiServer = startApiServer()
    },
    stopStore: () => etcd.dispose(),
    store, trace, random, client,
    component(name, start, { host, eventLimit, ...clientOptions } = {}) {
      const agenda = timeline.fork(name)
      const cable = new Cable(door)
      cables.set(name, cable)
      const own = createClient(cable, name, agenda, clientOptions)
      const stream = random.of(name)
      return start({
        name, agenda, wall, client: own, random: stream,
        informers: createInformers({ name, agenda, client: own, random: stream, lagOf: (resource) => ({ base: watchLag[resource] ?? 1, jitter: 0 }) }),
        events: createEventRecorder({ agenda, client: createClient(cable, name, agenda), wall, random: random.of(`${name}/events`), component: name, ...(host && { host }), ...(eventLimit && { limit: eventLimit }) }),
        decided: (what, about, detail) => void trace.add({ kind: 'decision', author: name, what, about, detail }),
      })
    },
    cutOff: (component) => cables.get(component)?.cut(),
    reconnect: (component) => cables.get(component)?.mend(),
    advanceTo: (time) => timeline.advanceTo(time),
    settle(limit = 60_000) {
      const end = timeline.now + limit
      for (let due = timeline.nextDue(); due !== null && due <= end && due < timeline.now + 60_000; due = timeline.nextDue()) timeline.step(end)
    },
    list: (resource, namespace) => must(client.list(resource, namespace)).items,
  }
}

/** The connection of one component, which a test can cut. */
class Cable implements Transport {
  private isCut = false
  private readonly watches = new Map<WatchSink, WatchHandle>()
  private readonly server: Transport

  constructor(server: Transport) {
    this.server = server
  }

  request(request: ApiRequest): Result<unknown> {
    return this.isCut ? refused(unreachable('10.96.0.1:443')) : this.server.request(request)
  }

  watch(request: ApiRequest, sink: WatchSink): Result<WatchHandle> {
    if (this.isCut) return refused(unreachable('10.96.0.1:443'))
    const watch = this.server.watch(request, sink)
    if (watch.ok) this.watches.set(sink, watch.value)
    return watch
  }

  cut(): void {
    this.isCut = true
    for (const [sink, handle] of this.watches) {
      handle.stop()
      sink.closed()
    }
    this.watches.clear()
  }

  mend(): void {
    this.isCut = false
  }
}
