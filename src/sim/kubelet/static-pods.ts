// Upstream: pkg/kubelet/config/file.go, pod_workers.go allowStaticPodStart (v1.36). Left out: static pods that end by themselves and stay so: they are begun anew.
import type { Pod } from '../api/generated/types.ts'
import { keyOf, type ObjectKey } from '../api/objects.ts'
import type { ComponentContext, Informer } from '../client/component.ts'
import { MirrorPods } from './mirror-pods.ts'
import { emptyMap, type SparseMap } from './sparse-map.ts'
import { staticPodOf } from './static-pod.ts'
import type { WorkerKeeper } from './worker-keeper.ts'

/** The pods of the manifest folder: they run whether there is an API or not, and where there is one it shows their mirrors. */
export class StaticPods {
  private pods: SparseMap<Pod> = emptyMap
  private readonly mirrors: MirrorPods

  constructor(
    private readonly keeper: WorkerKeeper,
    private readonly context: ComponentContext,
    private readonly nodeName: string,
    private readonly seen: Informer<Pod>,
  ) {
    this.mirrors = new MirrorPods(context, nodeName, seen, (pod) => this.shown(pod))
  }

  /** The folder holds these now. */
  set(manifests: readonly Pod[]): void {
    const { workers, collector } = this.keeper
    const pods = manifests.map((manifest) => staticPodOf(manifest, this.nodeName, this.context.wall.time()))
    const wanted = pods.length === 0 ? emptyMap : new Map(pods.map((pod) => [keyOf(pod), pod]))
    for (const [key, { metadata: { uid } }] of this.pods) if (wanted.get(key)?.metadata.uid !== uid && !workers.has(uid)) collector.drop(uid)
    this.pods = wanted
    for (const worker of workers.values()) {
      if (!worker.isStatic || wanted.get(worker.key)?.metadata.uid === worker.pod.metadata.uid) continue
      this.mirrors.remove(worker.pod)
      worker.terminate(worker.pod.spec.terminationGracePeriodSeconds)
    }
    for (const [key, pod] of wanted) if (!workers.has(pod.metadata.uid) && !workers.named(key)) this.begin(pod)
  }

  /** The pod that the folder holds by this name. */
  get(key: ObjectKey): Pod | undefined {
    return this.pods.get(key)
  }

  /** Runs one of them. */
  begin(pod: Pod): void {
    // Refused as any other pod is.
    if (this.keeper.isShuttingDown) return
    this.keeper.addWorker(pod, true).sync()
    this.mirrors.ensure(pod)
  }

  /** The API shows a mirror, shows another one, or shows it no more. */
  mirrorChanged(mirror: Pod): void {
    const key = keyOf(mirror)
    const worker = this.keeper.workers.named(key)
    if (worker?.isStatic && worker.stage === 'syncing') {
      this.mirrors.ensure(worker.pod)
      this.keeper.writer.seen(worker, worker.pod, mirror.status)
    } else if (!worker && !this.pods.has(key) && this.seen.lister.get(key)) this.mirrors.removeStray(mirror)
  }

  /** The API cannot be told of the pod yet: its mirror could not be made. */
  isUnseen(uid: string): boolean {
    return this.mirrors.isMissing(uid)
  }

  /** The node is known by now: mirrors that could not be made may be made. */
  retryMirrors(): void {
    this.mirrors.retry()
  }

  private shown(pod: Pod): void {
    const worker = this.keeper.workers.get(pod.metadata.uid)
    if (worker?.shown) this.keeper.writer.write(worker, pod, worker.shown, false)
  }
}
