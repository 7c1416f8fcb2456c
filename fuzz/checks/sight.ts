import type { ApiRequest, WatchEvent, WatchHandle, WatchSink } from '../../src/sim/api/request.ts'
import type { Result } from '../../src/sim/api/status.ts'
import type { Cluster } from '../../src/sim/cluster/cluster.ts'
import type { ComponentName } from '../../src/sim/cluster/faults/fault.ts'
import { fair } from '../../src/sim/cluster/faults/link-condition.ts'
import type { Link } from '../../src/sim/cluster/link.ts'

/** A process that goes by what it is told: one of the control plane by its name, or `kubelet/worker-1`. */
export type Process = 'kube-controller-manager' | 'kube-scheduler' | `kubelet/${string}` | `kube-proxy/${string}`

/** One watch of a process: how much was sent on it, and how much of that has come. */
interface Line {
  open: boolean
  sent: number
  told: number
  /** Something is under way. */
  isLate: boolean
}

/** How old a cache may be that a component still goes by, when no fault delays it: its lag is 6 ms, a busy worker's turn comes within the second. */
export const seenFor = 1000

/** Since when each process knows what is written. Told by its connection itself: no fault is taken to last longer than it is felt. */
export class Sight {
  private readonly eyes = new Map<string, Eye>()

  constructor(private readonly cluster: Cluster) {
    const open = cluster.link.bind(cluster)
    cluster.link = (node, component) => {
      const link = open(node, component)
      const process = component === 'kubelet' || component === 'kube-proxy' ? `${component}/${node}` : component
      let eye = this.eyes.get(process)
      if (!eye) this.eyes.set(process, (eye = new Eye(() => cluster.now)))
      eye.looksThrough(link, () => isFrozen(cluster, node, component as ComponentName))
      return link
    }
  }

  /** Whether a process may miss something that was written more than a moment ago. */
  isBlurred(process: Process): boolean {
    return this.clearSince(process) > this.cluster.now - seenFor
  }

  /** Since when a process has known, at every instant, all that was written a moment before. */
  clearSince(process: Process): number {
    return this.eyes.get(process)?.clearSince() ?? Number.POSITIVE_INFINITY
  }

  /** Until when a process knows for certain what was written. */
  seenUntil(process: Process): number {
    const eye = this.eyes.get(process)
    if (!eye) return Number.NEGATIVE_INFINITY
    return (this.isBlurred(process) ? eye.blurredSince : this.cluster.now) - seenFor
  }

  /** Whether any process may miss something. */
  get isAnyBlurred(): boolean {
    for (const process of this.eyes.keys()) if (!process.startsWith('kube-proxy') && this.isBlurred(process as Process)) return true
    return false
  }
}

/** What one process sees: by its present life's connection and watches. */
class Eye {
  /** When the present trouble, or the last one, began, and when it was felt last. */
  blurredSince = 0
  private lastBlur = Number.NEGATIVE_INFINITY
  private lines = new Map<string, Line>()
  private link: Link | null = null
  private inTrouble = false

  constructor(private readonly now: () => number) {}

  clearSince(): number {
    return this.isBlind ? Number.POSITIVE_INFINITY : this.lastBlur
  }

  /** A new life of the process: it knows nothing yet. */
  looksThrough(link: Link, isFrozen: () => boolean): void {
    this.link = link
    this.lines = new Map()
    this.judge(link, isFrozen)
    this.blur()
    const [suffer, watch, drop] = [link.suffer.bind(link), link.watch.bind(link), link.drop.bind(link)]
    link.suffer = (condition) => {
      suffer(condition)
      if (this.link === link) this.judge(link, isFrozen)
    }
    link.watch = (request, sink) => this.watch(link, request, sink, watch)
    link.drop = () => {
      if (this.link === link) {
        this.blur()
        this.link = null
      }
      drop()
    }
  }

  private get isBlind(): boolean {
    // Who does not lead yet, watches nothing.
    if (!this.link || this.inTrouble || this.lines.size === 0) return true
    for (const { open, sent, told } of this.lines.values()) if (!open || sent > told) return true
    return false
  }

  private judge(link: Link, isFrozen: () => boolean): void {
    const inTrouble = link.condition !== fair || isFrozen()
    if (inTrouble || this.inTrouble) this.blur()
    this.inTrouble = inTrouble
  }

  private blur(): void {
    const now = this.now()
    if (now - this.lastBlur > seenFor && !this.isBlind) this.blurredSince = now
    this.lastBlur = now
  }

  private watch(link: Link, request: ApiRequest, sink: WatchSink, watch: Link['watch']): Result<WatchHandle> {
    const { resource, options = {} } = request
    const key = `${resource} ${options.fieldSelector ?? ''} ${options.labelSelector ?? ''}`
    const line: Line = { open: true, sent: 0, told: 0, isLate: false }
    const ends = (): void => {
      if (!line.open) return
      if (this.lines.get(key) === line) this.blur()
      // Of a watch that is to begin too far back it is told before it has begun.
      line.open = false
    }
    const opened = watch(request, {
      event: (event) => {
        if (line.isLate) this.blur()
        line.told += 1
        line.isLate &&= line.told < line.sent
        if (event.type === 'ERROR') ends()
        sink.event(event)
      },
      closed: () => {
        ends()
        sink.closed()
      },
    })
    if (this.link !== link) return opened
    const known = this.lines.has(key)
    if (!opened.ok) {
      if (known) this.blur()
      return opened
    }
    this.blur()
    this.lines.set(key, line)
    this.count(opened.value as WatchHandle & WatchSink, line, () => {
      // Who stops watching wants to know no more of it.
      if (this.lines.get(key) === line) this.lines.delete(key)
    })
    return opened
  }

  /** What the server sends on a watch from now on; what is not told at once is late. */
  private count(opened: WatchHandle & WatchSink, line: Line, stopped: () => void): void {
    const [event, stop] = [opened.event.bind(opened), opened.stop.bind(opened)]
    line.told = 0
    line.sent = (opened as unknown as { waiting: readonly unknown[] }).waiting.length
    opened.event = (told: WatchEvent) => {
      const { told: before } = line
      event(told)
      if (line.told === before && line.open && !line.isLate) {
        this.blur()
        line.isLate = true
      }
      line.sent += 1
    }
    opened.stop = () => {
      stopped()
      stop()
    }
  }
}

/** Whether a process stands still, alone or with its machine: the cluster knows. */
function isFrozen(cluster: Cluster, node: string, component: ComponentName): boolean {
  return (cluster as unknown as { effects: { isFrozen(node: string, component: ComponentName): boolean } }).effects.isFrozen(node, component)
}
