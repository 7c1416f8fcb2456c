import type { PodCondition, PodStatus } from '../api/generated/types.ts'

/** podutil.UpdatePodCondition: sets a condition; its time stays while its status does. The same list when nothing changes. */
export function withPodCondition({ conditions = [] }: PodStatus, condition: PodCondition, now: string): readonly PodCondition[] {
  const at = conditions.findIndex(({ type }) => type === condition.type)
  const old = conditions[at]
  if (!old) return [...conditions, { ...condition, lastTransitionTime: now }]
  const lastTransitionTime = old.status === condition.status ? old.lastTransitionTime : now
  const updated: PodCondition = { ...condition, ...(lastTransitionTime !== undefined && { lastTransitionTime }) }
  if (sameCondition(old, updated)) return conditions
  return conditions.with(at, updated)
}

function sameCondition(a: PodCondition, b: PodCondition): boolean {
  return (
    a.status === b.status && a.reason === b.reason && a.message === b.message && a.observedGeneration === b.observedGeneration &&
    a.lastProbeTime === b.lastProbeTime && a.lastTransitionTime === b.lastTransitionTime
  )
}
