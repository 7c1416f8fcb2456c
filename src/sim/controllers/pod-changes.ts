import type { Pod } from '../api/generated/types.ts'
import type { Labels } from '../api/objects.ts'
import type { Change } from '../client/component.ts'
import { isReady } from './active-pods.ts'

/** Which Services a change of a pod concerns: those that select one of `labels`; of `either`, those that select exactly one of two. */
export type Concerned =
  | { readonly kind: 'none' }
  | { readonly kind: 'all'; readonly labels: readonly Labels[] }
  | { readonly kind: 'either'; readonly before: Labels; readonly after: Labels }

/** Only what slices show of a pod matters: most changes of a pod concern no Service. */
export function concernedBy({ old, new: current }: Change<Pod>): Concerned {
  if (!old || !current) return { kind: 'all', labels: [(current ?? old)?.metadata.labels ?? {}] }
  if (old.metadata.resourceVersion === current.metadata.resourceVersion) return { kind: 'none' }
  const before = old.metadata.labels ?? {}
  const after = current.metadata.labels ?? {}
  const hasMoved = (before !== after && !sameLabels(before, after)) || old.spec.hostname !== current.spec.hostname || old.spec.subdomain !== current.spec.subdomain
  if (endpointChanged(old, current)) return { kind: 'all', labels: hasMoved ? [after, before] : [after] }
  return hasMoved ? { kind: 'either', before, after } : { kind: 'none' }
}

function endpointChanged(old: Pod, current: Pod): boolean {
  if (old.metadata.deletionTimestamp !== current.metadata.deletionTimestamp || isReady(old) !== isReady(current)) return true
  const before = old.status.podIPs ?? []
  const after = current.status.podIPs ?? []
  return before.length !== after.length || before.some(({ ip }, at) => ip !== after[at]?.ip)
}

function sameLabels(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
}
