import type { Millis } from '../../kernel/agenda.ts'
import type { Taint, Toleration } from '../../api/generated/types.ts'
import { tolerates } from '../../api/taints.ts'

/** How long a pod may stay on a node with these NoExecute taints: for ever, for so long, or not at all. */
export type Stay = 'forever' | 'no' | Millis

/**
 * For each taint only the first toleration that matches counts; of their seconds the fewest. One taint that nothing tolerates ends the stay at once.
 */
export function planStay(taints: readonly Taint[], tolerations: readonly Toleration[]): Stay {
  let stay: Stay = 'forever'
  for (const taint of taints) {
    const toleration = tolerations.find((candidate) => tolerates(candidate, taint))
    if (!toleration) return 'no'
    const { tolerationSeconds } = toleration
    if (tolerationSeconds === undefined) continue
    const allowed = Math.max(0, tolerationSeconds) * 1_000
    if (stay === 'forever' || allowed < stay) stay = allowed
  }
  return stay
}

/** What to do about the pod's pending deletion. */
export type EvictionStep = { readonly kind: 'keep' } | { readonly kind: 'cancel' } | { readonly kind: 'schedule'; readonly at: Millis; readonly since: Millis }

/** Decides what follows from the length of the stay; `pending` is when the deletion that waits was ordered. A deletion that waits keeps its time; only a taint that nothing tolerates brings it forward. */
export function planEviction(stay: Stay, pending: Millis | undefined, now: Millis): EvictionStep {
  if (stay === 'forever') return { kind: 'cancel' }
  if (stay === 'no') return { kind: 'schedule', at: now, since: now }
  if (pending === undefined) return { kind: 'schedule', at: now + stay, since: now }
  return { kind: 'keep' }
}
