import type { Pod } from '../api/generated/types.ts'
import type { Labels } from '../api/objects.ts'
import type { Change } from '../client/component.ts'
import { hasSameReadiness } from './active-pods.ts'

/** Which Services a change of a pod concerns: those that select its labels, `both` what they were and what they are, or exactly one of the two. */
export type Concerned =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly labels: Labels }
  | { readonly kind: 'both' | 'either'; readonly before: Labels; readonly after: Labels }

const noLabels: Labels = {}
const none: Concerned = { kind: 'none' }

/** Only what slices show of a pod matters: most changes of a pod concern no Service. */
export function concernedBy({ old, new: current }: Change<Pod>): Concerned {
  if (!old || !current) return { kind: 'one', labels: (current ?? old)?.metadata.labels ?? noLabels }
  if (old.metadata.resourceVersion === current.metadata.resourceVersion) return none
  const before = old.metadata.labels ?? noLabels
  const after = current.metadata.labels ?? noLabels
  const hasMoved = !sameLabels(before, after) || !hasSameName(old, current)
  const hasChanged = endpointChanged(old, current)
  if (hasMoved) return { kind: hasChanged ? 'both' : 'either', before, after }
  return hasChanged ? { kind: 'one', labels: after } : none
}

function endpointChanged(old: Pod, current: Pod): boolean {
  return old.metadata.deletionTimestamp !== current.metadata.deletionTimestamp || !hasSameReadiness(old.status, current.status) || !hasSameAddresses(old, current)
}

function hasSameAddresses({ status: { podIPs: before = [] } }: Pod, { status: { podIPs: after = [] } }: Pod): boolean {
  return before === after || (before.length === after.length && before.every(({ ip }, at) => ip === after[at]?.ip))
}

/** The name that DNS knows it by, below that of its Service. */
function hasSameName({ spec: before }: Pod, { spec: after }: Pod): boolean {
  return before === after || (before.hostname === after.hostname && before.subdomain === after.subdomain)
}

function sameLabels(a: Labels, b: Labels): boolean {
  if (a === b) return true
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
}
