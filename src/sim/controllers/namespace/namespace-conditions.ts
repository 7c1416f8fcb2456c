import type { NamespaceCondition } from '../../api/generated/types.ts'

/** What is still in a namespace that is to go, and what went wrong. */
export interface NamespaceRemains {
  /** Objects by `resource.group` (`pods.`, `deployments.apps`). */
  readonly remaining: ReadonlyMap<string, number>
  /** Objects by the finalizer that holds them. */
  readonly finalizers: ReadonlyMap<string, number>
  readonly discoveryErrors: readonly string[]
  readonly contentErrors: readonly string[]
}

type Finding = Pick<NamespaceCondition, 'reason' | 'message'>

const fine = {
  NamespaceDeletionDiscoveryFailure: { reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
  NamespaceDeletionGroupVersionParsingFailure: { reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
  NamespaceDeletionContentFailure: { reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
  NamespaceContentRemaining: { reason: 'ContentRemoved', message: 'All content successfully removed' },
  NamespaceFinalizersRemaining: { reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
} as const satisfies Readonly<Record<string, Finding>>

type ConditionType = keyof typeof fine

/** The five conditions of a namespace that is being deleted, in their order; the same list when they say what they said before. */
export function namespaceConditions(old: readonly NamespaceCondition[], remains: NamespaceRemains, now: string): readonly NamespaceCondition[] {
  const findings = findingsOf(remains)
  let conditions = old
  for (const type of Object.keys(fine) as ConditionType[]) {
    const finding = findings.get(type)
    const status = finding ? 'True' : 'False'
    const condition = { type, status, ...(finding ?? fine[type]) }
    const at = conditions.findIndex((known) => known.type === type)
    const known = conditions[at]
    if (!known) conditions = [...conditions, { ...condition, lastTransitionTime: now }]
    else if (known.status !== status || known.message !== condition.message || known.reason !== condition.reason) {
      const lastTransitionTime = known.status === status ? known.lastTransitionTime : now
      conditions = conditions.with(at, { ...condition, ...(lastTransitionTime !== undefined && { lastTransitionTime }) })
    }
  }
  return conditions
}

function findingsOf({ remaining, finalizers, discoveryErrors, contentErrors }: NamespaceRemains): ReadonlyMap<ConditionType, Finding> {
  const findings = new Map<ConditionType, Finding>()
  if (discoveryErrors.length > 0) {
    const message = `Discovery failed for some groups, ${discoveryErrors.length} failing: ${discoveryErrors.join(', ')}`
    findings.set('NamespaceDeletionDiscoveryFailure', { reason: 'DiscoveryFailed', message })
  }
  if (contentErrors.length > 0) {
    const message = `Failed to delete all resource types, ${contentErrors.length} remaining: ${[...contentErrors].sort().join(', ')}`
    findings.set('NamespaceDeletionContentFailure', { reason: 'ContentDeletionFailed', message })
  }
  const left = sentences(remaining, (resource, count) => `${resource} has ${count} resource instances`)
  if (left) findings.set('NamespaceContentRemaining', { reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${left}` })
  const held = sentences(finalizers, (finalizer, count) => `${finalizer} in ${count} resource instances`)
  if (held) findings.set('NamespaceFinalizersRemaining', { reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${held}` })
  return findings
}

function sentences(counts: ReadonlyMap<string, number>, sentence: (name: string, count: number) => string): string {
  return [...counts].filter(([, count]) => count > 0).map(([name, count]) => sentence(name, count)).sort().join(', ')
}
