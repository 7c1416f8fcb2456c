// Upstream: pkg/apis/core/v1/defaults.go defaultPodRequests (v1.36). Left out: limits of huge pages at pod level.
import type { PodSpec } from '../generated/types.ts'

/** Pod-level requests follow pod-level limits where neither the pod nor a container asks. */
export function defaultPodLevelResources(spec: PodSpec): PodSpec {
  const limits = spec.resources?.limits
  if (!limits || Object.keys(limits).length === 0) return spec
  const asked = new Set([...spec.containers, ...(spec.initContainers ?? [])].flatMap((container) => Object.keys(container.resources?.requests ?? {})))
  const followed = Object.entries(limits).filter(([name]) => !asked.has(name) && (name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')))
  const requests = { ...Object.fromEntries(followed), ...spec.resources?.requests }
  return Object.keys(requests).length > 0 ? { ...spec, resources: { ...spec.resources, requests } } : spec
}
