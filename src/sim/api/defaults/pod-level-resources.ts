// Upstream: pkg/apis/core/v1/defaults.go defaultHugePagePodLimits, defaultPodRequests (v1.36).
import type { PodSpec } from '../generated/types.ts'
import { countLimits, countRequests, resourceListOf } from '../pod-resources.ts'

const aggregate = { skipPodLevel: true, withoutOverhead: true }

/** A pod that is limited as a whole asks as a whole too: for what its containers ask for together, else for its limits. */
export function defaultPodLevelResources(spec: PodSpec): PodSpec {
  const { limits: given = {}, requests: asked = {} } = spec.resources ?? {}
  if (Object.keys(given).length === 0 && Object.keys(asked).length === 0) return spec
  const limits = { ...only(resourceListOf(countLimits({ spec }, aggregate)), (name) => isHugePages(name) && !Object.hasOwn(asked, name)), ...given }
  const withLimits = Object.keys(limits).length > 0 ? { ...spec, resources: { ...spec.resources, limits } } : spec
  if (Object.keys(limits).length === 0) return withLimits
  const ofContainers = only(resourceListOf(countRequests({ spec }, aggregate)), (name) => name === 'cpu' || name === 'memory')
  const requests = { ...only(limits, (name) => name === 'cpu' || name === 'memory' || isHugePages(name)), ...ofContainers, ...asked }
  return Object.keys(requests).length > 0 ? { ...withLimits, resources: { ...withLimits.resources, requests } } : withLimits
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-')
}

function only(amounts: Readonly<Record<string, string>>, wanted: (name: string) => boolean): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => wanted(name)))
}
