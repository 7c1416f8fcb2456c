// Upstream: pkg/kubelet/config/file.go, common.go (v1.36). Left out: manifests from a URL, watching the folder (changes are told).
import { defaultPod } from '../api/defaults/pod.ts'
import type { Pod } from '../api/generated/types.ts'
import { canonicalJson } from '../kernel/hash.ts'
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
