import type { Trace, TraceEntry } from '../kernel/trace.ts'

/** More entries about one thing than this, and only the newest are told. */
const toldAtMost = 300

/**
 * What the trace keeps of a thing, of all that led to each of it, and of what a machine's loss led to; oldest first. When a machine falls silent or
 * speaks again, no entry led to that: what had been done to it, and to the control plane, is told, too.
 */
export function storyOf(trace: Trace, about: string): readonly TraceEntry[] {
  const kept = trace.since(0)
  const byId = new Map(kept.map((entry) => [entry.id, entry]))
  const told = new Map<number, TraceEntry>()
  const inputs = kept.filter(({ kind, about: hit }) => kind === 'fault' || (kind === 'command' && hit?.startsWith('nodes/')))
  const tell = (entry: TraceEntry | undefined): void => {
    for (let next = entry; next && !told.has(next.id); next = byId.get(next.cause)) {
      told.set(next.id, next)
      if (next.kind === 'write' && next.about?.startsWith('nodes/')) tellInputs(next)
    }
  }
  const tellInputs = ({ id, about: node }: TraceEntry): void => {
    for (const entry of inputs) if (entry.id < id && (entry.about === node || entry.about?.startsWith('components/'))) tell(entry)
  }
  const own = kept.filter((entry) => entry.about === about).slice(-toldAtMost)
  for (const entry of own) tell(entry)
  if (about.startsWith('nodes/')) for (const entry of kept) if (entry.author === 'taint-eviction-controller' && byId.get(entry.cause)?.about === about) tell(entry)
  return [...told.values()].sort((a, b) => a.id - b.id)
}
