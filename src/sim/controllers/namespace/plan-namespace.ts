import type { Namespace, Pod } from '../../api/generated/types.ts'
import type { Millis } from '../../kernel/agenda.ts'

/** How long it may take until what is held by a finalizer is gone, for want of better knowledge. Upstream: finalizerEstimateSeconds. */
export const finalizerEstimateSeconds = 15

/** When a namespace is looked at again that will be empty in about so many seconds. */
export function requeueAfter(estimateSeconds: number): Millis {
  return (Math.floor(estimateSeconds / 2) + 1) * 1_000
}

/** The longest that a pod may take to end; finished ones take no time. */
export function podsEstimateSeconds(pods: readonly Pod[]): number {
  const running = pods.filter(({ status: { phase } }) => phase !== 'Succeeded' && phase !== 'Failed')
  return running.reduce((longest, { spec }) => Math.max(longest, spec.terminationGracePeriodSeconds ?? 0), 0)
}

/** The namespace as the controller lets it go: others may still hold it. */
export function withoutKubernetesFinalizer(namespace: Namespace): Namespace {
  const finalizers = (namespace.spec.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes')
  return { ...namespace, spec: { ...namespace.spec, finalizers } }
}
