import type { Pod } from '../api/generated/types.ts'
import type { Informer } from '../client/component.ts'

/** Finds the pods that are bound to a node; controllers that share an informer share the index. */
export function podsByNode(pods: Informer<Pod>): (node: string) => readonly Pod[] {
  pods.addIndex('spec.nodeName', ({ spec: { nodeName } }) => (nodeName ? [nodeName] : []))
  return (node) => pods.lister.byIndex('spec.nodeName', node)
}
