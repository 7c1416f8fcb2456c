// Upstream: pkg/kubelet/config/file.go, common.go, pod/mirror_client.go (v1.36). Left out: manifests from a URL, watching the folder (changes are told).
import { defaultPod } from '../api/defaults/pod.ts'
import type { Node, Pod } from '../api/generated/types.ts'
import { canonicalJson } from '../kernel/hash.ts'
import { keyOf } from '../api/objects.ts'
import type { ComponentContext } from '../client/component.ts'
import { digestOf } from '../runtime/image-catalogue.ts'

/** A pod from the manifest folder as the kubelet runs it: named for its node, with a uid that follows from the manifest. */
export function staticPodOf(manifest: Pod, nodeName: string, seen: string): Pod {
  const hash = digestOf(`${nodeName}${canonicalJson(manifest)}`).slice(7, 39)
  const { metadata, spec } = manifest
  const tolerations = [...(spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' } as const]
  const containers = spec.containers.map((container) => ({ ...container, resources: container.resources ?? {} }))
  return defaultPod({
    ...manifest,
    metadata: {
      ...metadata,
      name: `${metadata.name}-${nodeName}`,
      namespace: metadata.namespace ?? 'default',
      uid: hash,
      annotations: { ...metadata.annotations, 'kubernetes.io/config.hash': hash, 'kubernetes.io/config.seen': seen, 'kubernetes.io/config.source': 'file' },
    },
    spec: { ...spec, containers, nodeName, tolerations },
    status: { phase: 'Pending' },
  })
}

/** Sees to it that a static pod shows in the API as its mirror. True: it does. */
export function ensureMirrorPod(context: ComponentContext, pod: Pod, node: Node | undefined): boolean {
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

/** Removes the mirror of a static pod that is no more. */
export function removeMirrorPod(context: ComponentContext, pod: Pod): void {
  const found = context.client.get('pods', keyOf(pod))
  if (found.ok && found.value.metadata.annotations?.['kubernetes.io/config.mirror'] === pod.metadata.uid) {
    context.client.delete('pods', keyOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: found.value.metadata.uid } })
  }
}
