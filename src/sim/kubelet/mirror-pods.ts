// Upstream: pkg/kubelet/pod/mirror_client.go, kubelet.go tryReconcileMirrorPods (v1.36).
import type { Node, Pod } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import type { ComponentContext, Informer } from '../client/component.ts'
import { kubeletConstants } from './flags.ts'
import { emptyMap, withEntry, withoutEntry, type SparseMap } from './sparse-map.ts'

/** Sees to it that static pods show in the API, now or as soon as it can be reached. */
export class MirrorPods {
  /** By uid: pods whose mirrors could not be made yet. */
  private missing: SparseMap<Pod> = emptyMap
  private retryPlanned = false

  constructor(
    private readonly context: ComponentContext,
    private readonly nodeName: string,
    private readonly pods: Informer<Pod>,
    /** A mirror has been made: its status can be told. */
    private readonly made: (pod: Pod) => void,
  ) {}

  /** The API does not show it yet. */
  isMissing(uid: string): boolean {
    return this.missing.has(uid)
  }

  ensure(pod: Pod): void {
    const { uid } = pod.metadata
    const seen = this.pods.lister.get(keyOf(pod))
    const isSeen = seen?.metadata.annotations?.['kubernetes.io/config.mirror'] === uid && seen.metadata.deletionTimestamp === undefined
    if (isSeen && !this.missing.has(uid)) return
    const node = this.context.client.get('nodes', this.nodeName)
    if (node.ok && ensureMirrorPod(this.context, pod, node.value)) {
      this.missing = withoutEntry(this.missing, uid)
      return this.made(pod)
    }
    this.missing = withEntry(this.missing, uid, pod)
    this.planRetry()
  }

  /** Tries again what could not be made. */
  retry(): void {
    for (const pod of this.missing.values()) this.ensure(pod)
  }

  /** The static pod is no more, and its mirror with it. */
  remove(pod: Pod): void {
    this.missing = withoutEntry(this.missing, pod.metadata.uid)
    removeMirrorPod(this.context, pod)
  }

  /** A mirror of a pod that this kubelet does not run. */
  removeStray(mirror: Pod): void {
    this.context.client.delete('pods', keyOf(mirror), { gracePeriodSeconds: 0, preconditions: { uid: mirror.metadata.uid } })
  }

  private planRetry(): void {
    if (this.retryPlanned) return
    this.retryPlanned = true
    this.context.agenda.after(kubeletConstants.mirrorRetryPeriod, `kubelet ${this.nodeName}: mirror pods`, () => {
      this.retryPlanned = false
      this.retry()
    })
  }
}

/** True: the static pod shows as its mirror. */
function ensureMirrorPod(context: ComponentContext, pod: Pod, node: Node | undefined): boolean {
  const { client } = context
  const key = keyOf(pod)
  const found = client.get('pods', key)
  if (found.ok) {
    const { metadata } = found.value
    if (metadata.annotations?.['kubernetes.io/config.mirror'] === pod.metadata.uid && metadata.deletionTimestamp === undefined) return true
    client.delete('pods', key, { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } })
  } else if (found.status.reason !== 'NotFound') return false
  const { uid, ...metadata } = pod.metadata
  const ownerReferences = node ? [{ apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid, controller: true }] : []
  const annotations = { ...metadata.annotations, 'kubernetes.io/config.mirror': uid }
  return client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, annotations, ...(ownerReferences.length > 0 && { ownerReferences }) }, spec: pod.spec }).ok
}

function removeMirrorPod(context: ComponentContext, pod: Pod): void {
  const found = context.client.get('pods', keyOf(pod))
  if (found.ok && found.value.metadata.annotations?.['kubernetes.io/config.mirror'] === pod.metadata.uid) {
    context.client.delete('pods', keyOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: found.value.metadata.uid } })
  }
}

/** Whether a pod of the API stands for a static one. */
export function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
}
