import type { TraceEntry } from '../../sim/kernel/trace.ts'
import { done, nameIn, subject } from './why-words.ts'

/** What a component of the control plane did last, newest first; without heartbeats, talk about itself, and what merely carries out a choice. */
export function doingsOf(component: string, trace: readonly TraceEntry[], atMost: number): readonly TraceEntry[] {
  const doings: TraceEntry[] = []
  for (let index = trace.length - 1; index >= 0 && doings.length < atMost; index -= 1) {
    const entry = trace[index]
    if (entry && isOf(component, entry.author) && !/ (leases|events|pods\/binding) /.test(entry.what) && entry.kind !== 'process' && !entry.what.startsWith('plan')) doings.push(entry)
  }
  return doings
}

/** The controller manager's controllers and the scheduler's profile write under names of their own. */
function isOf(component: string, author: string): boolean {
  if (component === 'kube-controller-manager') return author === component || author.endsWith('-controller')
  return author === component || (component === 'kube-scheduler' && author === 'default-scheduler')
}

/** One of its doings, short: `created pod web-1`, `chose worker-2 for web-1`, `status of deployment web`. */
export function doingWords({ what, about = '' }: TraceEntry): string {
  const [verb = '', target = ''] = what.split(' ')
  const placed = /^place (\S+) on (\S+)$/.exec(what)
  if (placed) return `chose ${placed[2] ?? ''} for ${nameIn(`pods/${placed[1] ?? ''}`)}`
  const past = done.get(verb)
  if (!past) return what
  const kind = subject(target).replace('the status', 'status')
  const name = nameIn(about) || what.slice(verb.length + target.length + 2)
  return target.endsWith('/status') ? `${kind} ${name}` : `${past} ${kind} ${name}`
}
