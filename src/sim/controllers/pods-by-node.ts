import type { Pod } from '../api/generated/types.ts'
import type { Informer } from '../client/component.ts'

const nodeIndex = 'spec.nodeName'

/** Pods by the node that they are bound to. */
interface PodsByNode {
  podsOf(node: string): readonly Pod[]
  /** The names of all nodes that have pods. */
  nodesWithPods(): Iterable<string>
}

/** Finds the pods that are bound to a node; controllers that share an informer share the index. */
export function podsByNode(pods: Informer<Pod>): PodsByNode {
  pods.addIndex(nodeIndex, ({ spec: { nodeName } }) => (nodeName ? [nodeName] : []), (old, pod) => old.spec === pod.spec)
  return {
    podsOf: (node) => pods.lister.byIndex(nodeIndex, node),
    nodesWithPods: () => pods.lister.indexValues(nodeIndex),
  }
}
