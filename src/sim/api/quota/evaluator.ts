import type { Millis } from '../../kernel/agenda.ts'
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../generated/types.ts'
import type { KubernetesObject } from '../objects.ts'
import type { ResourceAmounts } from '../pod-resources.ts'
import { zeroQuantity, type Quantity } from '../quantity.ts'

/** One condition of a quota on what it is about. */
export type ScopeRequirement = ScopedResourceSelectorRequirement

/** What objects of one kind use of what quotas limit (apiserver/pkg/quota/v1 Evaluator). */
export interface Evaluator<T extends KubernetesObject = KubernetesObject> {
  /** Whether it counts what goes by this name in a quota. */
  counts(name: string): boolean
  usageOf(object: T, now: Millis): ResourceAmounts
  isInScope(object: T, requirement: ScopeRequirement): boolean
  /** What an object must state because a quota limits these, and does not; null when it does. */
  missing?(object: T, names: readonly string[]): string | null
  /** Updates that are charged like creations; absent: none is. */
  chargesUpdate?(next: T, old: T): boolean
  /** Updates after which less may be used than before; absent: none is. */
  mayFree?(next: T, old: T, now: Millis): boolean
}

/** A number of objects. */
export function countOf(count: number): Quantity {
  return { ...zeroQuantity, unscaled: BigInt(count) }
}

export const one = countOf(1)

/** Whether an object is one of those that a quota is about. */
export function isInScopes(evaluator: Evaluator, { spec }: ResourceQuota, object: KubernetesObject): boolean {
  return (
    (spec.scopes ?? []).every((scopeName) => evaluator.isInScope(object, { scopeName: scopeName as ScopeRequirement['scopeName'], operator: 'Exists' })) &&
    (spec.scopeSelector?.matchExpressions ?? []).every((requirement) => evaluator.isInScope(object, requirement))
  )
}
