import type { TraceEntry } from '../../sim/kernel/trace.ts'

/** What a component of the control plane did last, newest first; without heartbeats and without talk about itself. */
export function doingsOf(component: string, trace: readonly TraceEntry[], atMost: number): readonly TraceEntry[] {
  const done: TraceEntry[] = []
  for (let index = trace.length - 1; index >= 0 && done.length < atMost; index -= 1) {
    const entry = trace[index]
    if (entry && isOf(component, entry.author) && !/ (leases|events) /.test(entry.what) && entry.kind !== 'process' && !entry.what.startsWith('plan')) done.push(entry)
  }
  return done
}

/** The controller manager's controllers and the scheduler's profile write under names of their own. */
function isOf(component: string, author: string): boolean {
  if (component === 'kube-controller-manager') return author === component || author.endsWith('-controller')
  return author === component || (component === 'kube-scheduler' && author === 'default-scheduler')
}
