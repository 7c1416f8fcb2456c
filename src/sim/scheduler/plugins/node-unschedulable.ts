import type { Taint } from '../../api/generated/types.ts'
import { tolerates } from '../../api/taints.ts'
import { skip, type FilterPlugin, type Refusal } from '../framework.ts'
import type { PodState } from '../pod-state.ts'
import { tolerationsOf } from '../tolerations.ts'

const refusal: Refusal = { plugin: 'NodeUnschedulable', code: 'UnschedulableAndUnresolvable', reasons: ['node(s) were unschedulable'] }
const cordon: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** Keeps pods off cordoned nodes, unless they tolerate the taint that stands for it. */
export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  events: [
    {
      resource: 'Node',
      actions: ['Add', 'UpdateNodeTaint'],
      hint: (_pod, event) => event.resource === 'Node' && (!event.old || event.old.spec?.unschedulable === true) && event.new?.spec?.unschedulable !== true,
    },
    {
      resource: 'Pod',
      actions: ['UpdatePodToleration'],
      hint: (pod, event) => event.resource === 'Pod' && event.new?.metadata.uid === pod.uid && toleratesCordon(pod),
    },
  ],

  preFilter(pod, { cache }) {
    if (!cache.hasCordonedNodes) return skip
    return { kind: 'filter', filter: { asks: tolerationsOf(pod.pod), filter: (node) => (node.unschedulable && !toleratesCordon(pod) ? refusal : null) } }
  },
}

function toleratesCordon(pod: PodState): boolean {
  return tolerationsOf(pod.pod).some((toleration) => tolerates(toleration, cordon))
}
