import type { PreEnqueuePlugin } from '../framework.ts'

/** Holds a pod back until all its scheduling gates are gone. */
export const schedulingGates: PreEnqueuePlugin = {
  name: 'SchedulingGates',
  events: [
    {
      resource: 'Pod',
      actions: ['UpdatePodSchedulingGatesEliminated'],
      hint: (pod, event) => event.resource === 'Pod' && event.new?.metadata.uid === pod.uid,
    },
  ],

  preEnqueue(pod) {
    const gates = pod.pod.spec.schedulingGates ?? []
    if (gates.length === 0) return null
    const names = gates.map(({ name }) => name).join(' ')
    return { plugin: 'SchedulingGates', code: 'UnschedulableAndUnresolvable', reasons: [`waiting for scheduling gates: [${names}]`] }
  },
}
