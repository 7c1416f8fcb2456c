import { hostPortsOf, portsConflict } from '../host-ports.ts'
import { always, skip, type FilterPlugin, type PreparedFilter, type Refusal } from '../framework.ts'
import type { PodState } from '../pod-state.ts'

const refusal: Refusal = {
  plugin: 'NodePorts',
  code: 'Unschedulable',
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
}

/** Keeps pods that want the same port of the node itself on different nodes. */
export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  events: [
    {
      resource: 'Pod',
      actions: ['Delete'],
      hint: (pod, event) => event.resource === 'Pod' && Boolean(event.old?.spec.nodeName) && event.old !== undefined && portsConflict(pod.ports, hostPortsOf(event.old)),
    },
    { resource: 'Node', actions: ['Add'], hint: always },
  ],

  preFilter: (pod) => (pod.ports.length === 0 ? skip : { kind: 'filter', filter: filterFor(pod) }),
}

function filterFor(pod: PodState): PreparedFilter {
  return {
    asks: pod.pod.spec,
    filter(node) {
      if (node.podsWithPorts === 0) return null
      for (const held of node.heldPorts()) if (portsConflict(pod.ports, held)) return refusal
      return null
    },
  }
}
