// Upstream: pkg/kubelet/kubelet.go canAdmitPod, pkg/kubelet/lifecycle/predicate.go (v1.36). Left out: what other admission handlers of the kubelet refuse.
import type { Node, Pod } from '../api/generated/types.ts'
import { addUsage, admitPod, noUsage, usageOf, type Rejection, type Usage } from './pod-admission.ts'
import type { Amounts } from './node-status.ts'
import type { PodWorker } from './pod-worker.ts'

/** What the pods of this node have taken, and who may still come. */
export class NodeRoom {
  private used: Usage = noUsage

  take(worker: PodWorker): void {
    worker.isCounted = true
    this.used = addUsage(this.used, usageOf(worker.pod))
  }

  /** It has stopped, or its object is gone: then it is in nobody's way any more, though its processes may still get their grace. */
  free(worker: PodWorker): void {
    if (!worker.isCounted) return
    worker.isCounted = false
    this.used = addUsage(this.used, usageOf(worker.pod), -1)
  }

  /** Why a pod does not fit beside these; null: it does. */
  refusalOf(pod: Pod, node: Node | undefined, workers: Iterable<PodWorker>, allocatable: Amounts): Rejection | null {
    const others = hasHostPorts(pod) ? [...workers].filter((worker) => worker.isCounted).map((worker) => worker.pod) : []
    return admitPod(pod, node, others, this.used, allocatable)
  }
}

function hasHostPorts(pod: Pod): boolean {
  return pod.spec.containers.some((container) => container.ports?.some((port) => port.hostPort))
}
