import type { Millis } from '../../sim/kernel/agenda.ts'
import type { TraceEntry } from '../../sim/kernel/trace.ts'

/** What the cluster tells of a thing and of what led to it, by id. */
export class ToldStory {
  private readonly byId: ReadonlyMap<number, TraceEntry>

  constructor(readonly entries: readonly TraceEntry[]) {
    this.byId = new Map(entries.map((entry) => [entry.id, entry]))
  }

  entry(id: number): TraceEntry | undefined {
    return this.byId.get(id)
  }

  last(test: (entry: TraceEntry) => boolean): TraceEntry | undefined {
    return this.entries.findLast(test)
  }

  first(test: (entry: TraceEntry) => boolean): TraceEntry | undefined {
    return this.entries.find(test)
  }

  /** From where it began down to this entry. */
  chainTo(entry: TraceEntry | undefined): readonly TraceEntry[] {
    const chain: TraceEntry[] = []
    for (let next = entry; next && !chain.includes(next); next = this.before(next)) chain.unshift(next)
    return chain
  }

  /** Something led to it, and the trace does not keep it any more. */
  isCutShort(chain: readonly TraceEntry[]): boolean {
    const oldest = chain[0]
    return oldest !== undefined && oldest.cause !== 0 && !this.entry(oldest.cause) && !isVerdict(oldest) && !isReport(oldest)
  }

  private before(entry: TraceEntry): TraceEntry | undefined {
    if (isVerdict(entry)) return this.faultBefore(entry)
    if (isReport(entry)) return this.last((one) => one.id < entry.id && one.about === entry.about && one.kind === 'fault' && isEnd(one) && entry.at - one.at < longestSilence)
    return this.entry(entry.cause)
  }

  /** Nothing happened, and that is why: what silenced the machine, or else those who should have heard it. */
  private faultBefore({ id, at, about }: TraceEntry): TraceEntry | undefined {
    const begun = this.entries.filter((one) => one.kind === 'fault' && one.id < id && !isEnd(one) && at - one.at < longestSilence)
    return begun.findLast((one) => one.about === about) ?? begun.findLast((one) => one.about?.startsWith('components/'))
  }
}

/** A machine is called lost within a minute; a fault longer ago has been noticed before. */
const longestSilence: Millis = 10 * 60_000

/** A fault is over: because somebody said so, or by itself. */
export function isEnd({ what }: TraceEntry): boolean {
  return /^(end|end-fault|power-on|reconnect|start) ?/.test(what)
}

/** The node controller calls a machine unknown. */
export function isVerdict({ author, what }: TraceEntry): boolean {
  return author === 'node-controller' && what.startsWith('update nodes/status ')
}

/** A kubelet tells how its machine is. */
export function isReport({ author, what }: TraceEntry): boolean {
  return author.startsWith('kubelet/') && / nodes\/status /.test(what)
}

/** The node controller puts taints on a machine, or takes them off. */
export function isTaint({ author, what }: TraceEntry): boolean {
  return author === 'node-controller' && what.startsWith('patch nodes ')
}
