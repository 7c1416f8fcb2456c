// Upstream: pkg/registry/core/pod/strategy.go mutatePodAffinity, mutateTopologySpreadConstraints (v1.36).
import type { LabelSelector, LabelSelectorRequirement, Pod, PodAffinity, PodAffinityTerm, PodSpec } from '../generated/types.ts'
import type { Labels } from '../objects.ts'

/** A new pod's spec in which matchLabelKeys and mismatchLabelKeys have become expressions with the pod's own labels; the same spec when there are none. */
export function withLabelKeys({ spec, metadata }: Pod): PodSpec {
  const labels = metadata.labels ?? {}
  const { affinity, topologySpreadConstraints: constraints } = spec
  const podAffinity = affinity?.podAffinity && inAffinity(affinity.podAffinity, labels)
  const podAntiAffinity = affinity?.podAntiAffinity && inAffinity(affinity.podAntiAffinity, labels)
  const sameAffinity = podAffinity === affinity?.podAffinity && podAntiAffinity === affinity?.podAntiAffinity
  const spread = constraints?.some((constraint) => constraint.matchLabelKeys?.length)
  if (sameAffinity && !spread) return spec
  return {
    ...spec,
    ...(sameAffinity ? {} : { affinity: { ...affinity, ...(podAffinity ? { podAffinity } : {}), ...(podAntiAffinity ? { podAntiAffinity } : {}) } }),
    ...(spread ? { topologySpreadConstraints: constraints?.map((constraint) => ({ ...constraint, ...selected(constraint.labelSelector, expressions(constraint.matchLabelKeys, 'In', labels)) })) } : {}),
  }
}

function inAffinity(affinity: PodAffinity, labels: Labels): PodAffinity {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution
  if (![...(required ?? []), ...(preferred ?? []).map(({ podAffinityTerm }) => podAffinityTerm)].some(hasKeys)) return affinity
  return {
    ...affinity,
    ...(required ? { requiredDuringSchedulingIgnoredDuringExecution: required.map((term) => inTerm(term, labels)) } : {}),
    ...(preferred ? { preferredDuringSchedulingIgnoredDuringExecution: preferred.map((weighted) => ({ ...weighted, podAffinityTerm: inTerm(weighted.podAffinityTerm, labels) })) } : {}),
  }
}

function hasKeys({ matchLabelKeys, mismatchLabelKeys }: PodAffinityTerm): boolean {
  return Boolean(matchLabelKeys?.length) || Boolean(mismatchLabelKeys?.length)
}

function inTerm(term: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  if (!hasKeys(term)) return term
  return { ...term, ...selected(term.labelSelector, [...expressions(term.matchLabelKeys, 'In', labels), ...expressions(term.mismatchLabelKeys, 'NotIn', labels)]) }
}

/** Without a selector the keys are refused later; labels that the pod lacks say nothing. */
function selected(selector: LabelSelector | undefined, added: readonly LabelSelectorRequirement[]): { readonly labelSelector?: LabelSelector } {
  if (!selector) return {}
  return { labelSelector: added.length > 0 ? { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] } : selector }
}

function expressions(keys: readonly string[] = [], operator: 'In' | 'NotIn', labels: Labels): LabelSelectorRequirement[] {
  return keys.flatMap((key) => (Object.hasOwn(labels, key) ? [{ key, operator, values: [labels[key] ?? ''] }] : []))
}
