// Upstream: pkg/proxy/topology.go CategorizeEndpoints (v1.36).
import type { Service } from '../api/generated/types.ts'

/** One endpoint as a proxy knows it. */
export interface ProxyEndpoint {
  readonly address: string
  readonly port: number
  readonly nodeName: string | undefined
  readonly podName: string | undefined
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  readonly zoneHints: readonly string[]
  readonly nodeHints: readonly string[]
}

/** The node a proxy runs on. */
export interface ProxyNode {
  readonly name: string
  readonly zone: string | undefined
}

export type TopologyMode = '' | 'PreferSameZone' | 'PreferSameNode'

/** What a proxy makes of a service's endpoints; null: that list is not used by the service. */
export interface EndpointChoice {
  readonly clusterEndpoints: readonly ProxyEndpoint[] | null
  readonly localEndpoints: readonly ProxyEndpoint[] | null
  readonly topologyMode: TopologyMode
  readonly hasAnyEndpoints: boolean
  /** Where traffic from inside and from outside goes; external null: the service takes none. */
  readonly internal: readonly ProxyEndpoint[]
  readonly external: readonly ProxyEndpoint[] | null
}

export type ServicePolicies = Pick<Service['spec'], 'type' | 'internalTrafficPolicy' | 'externalTrafficPolicy' | 'externalIPs'>

/** Chooses among a service's endpoints as kube-proxy on one node does. */
export function chooseEndpoints(service: ServicePolicies, endpoints: readonly ProxyEndpoint[], node: ProxyNode): EndpointChoice {
  const takesExternal = service.type === 'NodePort' || service.type === 'LoadBalancer' || (service.externalIPs ?? []).length > 0
  const internalLocal = service.internalTrafficPolicy === 'Local'
  const externalLocal = takesExternal && service.externalTrafficPolicy === 'Local'
  if (endpoints.length === 0) return { clusterEndpoints: null, localEndpoints: null, topologyMode: '', hasAnyEndpoints: false, internal: [], external: takesExternal ? [] : null }
  const usesCluster = !internalLocal || takesExternal
  const usesLocal = internalLocal || externalLocal
  const cluster = usesCluster ? clusterWide(endpoints, node) : { chosen: null, topologyMode: '' as const }
  const local = usesLocal ? localTo(endpoints, node) : null
  const any = (cluster.chosen ?? []).length > 0 || (local ?? []).length > 0 || (internalLocal && !takesExternal && hasUsable(endpoints))
  return {
    clusterEndpoints: cluster.chosen,
    localEndpoints: local,
    topologyMode: cluster.topologyMode,
    hasAnyEndpoints: any,
    internal: (internalLocal ? local : cluster.chosen) ?? [],
    external: !takesExternal ? null : ((externalLocal ? local : cluster.chosen) ?? []),
  }
}

/** Ready ones as hints say; when none is ready, those that end but still serve. */
function clusterWide(endpoints: readonly ProxyEndpoint[], node: ProxyNode): { chosen: readonly ProxyEndpoint[]; topologyMode: TopologyMode } {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  if (ready.length === 0) return { chosen: endpoints.filter(isFallback), topologyMode: '' }
  const topologyMode = topologyOf(ready, node)
  if (topologyMode === 'PreferSameNode') return { chosen: ready.filter((endpoint) => endpoint.nodeHints.includes(node.name)), topologyMode }
  if (topologyMode === 'PreferSameZone') return { chosen: ready.filter((endpoint) => endpoint.zoneHints.includes(node.zone ?? '')), topologyMode }
  return { chosen: ready, topologyMode }
}

function localTo(endpoints: readonly ProxyEndpoint[], node: ProxyNode): readonly ProxyEndpoint[] {
  const here = endpoints.filter((endpoint) => endpoint.nodeName === node.name)
  const ready = here.filter((endpoint) => endpoint.ready)
  return ready.length > 0 ? ready : here.filter(isFallback)
}

/** Hints count only when every ready endpoint has them and one is meant for here. */
function topologyOf(ready: readonly ProxyEndpoint[], node: ProxyNode): TopologyMode {
  if (ready.every((endpoint) => endpoint.nodeHints.length > 0) && ready.some((endpoint) => endpoint.nodeHints.includes(node.name))) return 'PreferSameNode'
  const { zone } = node
  if (zone === undefined || zone === '') return ''
  const zoned = ready.every((endpoint) => endpoint.zoneHints.length > 0) && ready.some((endpoint) => endpoint.zoneHints.includes(zone))
  return zoned ? 'PreferSameZone' : ''
}

function hasUsable(endpoints: readonly ProxyEndpoint[]): boolean {
  return endpoints.some((endpoint) => endpoint.ready || isFallback(endpoint))
}

function isFallback(endpoint: ProxyEndpoint): boolean {
  return endpoint.serving && endpoint.terminating
}
