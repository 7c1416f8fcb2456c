// Upstream: plugin/pkg/admission/priority (v1.36). Left out: PriorityClass objects; only the two built-in classes are known.
import { memoized } from '../defaults/memo.ts'
import type { Pod, PodSpec } from '../generated/types.ts'

const builtIn: ReadonlyMap<string, number> = new Map([['system-cluster-critical', 2_000_000_000], ['system-node-critical', 2_000_001_000]])

export type PriorityAdmission = { readonly pod: Pod } | { readonly refusal: string }

/** Turns the name of a priority class into a number; no name is priority 0. */
export function admitPriority(pod: Pod): PriorityAdmission {
  const { priorityClassName: name } = pod.spec
  const priority = name ? builtIn.get(name) : 0
  if (priority === undefined) return { refusal: `no PriorityClass with name ${name} was found` }
  if (pod.spec.priority !== undefined && pod.spec.priority !== priority) {
    return { refusal: `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name` }
  }
  if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== 'PreemptLowerPriority') {
    return { refusal: `the string value of PreemptionPolicy (${pod.spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name` }
  }
  const spec = prioritized(pod.spec)
  return { pod: spec === pod.spec ? pod : { ...pod, spec } }
}

const prioritized = memoized((spec: PodSpec): PodSpec => ({
  ...spec,
  priority: builtIn.get(spec.priorityClassName ?? '') ?? 0,
  preemptionPolicy: 'PreemptLowerPriority',
}))
