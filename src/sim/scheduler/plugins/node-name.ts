import { skip, always, type FilterPlugin, type Refusal } from '../framework.ts'

const refusal: Refusal = { plugin: 'NodeName', code: 'UnschedulableAndUnresolvable', reasons: ["node(s) didn't match the requested node name"] }

/** Keeps a pod that names its node to that node. */
export const nodeName: FilterPlugin = {
  name: 'NodeName',
  events: [{ resource: 'Node', actions: ['Add'], hint: always }],

  preFilter(pod) {
    const wanted = pod.pod.spec.nodeName
    return wanted ? { kind: 'filter', filter: { filter: (node) => (node.name === wanted ? null : refusal) } } : skip
  },
}
