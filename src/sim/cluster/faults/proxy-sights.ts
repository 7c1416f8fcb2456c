import type { EntryId, Millis, Timeline } from '../../kernel/agenda.ts'
import type { RuleTable } from '../../network/kube-proxy.ts'
import type { Link } from '../link.ts'

/** How well a node's kube-proxy hears: not at all, or so much later than usual. */
export interface ProxyHearing {
  readonly deaf: boolean
  readonly by: Millis
}

/** Rules in the kernels of nodes whose kube-proxy is deaf or slow stay as they were, or follow in steps. */
export class ProxySights {
  private readonly hearings = new Map<string, ProxyHearing & { readonly timer: EntryId }>()

  constructor(
    private readonly timeline: Timeline,
    private readonly tableOf: (node: string) => RuleTable,
  ) {}

  suffer(link: Link, node: string, { deaf, by }: ProxyHearing): void {
    const before = this.hearings.get(node)
    if ((before?.deaf ?? false) === deaf && (before?.by ?? 0) === by) return
    if (before) this.timeline.cancel(before.timer)
    this.hearings.delete(node)
    if (deaf || by > 0) this.impair(link, node, { deaf, by })
    // Without a connection it follows when it has one again.
    else if (link.listening) this.tableOf(node).follow()
  }

  /** Its process has ended. */
  forget(node: string): void {
    const before = this.hearings.get(node)
    if (before) this.timeline.cancel(before.timer)
    this.hearings.delete(node)
  }

  private impair(link: Link, node: string, { deaf, by }: ProxyHearing): void {
    const table = this.tableOf(node)
    if (!deaf && link.listening) table.follow()
    if (deaf) table.freeze()
    else table.lag()
    const timer = deaf ? 0 : this.timeline.after(by, `kube-proxy ${node}: is done with its rules at last`, () => this.impair(link, node, { deaf, by }))
    this.hearings.set(node, { deaf, by, timer })
  }
}
