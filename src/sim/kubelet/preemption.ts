// Upstream: pkg/kubelet/preemption/preemption.go (v1.36). Left out: waiting for one victim after the other (all are stopped at once).
import type { Pod } from '../api/generated/types.ts'
import { qosClass } from '../api/pod-resources.ts'
import { isCritical, usageOf, type Lack } from './pod-admission.ts'

/** Whom to end so that the pod fits: as few of the better classes as can be, and of each class those that come closest to what is missing. null: even all are not enough. */
export function podsToPreempt(preemptor: Pod, pods: readonly Pod[], lacks: readonly Lack[]): readonly Pod[] | null {
  const may = pods.filter((pod) => mayPreempt(preemptor, pod))
  const of = (quality: ReturnType<typeof qosClass>) => may.filter((pod) => qosClass(pod.spec) === quality)
  const [bestEffort, burstable, guaranteed] = [of('BestEffort'), of('Burstable'), of('Guaranteed')]
  if (without(lacks, may).length > 0) return null
  const ofGuaranteed = closest(guaranteed, without(lacks, [...bestEffort, ...burstable]))
  const ofBurstable = closest(burstable, without(lacks, [...bestEffort, ...ofGuaranteed]))
  return [...closest(bestEffort, without(lacks, [...ofBurstable, ...ofGuaranteed])), ...ofBurstable, ...ofGuaranteed]
}

/** What is still missing once these pods are gone. */
export function without(lacks: readonly Lack[], pods: readonly Pod[]): readonly Lack[] {
  const left = lacks.map(({ resource, amount }) => ({ resource, amount: pods.reduce((rest, pod) => rest - usageOf(pod)[resource], amount) }))
  return left.filter(({ amount }) => amount > 0)
}

function mayPreempt(preemptor: Pod, pod: Pod): boolean {
  return (isCritical(preemptor) && !isCritical(pod)) || (preemptor.spec.priority ?? 0) > (pod.spec.priority ?? 0)
}

/** One pod after the other, each time the one that leaves least to be found; of equal ones the smaller. */
function closest(from: readonly Pod[], wanted: readonly Lack[]): readonly Pod[] {
  const chosen: Pod[] = []
  const left = [...from]
  for (let lacks = wanted; lacks.length > 0 && left.length > 0; lacks = without(lacks, chosen.slice(-1))) {
    let best = 0
    for (let at = 1; at < left.length; at += 1) {
      const difference = distance(left[at]!, lacks) - distance(left[best]!, lacks)
      if (difference < 0 || (difference === 0 && isSmaller(left[at]!, left[best]!))) best = at
    }
    chosen.push(...left.splice(best, 1))
  }
  return chosen
}

function distance(pod: Pod, lacks: readonly Lack[]): number {
  const usage = usageOf(pod)
  return lacks.reduce((sum, { resource, amount }) => {
    const rest = Math.max(amount - usage[resource], 0) / amount
    return sum + rest * rest
  }, 0)
}

function isSmaller(one: Pod, other: Pod): boolean {
  const [a, b] = [usageOf(one), usageOf(other)]
  return a.memory !== b.memory ? a.memory < b.memory : a.cpuMilli <= b.cpuMilli
}
