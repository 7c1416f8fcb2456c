import type { Trace, TraceEntry } from '../kernel/trace.ts'

/** More entries about one thing than this, and only the newest are told. */
const toldAtMost = 300

/**
 * What the trace keeps of a thing, of all that led to each of it, and of what a machine's loss led to; oldest first. When a machine falls silent or
 * speaks again, no entry led to that: what had been done to it, and to the control plane, is told, too. Of a pod also what became of its machine,
 * and what was done to the scheduler: nothing comes of a pod that nobody hears of or looks at.
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
  if (about.startsWith('pods/')) for (const entry of kept) if (isAround(entry, machineOf(own, about))) tell(entry)
  if (about.startsWith('nodes/')) for (const entry of kept) if (entry.author === 'taint-eviction-controller' && byId.get(entry.cause)?.about === about) tell(entry)
  return [...told.values()].sort((a, b) => a.id - b.id)
}

/** The machine that the scheduler put a pod on, as `nodes/worker-1`. */
function machineOf(own: readonly TraceEntry[], about: string): string | undefined {
  const prefix = `place ${about.slice('pods/'.length)} on `
  const placed = own.findLast(({ kind, what }) => kind === 'decision' && what.startsWith(prefix))
  return placed && `nodes/${placed.what.slice(prefix.length)}`
}

/** What a pod depends on, whoever made it: is its machine heard of, does the scheduler run. */
function isAround({ kind, about, author, what }: TraceEntry, machine: string | undefined): boolean {
  if (kind === 'fault' && about === 'components/kube-scheduler') return true
  return about !== undefined && about === machine && author === 'node-controller' && kind === 'write' && what.startsWith('update nodes/status ')
}
