import type { CauseId, Millis, Timeline } from '../kernel/agenda.ts'
import type { Random } from '../kernel/random.ts'
import { expired, genericServerResponse, noAnswer, unreachable as unreachableStatus } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { ApiRequest, Transport, Verb, WatchEvent, WatchHandle, WatchSink } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { fair, type Caller, type LinkCondition } from './faults/link-condition.ts'

/** Where the API server is found, if it runs. */
export type Route = () => Transport | null

/** What a connection needs of the world: time for what is late, and chance for what is lost. */
export interface LinkSurroundings {
  readonly timeline: Timeline
  readonly random: Random
  readonly route: Route
}

/** Where components of the cluster knock: the control plane's address. */
const endpoint = 'control-plane-1:6443'

/** client-go: ReadIdleTimeout and PingTimeout of HTTP/2: so long until a client notices that its connection is dead. */
const pingPatience: Millis = 45_000

/** The connection of one process to the API server. What the network and the server do to it, it does to calls and watches; nothing else knows of it. */
export class Link implements Transport {
  private readonly open = new Set<OpenWatch>()
  condition: LinkCondition = fair

  constructor(
    readonly caller: Caller,
    private readonly surroundings: LinkSurroundings,
  ) {}

  get listening(): boolean {
    return this.open.size > 0
  }

  get holdsEvents(): boolean {
    return this.condition.answersLost || this.condition.stale !== 'no'
  }

  request(request: ApiRequest): Result<unknown> {
    if (this.condition !== fair) return this.requestInTrouble(request)
    const server = this.surroundings.route()
    return server ? server.request(request) : refused(unreachableStatus(endpoint))
  }

  watch(request: ApiRequest, sink: WatchSink): Result<WatchHandle> {
    if (this.isDeaf) return refused(noAnswer(endpoint))
    if (this.isThrottled(request)) return refused(this.throttled(request))
    const server = this.surroundings.route()
    if (!server) return refused(unreachableStatus(endpoint))
    const opened = new OpenWatch(sink, this, this.surroundings.timeline)
    this.open.add(opened)
    const result = server.watch(request, opened)
    if (!result.ok) {
      this.open.delete(opened)
      return result
    }
    opened.handle = result.value
    return accepted(opened)
  }

  /** How much longer a call takes than usual. */
  delayOf(verb: Verb): Millis {
    const { delay, writeDelay } = this.condition
    return isWrite(verb) ? delay + writeDelay : delay
  }

  /** The faults have changed. */
  suffer(condition: LinkCondition): void {
    const before = this.condition
    this.condition = condition
    if (condition.broken) return this.breakWatches()
    if (this.isDeaf && !(before.requestsLost || before.answersLost) && this.listening) this.planPing()
    if (this.holdsEvents) return
    for (const watch of [...this.open]) {
      if (before.stale === 'expires') watch.expire()
      else watch.release()
    }
  }

  private get isDeaf(): boolean {
    return this.condition.requestsLost || this.condition.answersLost
  }

  forget(watch: OpenWatch): void {
    this.open.delete(watch)
  }

  /** The process is dead: its watches are closed without telling anybody, and nothing that it left behind is heard. */
  drop(): void {
    this.condition = { ...fair, requestsLost: true, answersLost: true }
    for (const watch of this.open) watch.stop()
    this.open.clear()
  }

  /** All watches break; who watched may try again at once. */
  breakWatches(): void {
    for (const watch of [...this.open]) watch.break()
  }

  private requestInTrouble(request: ApiRequest): Result<unknown> {
    const { requestsLost, answersLost, losesOneIn } = this.condition
    if (requestsLost) return refused(noAnswer(endpoint))
    if (this.isThrottled(request)) return refused(this.throttled(request))
    const server = this.surroundings.route()
    if (!server) return refused(unreachableStatus(endpoint))
    const answer = server.request(request)
    const isLost = answersLost || this.delayOf(request.verb) >= patienceOf(request) || (losesOneIn > 0 && answer.ok && isWrite(request.verb) && this.surroundings.random.below(losesOneIn) === 0)
    return isLost ? refused(noAnswer(endpoint)) : answer
  }

  /** Leases have a priority level of their own (leader-election, node-high): they are served when others are not. */
  private isThrottled({ resource }: ApiRequest): boolean {
    const { throttle } = this.condition
    return throttle !== null && resource !== 'leases' && this.surroundings.random.below(throttle.oneIn) === 0
  }

  private throttled({ verb, group, resource, name = '' }: ApiRequest): ReturnType<typeof genericServerResponse> {
    const method = verb === 'create' ? 'POST' : verb === 'update' ? 'PUT' : verb
    return genericServerResponse(429, method, { group, resource }, name, 'Too many requests, please try again later.', this.condition.throttle?.retryAfterSeconds ?? 1, true)
  }

  private planPing(): void {
    this.surroundings.timeline.after(pingPatience, `${this.caller.component}: HTTP/2 ping was not answered`, () => {
      if (this.isDeaf) this.breakWatches()
    })
  }
}

/** After how long a client gives up a call: leader election half its renew deadline, the kubelet's heartbeat its period; others wait for the server's --request-timeout. */
function patienceOf({ resource, namespace }: ApiRequest): Millis {
  if (resource !== 'leases') return 60_000
  return namespace === 'kube-node-lease' ? 10_000 : 5000
}

function isWrite(verb: Verb): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'watch'
}

/** One watch, as late and as silent as its connection is. */
class OpenWatch implements WatchSink, WatchHandle {
  handle: WatchHandle | null = null
  private ended = false
  /** The server has ended it: known when all is told that came before. */
  private closing = false
  /** What has come and could not be told yet, oldest first. */
  private waiting: { readonly event: WatchEvent; readonly cause: CauseId; readonly due: Millis }[] = []
  private planned = false

  constructor(
    private readonly sink: WatchSink,
    private readonly link: Link,
    private readonly timeline: Timeline,
  ) {}

  event(event: WatchEvent): void {
    if (this.ended) return
    const { condition } = this.link
    if (condition === fair && this.waiting.length === 0) return this.sink.event(event)
    this.waiting.push({ event, cause: this.timeline.cause, due: this.timeline.now + condition.lag })
    this.release()
  }

  /** Tells what is due, in order, unless the connection is silent. */
  release(): void {
    while (!this.ended && !this.link.holdsEvents) {
      const next = this.waiting[0]
      if (!next) {
        if (this.closing) this.cut()
        return
      }
      if (next.due > this.timeline.now) return this.plan(next.due)
      this.waiting.shift()
      this.timeline.because(next.cause, () => this.sink.event(next.event))
    }
  }

  closed(): void {
    this.closing = true
    if (this.waiting.length === 0) this.cut()
  }

  stop(): void {
    this.end()
    this.handle?.stop()
  }

  break(): void {
    this.handle?.stop()
    this.cut()
  }

  /** The server tells that it no longer has what this watcher has missed, if it has missed anything. */
  expire(): void {
    const last = this.waiting.at(-1)?.event
    if (!last || this.closing) return this.release()
    const { resourceVersion } = last.object.metadata
    this.end()
    this.handle?.stop()
    this.sink.event({ type: 'ERROR', object: expired(`too old resource version: ${resourceVersion}`) as unknown as KubernetesObject })
    this.sink.closed()
  }

  private cut(): void {
    if (this.ended) return
    this.end()
    this.sink.closed()
  }

  private end(): void {
    this.ended = true
    this.waiting = []
    this.link.forget(this)
  }

  private plan(due: Millis): void {
    if (this.planned) return
    this.planned = true
    this.timeline.at(due, `${this.link.caller.component}: a watch event comes late`, () => {
      this.planned = false
      this.release()
    })
  }
}
