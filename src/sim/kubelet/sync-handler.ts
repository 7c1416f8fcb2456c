// Upstream: pkg/kubelet/kubelet.go HandlePodAdditions HandlePodUpdates HandlePodRemoves, pod_workers.go SyncKnownPods (v1.36). Left out: rejected pods that could not be told are looked at again.
import type { Pod } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import type { Informer } from '../client/component.ts'
import { isMirror } from './mirror-pods.ts'
import { PodArrivals } from './pod-arrivals.ts'
import type { PodWorker } from './pod-worker.ts'
import type { StaticPods } from './static-pods.ts'
import type { WorkerKeeper } from './worker-keeper.ts'

/** Gives the pods that the API shows on this node their workers: to new ones that are admitted, for as long as they are shown or have not ended. */
export class SyncHandler {
  private readonly arrivals: PodArrivals
  /** Pods of the first list: they are looked at when all is known that they may need; null: that has been. */
  private early: Pod[] | null = []

  constructor(
    private readonly keeper: WorkerKeeper,
    nodeName: string,
    private readonly pods: Informer<Pod>,
    private readonly staticPods: StaticPods,
  ) {
    this.arrivals = new PodArrivals(keeper.agenda, nodeName, pods.lister, (pod) => this.podAdded(pod))
  }

  start(): void {
    this.pods.onChange(({ old, new: pod }) => {
      // A list after a gap shows the next pod of a name where the one before was.
      if (old && old.metadata.uid !== pod?.metadata.uid) this.podGone(old)
      if (this.early && pod) this.early.push(pod)
      else if (pod) this.podChanged(pod)
    })
  }

  /** All that was listed first is known. */
  synced(): void {
    const early = this.early ?? []
    this.early = null
    for (const pod of early) this.podChanged(pod)
    this.arrivals.admitAll()
  }

  podChanged(pod: Pod): void {
    if (isMirror(pod)) return this.staticPods.mirrorChanged(pod)
    const { workers, writer } = this.keeper
    const worker = workers.get(pod.metadata.uid)
    if (worker) {
      writer.seen(worker, pod, pod.status)
      return worker.update(pod)
    }
    if (workers.named(keyOf(pod))) return // Its namesake must stop first; it is looked at again then.
    this.arrivals.add(pod)
  }

  private podAdded(pod: Pod): void {
    const { keeper } = this
    if (keeper.workers.named(keyOf(pod))) return
    const isDeleted = pod.metadata.deletionTimestamp !== undefined
    const ended = pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded'
    if (ended && keeper.runtime.sandboxesOf(pod.metadata.uid).length === 0) {
      // It ended in an earlier life of this kubelet; only its deletion is left to finish.
      if (isDeleted) keeper.writer.write({ written: undefined, isStatic: false }, pod, null, true)
      return
    }
    if (!isDeleted && !ended && !keeper.admits(pod)) return
    const worker = keeper.addWorker(pod, false)
    if (isDeleted) worker.terminate(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds)
    else if (ended) worker.terminate(pod.spec.terminationGracePeriodSeconds)
    else worker.sync()
  }

  private podGone(pod: Pod): void {
    if (isMirror(pod)) return this.staticPods.mirrorChanged(pod)
    const { keeper } = this
    const worker = keeper.workers.get(pod.metadata.uid)
    keeper.writer.forget(pod.metadata.uid)
    if (!worker) return
    worker.written = undefined
    keeper.freeRoom(worker)
    if (worker.stage === 'terminated') return this.workerFinished(worker)
    worker.terminate(pod.metadata.deletionGracePeriodSeconds || pod.spec.terminationGracePeriodSeconds)
  }

  /** A worker has nothing left to do: who waits for its place gets it. */
  workerFinished(worker: PodWorker): void {
    const { uid, deletionTimestamp } = worker.pod.metadata
    const { key, isStatic } = worker
    const { workers, collector, restartBackOff, imageBackOff, agenda } = this.keeper
    const isGone = isStatic || this.pods.lister.get(key)?.metadata.uid !== uid
    if (!isGone && deletionTimestamp === undefined) return
    // A static pod whose manifest is still there comes again, and counts on.
    const staticPod = this.staticPods.get(key)
    if (staticPod?.metadata.uid !== uid) collector.drop(uid)
    // As long as the API shows the pod it is known to have ended: it may take a while until that can be told.
    if (!isGone) return
    workers.remove(worker)
    restartBackOff.collect(agenda.now)
    imageBackOff.collect(agenda.now)
    if (staticPod && !workers.has(staticPod.metadata.uid)) return this.staticPods.begin(staticPod)
    const next = this.pods.lister.get(key)
    if (next && next.metadata.uid !== uid) this.podChanged(next)
  }
}
