// Upstream: pkg/apis/core/v1/defaults.go SetDefaults_Pod (v1.36).
import type { Container, Pod, PodSpec } from '../generated/types.ts'
import { defaultPodLevelResources } from './pod-level-resources.ts'
import { defaultPodSpec, withContainers } from './pod-spec.ts'
import { memoized } from './memo.ts'

/** What a pod gets beyond what its template gets: requests that follow limits, service links, host ports. */
export function defaultPod(pod: Pod): Pod {
  const spec = defaultSpecOfPod(withContainers(pod.spec))
  return spec === pod.spec ? pod : { ...pod, spec }
}

const defaultSpecOfPod = memoized((raw: PodSpec): PodSpec => {
  const spec = defaultPodSpec(raw)
  const complete = (container: Container): Container => hostPorts(requestsFromLimits(container), spec.hostNetwork === true)
  return defaultPodLevelResources({
    ...spec,
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(complete) } : {}),
    containers: spec.containers.map(complete),
    enableServiceLinks: spec.enableServiceLinks ?? true,
    // What old manifests say with a negative one: at once, but with grace.
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0 ? { terminationGracePeriodSeconds: 1 } : {}),
  })
})

function requestsFromLimits(container: Container): Container {
  const { limits, requests } = container.resources ?? {}
  if (!limits) return container
  return { ...container, resources: { ...container.resources, limits, requests: inOrder({ ...limits, ...requests }) } }
}

/** Go prints maps in the order of their keys. */
function inOrder(list: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(list).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function hostPorts(container: Container, hostNetwork: boolean): Container {
  if (!hostNetwork || !container.ports) return container
  return { ...container, ports: container.ports.map((port) => ({ ...port, hostPort: port.hostPort || port.containerPort })) }
}
