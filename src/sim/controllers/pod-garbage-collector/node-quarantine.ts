import type { Millis } from '../../kernel/agenda.ts'

/** Upstream: quarantineTime. */
export const quarantineTime: Millis = 40_000

/** Nodes that pods name and the cache does not show: only after a while is it believed that they are gone. */
export class NodeQuarantine {
  private readonly since = new Map<string, Millis>()

  admit(node: string, now: Millis): void {
    if (!this.since.has(node)) this.since.set(node, now)
  }

  /** Lets those out whose time is over. */
  release(now: Millis): readonly string[] {
    const released = [...this.since].filter(([, since]) => now > since + quarantineTime).map(([node]) => node)
    for (const node of released) this.since.delete(node)
    return released
  }
}
