import type { Node, Taint, Toleration } from '../../api/generated/types.ts'
import { tolerates } from '../../api/taints.ts'
import { normaliseToHighest, type FilterPlugin, type Refusal, type ScorePlugin } from '../framework.ts'
import type { PodState } from '../pod-state.ts'
import { tolerationsOf } from '../tolerations.ts'

const refusal: Refusal = { plugin: 'TaintToleration', code: 'UnschedulableAndUnresolvable', reasons: ['node(s) had untolerated taint(s)'] }

/** Keeps pods off nodes whose taints they do not tolerate, and away from those that would rather be left alone. */
export const taintToleration: FilterPlugin & ScorePlugin = {
  name: 'TaintToleration',
  weight: 3,
  events: [
    {
      resource: 'Node',
      actions: ['Add', 'UpdateNodeTaint'],
      hint: (pod, event) => event.resource === 'Node' && (!event.old || !accepts(event.old, pod)) && event.new !== undefined && accepts(event.new, pod),
    },
    {
      resource: 'Pod',
      actions: ['UpdatePodToleration'],
      hint: (pod, event) => event.resource === 'Pod' && event.new?.metadata.uid === pod.uid,
    },
  ],

  preFilter(pod) {
    const tolerations = tolerationsOf(pod.pod)
    return { kind: 'filter', filter: { asks: tolerations, filter: (node) => (node.hardTaints.length > 0 && untolerated(node.hardTaints, tolerations) > 0 ? refusal : null) } }
  },

  preScore(pod) {
    const tolerations = tolerationsOf(pod.pod)
    return {
      asks: [tolerations],
      keyOf: ({ softTaints }) => (softTaints.length === 0 ? 0 : untolerated(softTaints, tolerations)),
      normalise,
    }
  },
}

function normalise(raw: Int32Array, normalised: Int32Array): void {
  normaliseToHighest(raw, normalised, true)
}

/** How many of the taints no toleration covers. */
export function untolerated(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  let count = 0
  for (const taint of taints) if (!tolerations.some((toleration) => tolerates(toleration, taint))) count += 1
  return count
}

function accepts(node: Node, pod: PodState): boolean {
  const hard = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule')
  return untolerated(hard, tolerationsOf(pod.pod)) === 0
}
