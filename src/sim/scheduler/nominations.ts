import type { PodState } from './pod-state.ts'

/** Pods that wait for room which preemption makes for them, by the node where (upstream: backend/queue nominator). */
export class Nominations {
  private readonly byNode = new Map<string, Map<string, PodState>>()
  private readonly nodeOf = new Map<string, string>()

  get isEmpty(): boolean {
    return this.nodeOf.size === 0
  }

  set(pod: PodState, nodeName: string): void {
    this.delete(pod.uid)
    if (!nodeName) return
    this.nodeOf.set(pod.uid, nodeName)
    const pods = this.byNode.get(nodeName)
    if (pods) pods.set(pod.uid, pod)
    else this.byNode.set(nodeName, new Map([[pod.uid, pod]]))
  }

  delete(uid: string): void {
    const nodeName = this.nodeOf.get(uid)
    if (nodeName === undefined) return
    this.nodeOf.delete(uid)
    const pods = this.byNode.get(nodeName)
    pods?.delete(uid)
    if (pods?.size === 0) this.byNode.delete(nodeName)
  }

  nodeNameOf(uid: string): string | undefined {
    return this.nodeOf.get(uid)
  }

  /** The pods nominated to a node. */
  on(nodeName: string): Iterable<PodState> {
    return this.byNode.get(nodeName)?.values() ?? []
  }

  /** Those that hold room against a pod: of the same priority or more. */
  holdingRoom(nodeName: string, against: PodState): readonly PodState[] {
    const pods = this.byNode.get(nodeName)
    return pods ? [...pods.values()].filter((pod) => pod.uid !== against.uid && pod.priority >= against.priority) : []
  }
}
