import { sealedList } from '../kernel/sealed-list.ts'
import { flatText } from '../kernel/flat-text.ts'
import type { ContainerState, PodCondition } from '../api/generated/types.ts'

/**
 * Parts of statuses that many pods have in common: of equal ones, one. They are frozen, as what is stored is, so one pod's change is always a new part.
 * The answers are the same without what is remembered here; it only saves making, reading, comparing and keeping the same a thousand times.
 */
const remembered = 1024

class Parts<Part> {
  private readonly known = new Map<string, Part>()

  of(key: string, make: () => Part): Part {
    const found = this.known.get(key)
    if (found !== undefined) return found
    if (this.known.size >= remembered) this.known.clear()
    const part = make()
    this.known.set(flatText(key), part)
    return part
  }
}

/** The zero time, which the wire shows as null. */
const never = null as unknown as string

const conditions = new Parts<PodCondition>()
/** What was last said of each type: pods that come together say the same, and then no key has to be made. */
const lastOfType = new Map<string, PodCondition>()

/** The condition that says this, its fields in Go's order. */
export function sharedCondition(facts: ConditionFacts, lastTransitionTime: string | undefined, observedGeneration: number): PodCondition {
  const last = lastOfType.get(facts.type)
  if (last && says(last, facts, lastTransitionTime, observedGeneration)) return last
  const { type, status, reason, message } = facts
  const key = `${type} ${status} ${observedGeneration} ${lastTransitionTime ?? '-'} ${reason ?? ''} ${message ?? ''}`
  const condition = conditions.of(key, () => Object.freeze({
    type, observedGeneration, status, lastProbeTime: never,
    ...(lastTransitionTime !== undefined && { lastTransitionTime }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  }))
  lastOfType.set(type, condition)
  return condition
}

type ConditionFacts = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>

function says(condition: PodCondition, facts: ConditionFacts, lastTransitionTime: string | undefined, observedGeneration: number): boolean {
  return condition.status === facts.status && condition.lastTransitionTime === lastTransitionTime && condition.observedGeneration === observedGeneration
    && condition.reason === facts.reason && condition.message === facts.message
}

/** Lists by their first element, then by their second, and so on. */
interface Branch {
  list: readonly PodCondition[] | null
  readonly next: Map<PodCondition, Branch>
}

let lists = 0
const root: Branch = { list: null, next: new Map() }

/** The list of these very conditions. */
export function sharedConditions(wanted: readonly PodCondition[]): readonly PodCondition[] {
  if (lists >= remembered) {
    root.next.clear()
    lists = 0
  }
  let branch = root
  for (const condition of wanted) {
    let next = branch.next.get(condition)
    if (!next) branch.next.set(condition, (next = { list: null, next: new Map() }))
    branch = next
  }
  if (branch.list === null) lists += 1
  branch.list ??= sealedList([...wanted])
  return branch.list
}

const runs = new Parts<ContainerState>()

/** The state of a container that runs since then. */
export function runningState(startedAt: string): ContainerState {
  return runs.of(startedAt, () => Object.freeze({ running: Object.freeze({ startedAt }) }))
}

const waits = new Parts<ContainerState>()

/** The state of a container that waits; without a reason it is being made. */
export function waitingState(reason?: string): ContainerState {
  return waits.of(reason ?? '', () => Object.freeze({ waiting: Object.freeze(reason === undefined ? {} : { reason }) }))
}

/** The state of a container that has not been there before. */
export const noState: ContainerState = Object.freeze({})

const addresses = new Parts<readonly { readonly ip: string }[]>()

/** The list of a node's addresses, as all its pods show it. */
export function sharedAddresses(ips: readonly string[]): readonly { readonly ip: string }[] {
  return addresses.of(ips.join(' '), () => sealedList(ips.map((ip) => Object.freeze({ ip }))))
}
