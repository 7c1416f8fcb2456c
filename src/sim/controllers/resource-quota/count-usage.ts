import type { ResourceQuota } from '../../api/generated/types.ts'
import type { KubernetesObject } from '../../api/objects.ts'
import { resourceListOf, type ResourceList } from '../../api/pod-resources.ts'
import { addQuantities, zeroQuantity } from '../../api/quantity.ts'
import { isInScopes } from '../../api/quota/evaluator.ts'
import { isCounted, quotaResources } from '../../api/quota/evaluators.ts'
import type { Resource } from '../../api/resources.ts'
import type { Steps } from '../../client/steps.ts'
import type { Millis } from '../../kernel/agenda.ts'

/** So many objects are as much work as a write. */
const objectsPerStep = 50

/** How much the objects of a quota's namespace use of what it limits and somebody counts, 0 included. */
export function* countUsage(quota: ResourceQuota, list: (resource: Resource) => readonly KubernetesObject[], now: Millis): Steps<ResourceList> {
  const names = Object.keys(quota.spec.hard ?? {}).filter(isCounted)
  const used = new Map(names.map((name) => [name, zeroQuantity]))
  for (const [resource, evaluator] of quotaResources()) {
    const counted = names.filter((name) => evaluator.counts(name))
    if (counted.length === 0) continue
    for (const [at, object] of list(resource).entries()) {
      if (at % objectsPerStep === objectsPerStep - 1) yield
      if (!isInScopes(evaluator, quota, object)) continue
      const usage = evaluator.usageOf(object, now)
      for (const name of counted) {
        const amount = usage.get(name)
        if (amount) used.set(name, addQuantities(used.get(name) ?? zeroQuantity, amount))
      }
    }
  }
  return resourceListOf(used)
}
