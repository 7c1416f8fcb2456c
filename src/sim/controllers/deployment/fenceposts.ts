import type { Deployment, IntOrString } from '../../api/generated/types.ts'
import { rollingUpdateBounds } from '../../api/int-or-string.ts'

/** How far a rollout may stray from spec.replicas. */
export interface Fenceposts {
  readonly surge: number
  readonly unavailable: number
}

/** Surge rounds up and unavailable down; both zero would let nothing ever move, so then one pod may be missing (ResolveFenceposts). */
export function resolveFenceposts(maxSurge: IntOrString | undefined, maxUnavailable: IntOrString | undefined, replicas: number): Fenceposts {
  const bounds = rollingUpdateBounds(maxSurge, maxUnavailable, replicas)
  return bounds.ok ? bounds.value : { surge: 0, unavailable: 0 }
}

/** How many pods may be there above spec.replicas; none but in a rolling update. */
export function maxSurge({ spec }: Deployment): number {
  if (spec.strategy.type !== 'RollingUpdate') return 0
  const { maxSurge: surge, maxUnavailable: unavailable } = spec.strategy.rollingUpdate ?? {}
  return resolveFenceposts(surge, unavailable, spec.replicas).surge
}

/** How many pods may be missing from spec.replicas; none but in a rolling update, and never more than there are. */
export function maxUnavailable({ spec }: Deployment): number {
  if (spec.strategy.type !== 'RollingUpdate' || spec.replicas === 0) return 0
  const { maxSurge: surge, maxUnavailable: unavailable } = spec.strategy.rollingUpdate ?? {}
  return Math.min(resolveFenceposts(surge, unavailable, spec.replicas).unavailable, spec.replicas)
}
