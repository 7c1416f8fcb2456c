import type { Millis } from '../../kernel/agenda.ts'
import type { Fault } from './fault.ts'

/** Whose connection it is: a process by its name, and the machine it runs on; null: from outside of the cluster. */
export interface Caller {
  readonly component: string
  readonly node: string | null
}

/** What the faults of the moment do to one connection to the API server. */
export interface LinkCondition {
  /** What is sent does not arrive; no answer and no watch event comes back. */
  readonly requestsLost: boolean
  readonly answersLost: boolean
  /** Both ends know at once that they have lost each other; otherwise a ping that nobody answers tells. */
  readonly broken: boolean
  /** The watches are silent although the connection is whole; when that ends they deliver what was missed, or expire. */
  readonly stale: 'no' | 'delivers' | 'expires'
  /** How much longer a call takes; a write, that much more; and how much later a watch event comes. */
  readonly delay: Millis
  readonly writeDelay: Millis
  readonly lag: Millis
  /** Of so many answers to writes one is lost; 0: none. */
  readonly losesOneIn: number
  readonly throttle: { readonly oneIn: number; readonly retryAfterSeconds: number } | null
}

/** Nothing is wrong. One object, so that a healthy call asks one question only. */
export const fair: LinkCondition = { requestsLost: false, answersLost: false, broken: false, stale: 'no', delay: 0, writeDelay: 0, lag: 0, losesOneIn: 0, throttle: null }

/** What the active faults do to the connection of a caller. Pure. */
export function linkCondition(faults: readonly Fault[], caller: Caller, controlPlane: string): LinkCondition {
  let condition = fair
  for (const fault of faults) condition = worsened(condition, fault, caller, controlPlane)
  return condition
}

function worsened(condition: LinkCondition, fault: Fault, caller: Caller, controlPlane: string): LinkCondition {
  switch (fault.kind) {
    case 'cut-off':
    case 'freeze':
      return cut(condition, fault, caller, controlPlane)
    case 'slow':
      return slowed(condition, fault, caller)
    case 'stale':
      return hits(fault, caller) ? { ...condition, stale: fault.relist === true ? 'expires' : 'delivers' } : condition
    case 'lose-answers':
      return hits(fault, caller) ? { ...condition, losesOneIn: fault.oneIn ?? 1 } : condition
    case 'throttle':
      return hits(fault, caller) ? { ...condition, throttle: { oneIn: fault.oneIn ?? 1, retryAfterSeconds: fault.retryAfterSeconds ?? 1 } } : condition
    default:
      return condition
  }
}

/** At one end of the connection or at the other; what runs beside the API server reaches it there, whatever becomes of the machine's network. */
function cut(condition: LinkCondition, fault: Extract<Fault, { kind: 'cut-off' | 'freeze' }>, caller: Caller, controlPlane: string): LinkCondition {
  const isServer = fault.component === undefined ? fault.node === controlPlane && caller.node !== controlPlane : fault.component === 'kube-apiserver'
  // A frozen caller calls nobody; its events wait for it by themselves.
  const isCaller = fault.kind === 'cut-off' && (fault.component === undefined ? caller.node === fault.node && caller.node !== controlPlane : hits(fault, caller))
  if (!isServer && !isCaller) return condition
  const direction = fault.kind === 'cut-off' ? fault.direction : undefined
  return {
    ...condition,
    broken: condition.broken || (fault.kind === 'cut-off' && direction === undefined),
    requestsLost: condition.requestsLost || direction !== (isCaller ? 'in' : 'out'),
    answersLost: condition.answersLost || direction !== (isCaller ? 'out' : 'in'),
  }
}

function slowed(condition: LinkCondition, fault: Extract<Fault, { kind: 'slow' }>, caller: Caller): LinkCondition {
  const lag = condition.lag + fault.by
  if (fault.component === 'etcd') return { ...condition, writeDelay: condition.writeDelay + fault.by, lag }
  return fault.component === 'kube-apiserver' || hits(fault, caller) ? { ...condition, delay: condition.delay + fault.by, lag } : condition
}

/** Whether a fault is aimed at a caller: one that names no component hits all of its machine; one that names no machine either, everybody. */
export function hits({ component, node }: { readonly component?: string | undefined; readonly node?: string }, caller: Caller): boolean {
  return (component === undefined || component === caller.component) && (node === undefined || node === caller.node)
}
