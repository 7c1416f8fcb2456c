// Upstream: apiserver/pkg/admission/plugin/resourcequota/controller.go (v1.36). Left out: resources limited by the server's configuration; quotas of one namespace judge in the order of their names.
import type { Millis } from '../../kernel/agenda.ts'
import type { ResourceQuota } from '../generated/types.ts'
import type { KubernetesObject } from '../objects.ts'
import { addAmounts, amountsOf, resourceListOf, type ResourceAmounts, type ResourceList } from '../pod-resources.ts'
import { compareQuantities, subtractQuantities, zeroQuantity } from '../quantity.ts'
import { isInScopes, type Evaluator } from '../quota/evaluator.ts'

/** An object that is about to be stored: what it replaces, or null when it is new. */
interface ChargedObject {
  readonly object: KubernetesObject
  readonly old: KubernetesObject | null
}

/** What quotas say about an object: why not, or how they are to be written down if it is stored. */
type QuotaVerdict = { readonly refusal: string } | { readonly charged: readonly ResourceQuota[] }

/** Judges an object by all quotas of its namespace; the first that it does not fit is named. */
export function judgeByQuotas(quotas: readonly ResourceQuota[], evaluator: Evaluator, { object, old }: ChargedObject, now: Millis): QuotaVerdict {
  if (old && !evaluator.chargesUpdate?.(object, old)) return { charged: [] }
  const concerned: ResourceQuota[] = []
  for (const quota of quotas) {
    const names = Object.keys(quota.status.hard ?? {}).filter((name) => evaluator.counts(name))
    if (names.length === 0 || !isInScopes(evaluator, quota, object)) continue
    const refusal = refusalBefore(quota, evaluator, object, names)
    if (refusal !== null) return { refusal }
    concerned.push(quota)
  }
  if (concerned.length === 0) return { charged: [] }
  const usage = evaluator.usageOf(object, now)
  const growth = old && growthOf(usage, evaluator.usageOf(old, now))
  const charged: ResourceQuota[] = []
  for (const quota of concerned) {
    // What a quota was not about before is charged whole.
    const verdict = charge(quota, old && growth && isInScopes(evaluator, quota, old) ? growth : usage)
    if (verdict && 'refusal' in verdict) return verdict
    if (verdict) charged.push(verdict)
  }
  return { charged }
}

/** What speaks against an object before anybody has looked how much it takes. */
function refusalBefore({ metadata: { name }, status: { used = {} } }: ResourceQuota, evaluator: Evaluator, object: KubernetesObject, names: readonly string[]): string | null {
  const missing = evaluator.missing?.(object, names) ?? null
  if (missing !== null) return `failed quota: ${name}: must specify ${missing}`
  return names.every((counted) => Object.hasOwn(used, counted)) ? null : `status unknown for quota: ${name}, resources: ${names.toSorted().join(',')}`
}

function growthOf(usage: ResourceAmounts, before: ResourceAmounts): ResourceAmounts {
  return new Map([...usage].map(([name, amount]) => [name, subtractQuantities(amount, before.get(name) ?? zeroQuantity)]))
}

/** The quota with what is asked for in it; null when nothing of it is. */
function charge(quota: ResourceQuota, usage: ResourceAmounts): ResourceQuota | { readonly refusal: string } | null {
  const { hard = {}, used = {} } = quota.status
  const requested = new Map([...usage].filter(([name, { unscaled }]) => unscaled > 0n && Object.hasOwn(hard, name)))
  if (requested.size === 0) return null
  const limits = amountsOf(hard)
  const total = amountsOf(used)
  addAmounts(total, requested)
  const exceeded = [...requested.keys()].filter((name) => compareQuantities(total.get(name) ?? zeroQuantity, limits.get(name) ?? zeroQuantity) > 0).sort()
  if (exceeded.length === 0) return { ...quota, status: { ...quota.status, used: resourceListOf(total) } }
  const shown = (amounts: ResourceList): string => exceeded.flatMap((name) => (Object.hasOwn(amounts, name) ? [`${name}=${amounts[name]}`] : [])).join(',')
  return { refusal: `exceeded quota: ${quota.metadata.name}, requested: ${shown(resourceListOf(requested))}, used: ${shown(used)}, limited: ${shown(hard)}` }
}
