// Upstream: plugin/pkg/admission/defaulttolerationseconds (v1.36).
import { memoized } from '../defaults/memo.ts'
import type { Pod, PodSpec, Toleration } from '../generated/types.ts'

const notReady = 'node.kubernetes.io/not-ready'
const unreachable = 'node.kubernetes.io/unreachable'
/** --default-not-ready-toleration-seconds and --default-unreachable-toleration-seconds. */
export const tolerationSeconds = 300

/** Lets a pod stay 300 s on a node that is not ready or unreachable, unless it says otherwise. */
export function admitDefaultTolerations(pod: Pod): Pod {
  const spec = tolerant(pod.spec)
  return spec === pod.spec ? pod : { ...pod, spec }
}

const tolerant = memoized((spec: PodSpec): PodSpec => {
  const tolerations = spec.tolerations ?? []
  const missing = [notReady, unreachable].filter((key) => !tolerations.some((toleration) => covers(toleration, key)))
  if (missing.length === 0) return spec
  const added: Toleration[] = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }))
  return { ...spec, tolerations: [...tolerations, ...added] }
})

function covers({ key, effect }: Toleration, taint: string): boolean {
  return (!key || key === taint) && (!effect || effect === 'NoExecute')
}
