// Upstream: pkg/kubelet/kubelet.go HandlePodAdditions, rejectPod, pkg/kubelet/preemption (v1.36).
import type { Node, Pod } from '../api/generated/types.ts'
import type { ComponentContext } from '../client/component.ts'
import { orderedStatus } from './api-pod-status.ts'
import { NodeRoom } from './node-room.ts'
import { shutdownRefusal } from './node-shutdown.ts'
import type { Rejection } from './pod-admission.ts'
import { PodPreemptor } from './pod-preemptor.ts'
import type { PodWorker } from './pod-worker.ts'
import type { StatusWriter } from './status-writer.ts'
import type { WorkerHost } from './worker-host.ts'
import type { WorkerTable } from './worker-table.ts'

/** What a pod would come to. */
interface Place {
  readonly node: Node | undefined
  readonly workers: WorkerTable
  readonly allocatable: Parameters<NodeRoom['refusalOf']>[3]
  readonly isShuttingDown: boolean
}

/** Lets pods onto the node as long as there is room for them, and says of the others why not. */
export class NodeAdmission {
  private readonly room = new NodeRoom()
  private readonly preemptor: PodPreemptor

  constructor(
    host: WorkerHost,
    private readonly context: ComponentContext,
    private readonly writer: StatusWriter,
  ) {
    this.preemptor = new PodPreemptor(host, context.wall)
  }

  /** False: the pod is refused and has been told, or it is critical and waits until others have made room for it. */
  admits(pod: Pod, { node, workers, allocatable, isShuttingDown }: Place): boolean {
    const rejection = this.room.refusalOf(pod, node, workers.values(), allocatable) ?? (isShuttingDown ? shutdownRefusal : null)
    if (!rejection) return true
    if (!rejection.lacks) this.reject(pod, rejection)
    else if (!this.preemptor.makeRoom(pod, rejection.lacks, workers.values())) this.reject(pod, nothingToPreempt)
    return false
  }

  /** Those for whom room was made, to be looked at again. */
  takeWaiting(): Iterable<Pod> {
    return this.preemptor.takeWaiting()
  }

  take(worker: PodWorker): void {
    this.room.take(worker)
  }

  free(worker: PodWorker): void {
    this.room.free(worker)
  }

  private reject(pod: Pod, { reason, message }: Rejection): void {
    this.context.events.event(pod, 'Warning', reason, message)
    const status = orderedStatus({ ...pod.status, phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime: this.context.wall.time(), observedGeneration: pod.metadata.generation ?? 1 })
    this.writer.write({ written: undefined, isStatic: false }, pod, status, false)
  }
}

const nothingToPreempt: Rejection = {
  reason: 'UnexpectedAdmissionError',
  message: 'Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources',
}
