import type { ObjectKey } from '../api/objects.ts'
import type { PodWorker } from './pod-worker.ts'

/** The workers of one kubelet, by their pods' uids and names. Of two pods of one name, the later waits until the earlier is gone. */
export class WorkerTable {
  private readonly byUid = new Map<string, PodWorker>()
  private readonly byName = new Map<ObjectKey, PodWorker>()

  get(uid: string): PodWorker | undefined {
    return this.byUid.get(uid)
  }

  has(uid: string): boolean {
    return this.byUid.has(uid)
  }

  /** Whose pod has this name. */
  named(key: ObjectKey): PodWorker | undefined {
    return this.byName.get(key)
  }

  values(): Iterable<PodWorker> {
    return this.byUid.values()
  }

  add(worker: PodWorker): void {
    this.byUid.set(worker.pod.metadata.uid, worker)
    this.byName.set(worker.key, worker)
  }

  remove(worker: PodWorker): void {
    this.byUid.delete(worker.pod.metadata.uid)
    if (this.byName.get(worker.key) === worker) this.byName.delete(worker.key)
  }
}
