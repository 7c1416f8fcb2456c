import type { Node, Pod, PodCondition } from '../../api/generated/types.ts'

/** A pod that goes, and the condition that tells why, where there is one. */
export interface PodRemoval {
  readonly pod: Pod
  readonly condition?: PodCondition
}

const nodeIsGone: PodCondition = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }

/** The oldest finished pods beyond the threshold, evicted ones first; 0 or below: none. */
export function planTerminated(pods: readonly Pod[], threshold: number): readonly PodRemoval[] {
  if (threshold <= 0) return []
  const finished = pods.filter(isFinished)
  if (finished.length <= threshold) return []
  return finished.sort(evictedAndOldFirst).slice(0, finished.length - threshold).map((pod) => ({ pod }))
}

/** Terminating pods of nodes that somebody declared out of service. */
export function planOutOfService(pods: readonly Pod[], nodeOf: (name: string) => Node | undefined): readonly PodRemoval[] {
  return pods.flatMap((pod) => {
    if (pod.metadata.deletionTimestamp === undefined || !pod.spec.nodeName) return []
    const node = nodeOf(pod.spec.nodeName)
    const isOut = node !== undefined && !isReady(node) && (node.spec.taints ?? []).some(({ key }) => key === 'node.kubernetes.io/out-of-service')
    return isOut ? [{ pod }] : []
  })
}

/** Pods of nodes that are known to be gone. */
export function planOrphaned(pods: readonly Pod[], goneNodes: ReadonlySet<string>): readonly PodRemoval[] {
  if (goneNodes.size === 0) return []
  return pods.filter(({ spec }) => spec.nodeName && goneNodes.has(spec.nodeName)).map((pod) => ({ pod, condition: nodeIsGone }))
}

/** Terminating pods that never got a node: there is no kubelet to end them. */
export function planUnscheduledTerminating(pods: readonly Pod[]): readonly PodRemoval[] {
  return pods.filter(({ metadata, spec }) => metadata.deletionTimestamp !== undefined && !spec.nodeName).map((pod) => ({ pod }))
}

export function isFinished({ status: { phase } }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

function isReady({ status }: Node): boolean {
  return status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
}

function evictedAndOldFirst(a: Pod, b: Pod): number {
  const byEviction = Number(b.status.reason === 'Evicted') - Number(a.status.reason === 'Evicted')
  if (byEviction !== 0) return byEviction
  const [one, other] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (one !== other) return one < other ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : 1
}
