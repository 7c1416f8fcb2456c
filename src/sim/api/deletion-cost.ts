// Upstream: pkg/apis/core/helper GetDeletionCostFromPodAnnotations (v1.36).

/** The annotation by which somebody says how much a pod would be missed when its ReplicaSet has to lose one. */
export const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost'

/** The cost that it tells; null: it is no int32. A plus sign is none, and leading zeros only after a minus. */
export function readDeletionCost(text: string): number | null {
  const cost = /^(?:0|-\d+|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN
  return cost >= -2_147_483_648 && cost <= 2_147_483_647 ? cost : null
}
