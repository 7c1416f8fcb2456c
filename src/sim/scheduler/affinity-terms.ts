import type { Namespace, Pod, PodAffinityTerm } from '../api/generated/types.ts'
import { selectorOf, type Selector } from '../api/labels.ts'
import type { Labels } from '../api/objects.ts'

/** One term of pod affinity or anti-affinity, ready to be matched (upstream: framework.AffinityTerm). */
export interface AffinityTerm {
  readonly topologyKey: string
  readonly weight: number
  matches(pod: { readonly namespace: string; readonly labels: Labels }, namespaces: NamespaceLabels): boolean
}

/** The labels of a namespace, for terms that select namespaces by them. */
export type NamespaceLabels = (name: string) => Namespace['metadata']['labels']

/** A pod's terms by what they are for. Most pods have none and share one empty value. */
export interface PodAffinityTerms {
  readonly isEmpty: boolean
  readonly required: readonly AffinityTerm[]
  readonly requiredAnti: readonly AffinityTerm[]
  readonly preferred: readonly AffinityTerm[]
  readonly preferredAnti: readonly AffinityTerm[]
}

const noTerms: PodAffinityTerms = { isEmpty: true, required: [], requiredAnti: [], preferred: [], preferredAnti: [] }

/** Reads the affinity and anti-affinity of a pod. */
export function affinityTermsOf(pod: Pod): PodAffinityTerms {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {}
  if (!podAffinity && !podAntiAffinity) return noTerms
  const required = (terms: readonly PodAffinityTerm[] | undefined): AffinityTerm[] => (terms ?? []).map((term) => affinityTerm(pod, term, 0))
  const terms = {
    required: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAnti: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: (podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => affinityTerm(pod, term.podAffinityTerm, term.weight)),
    preferredAnti: (podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => affinityTerm(pod, term.podAffinityTerm, term.weight)),
  }
  const count = terms.required.length + terms.requiredAnti.length + terms.preferred.length + terms.preferredAnti.length
  return count === 0 ? noTerms : { isEmpty: false, ...terms }
}

function affinityTerm(pod: Pod, term: PodAffinityTerm, weight: number): AffinityTerm {
  // The API server has merged matchLabelKeys into the selector when the pod was created.
  const selector: Selector | null = term.labelSelector ? selectorOf(term.labelSelector) : null
  const namespaceSelector = term.namespaceSelector ? selectorOf(term.namespaceSelector) : null
  const named = new Set(term.namespaces ?? [])
  if (named.size === 0 && !namespaceSelector) named.add(pod.metadata.namespace ?? '')
  return {
    topologyKey: term.topologyKey,
    weight,
    matches(other, namespaces) {
      if (!selector) return false
      const isInNamespace = named.has(other.namespace) || (namespaceSelector !== null && namespaceSelector.matches(namespaces(other.namespace) ?? {}))
      return isInNamespace && selector.matches(other.labels)
    },
  }
}
