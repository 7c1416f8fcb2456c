import type { ApiRequest, WatchSink } from '../../src/sim/api/request.ts'
import { accepted } from '../../src/sim/api/status.ts'
import type { ApiServer } from '../../src/sim/apiserver/server.ts'
import type { Cluster } from '../../src/sim/cluster/cluster.ts'

/** One client's watch of one resource. */
interface Line {
  /** Undefined: it is broken. */
  readonly openSince: number | undefined
  /** When the one before it broke; at the present one's end, that. */
  readonly brokenAt: number
}

/** Until when each client has heard what was written. Whose API server was away comes back with a back-off of up to a minute, and goes by what it knew for as long. */
export class Hearing {
  private readonly lines = new Map<string, Line>()
  private server: ApiServer | null = null
  /** Watches that were opened before the first server was listened to have ended with it. */
  private firstEnd = Number.POSITIVE_INFINITY

  constructor(private readonly cluster: Cluster) {}

  /** Hears which watches the server of the moment opens and ends. */
  listen(server: ApiServer | null): void {
    if (this.server && !this.server.running) this.firstEnd = Math.min(this.firstEnd, this.cluster.now)
    if (server === null || server === this.server) return
    this.server = server
    const open = server.watch.bind(server)
    server.watch = (request: ApiRequest, sink: WatchSink) => {
      const key = `${request.user} ${request.resource}`
      const before = this.lines.get(key)
      let line: Line | null = { openSince: this.cluster.now, brokenAt: before?.brokenAt ?? this.firstEnd }
      const end = (): void => {
        // Another may have been opened since.
        if (this.lines.get(key) === line) this.lines.set(key, { openSince: undefined, brokenAt: this.cluster.now })
        line = null
      }
      const opened = open(request, {
        event: (event) => sink.event(event),
        closed: () => {
          end()
          sink.closed()
        },
      })
      if (!opened.ok || !line) return opened
      this.lines.set(key, line)
      return accepted({
        stop: () => {
          end()
          opened.value.stop()
        },
      })
    }
  }

  /** All that was written until then, the client has been told of, if it was open for so long that the list before it has been seen too. */
  heardUntil(user: string, resource: string, seenFor: number): number {
    const { now } = this.cluster
    const line = this.lines.get(`${user} ${resource}`)
    if (!line) return Math.min(now, this.firstEnd)
    return line.openSince !== undefined && line.openSince <= now - seenFor ? now : Math.min(now, line.brokenAt)
  }
}
