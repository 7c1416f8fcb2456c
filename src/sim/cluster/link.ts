import { unreachable as unreachableStatus } from '../api/errors.ts'
import type { ApiRequest, Transport, WatchHandle, WatchSink } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'

/** Where the API server is found, if it can be reached from here right now. */
export type Route = () => Transport | null

/** Where components of the cluster knock: the control plane's address. */
const endpoint = 'control-plane-1:6443'

/** The connection of one process to the API server. Cutting it breaks its watches; nothing else knows that it was cut. */
export class Link implements Transport {
  private readonly open = new Set<OpenWatch>()
  private severed = false

  constructor(private readonly route: Route) {}

  request(request: ApiRequest): Result<unknown> {
    const server = this.severed ? null : this.route()
    return server ? server.request(request) : refused(unreachableStatus(endpoint))
  }

  watch(request: ApiRequest, sink: WatchSink): Result<WatchHandle> {
    const server = this.severed ? null : this.route()
    if (!server) return refused(unreachableStatus(endpoint))
    const opened = new OpenWatch(sink, () => this.open.delete(opened))
    this.open.add(opened)
    const result = server.watch(request, opened)
    if (!result.ok) {
      this.open.delete(opened)
      return result
    }
    opened.handle = result.value
    return accepted(opened)
  }

  /** The network between is gone: all watches break now, and requests fail until `mend`. */
  sever(): void {
    this.severed = true
    this.breakWatches()
  }

  mend(): void {
    this.severed = false
  }

  /** The process is dead: its watches are closed without telling anybody. */
  drop(): void {
    for (const watch of this.open) watch.stop()
    this.open.clear()
  }

  /** All watches break; who watched may try again at once. */
  breakWatches(): void {
    for (const watch of [...this.open]) watch.break()
  }
}

class OpenWatch implements WatchSink, WatchHandle {
  handle: WatchHandle | null = null
  private ended = false

  constructor(
    private readonly sink: WatchSink,
    private readonly forget: () => void,
  ) {}

  event(event: Parameters<WatchSink['event']>[0]): void {
    if (!this.ended) this.sink.event(event)
  }

  closed(): void {
    if (this.ended) return
    this.ended = true
    this.forget()
    this.sink.closed()
  }

  stop(): void {
    this.ended = true
    this.forget()
    this.handle?.stop()
  }

  break(): void {
    this.handle?.stop()
    this.closed()
  }
}
