// Upstream: plugin/pkg/admission/nodetaint (v1.36).
import type { Node } from '../generated/types.ts'

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const

/** Keeps pods off a new node until the node lifecycle controller has seen it ready (TaintNodesByCondition). */
export function admitNode(node: Node): Node {
  const taints = node.spec.taints ?? []
  if (taints.some((taint) => taint.key === notReady.key && taint.effect === notReady.effect)) return node
  return { ...node, spec: { ...node.spec, taints: [...taints, notReady] } }
}
