import type { Pod } from '../api/generated/types.ts'
import type { ContainerCollector } from './container-collector.ts'
import type { PodWorker } from './pod-worker.ts'
import type { StatusWriter } from './status-writer.ts'
import type { WorkerHost } from './worker-host.ts'
import type { WorkerTable } from './worker-table.ts'

/** What a kubelet has for those who bring it pods: the folder of static ones, and the API. */
export interface WorkerKeeper extends WorkerHost {
  readonly workers: WorkerTable
  readonly writer: StatusWriter
  readonly collector: ContainerCollector
  readonly isShuttingDown: boolean
  /** False: the pod is refused and has been told, or it waits until others have made room for it. */
  admits(pod: Pod): boolean
  addWorker(pod: Pod, isStatic: boolean): PodWorker
  /** Nothing waits for the pod's end any more: its share of the node is free, though its processes may still get their grace. */
  freeRoom(worker: PodWorker): void
}
