// Upstream: pkg/proxy/serviceport.go (v1.36). Left out: topology modes other than hints.
import type { Service } from '../api/generated/types.ts'
import { needsHealthCheck } from '../api/strategy/service-needs.ts'
import { hostPort, serviceChains, servicePortName, type ServiceChains } from './chain-names.ts'
import { chooseEndpoints, type EndpointChoice, type ProxyEndpoint } from './endpoint-choice.ts'
import type { ProxyView } from './kube-proxy.ts'

export type Family = 'IPv4' | 'IPv6'
type Port = NonNullable<Service['spec']['ports']>[number]

/** One port of a Service as a proxy has it in its head when it writes rules. */
export interface ServicePortPlan {
  /** `default/web:http`: what is hashed, and what comments say. */
  readonly name: string
  readonly protocol: string
  readonly clusterIP: string
  readonly port: number
  readonly nodePort: number
  readonly healthCheckNodePort: number
  readonly externalIPs: readonly string[]
  readonly loadBalancerIPs: readonly string[]
  readonly sourceRanges: readonly string[]
  /** How long a client stays with its endpoint; undefined: it does not. */
  readonly affinitySeconds: number | undefined
  readonly internalLocal: boolean
  readonly externalLocal: boolean
  readonly chains: ServiceChains
  readonly choice: EndpointChoice
}

/** Every port of these Services that has an address of the family. */
export function servicePortPlans(services: readonly Service[], view: ProxyView, family: Family): ServicePortPlan[] {
  return services.flatMap((service) => {
    const clusterIP = clusterIPOf(service, family)
    return clusterIP === undefined ? [] : (service.spec.ports ?? []).map((port) => planOf(service, port, clusterIP, view))
  })
}

/** The plan of one port, whatever its address. */
export function planOf(service: Service, port: Port, clusterIP: string, view: ProxyView): ServicePortPlan {
  const { metadata: { namespace = '', name }, spec, status } = service
  const isThisFamily = (address: string) => isOfFamily(address, clusterIP.includes(':') ? 'IPv6' : 'IPv4')
  const protocol = (port.protocol ?? 'TCP').toLowerCase()
  const servicePort = servicePortName(namespace, name, port.name)
  const externalIPs = (spec.externalIPs ?? []).filter(isThisFamily)
  const takesExternal = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || externalIPs.length > 0
  return {
    name: servicePort,
    protocol,
    clusterIP,
    port: port.port,
    nodePort: port.nodePort ?? 0,
    healthCheckNodePort: needsHealthCheck(spec) ? (spec.healthCheckNodePort ?? 0) : 0,
    externalIPs,
    // An address whose mode is Proxy leads to a load balancer that has its own way to the nodes.
    loadBalancerIPs: (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode = 'VIP' }) => (ip !== undefined && ipMode === 'VIP' && isThisFamily(ip) ? [ip] : [])),
    sourceRanges: (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim()).filter(isThisFamily),
    affinitySeconds: spec.sessionAffinity === 'ClientIP' ? spec.sessionAffinityConfig?.clientIP?.timeoutSeconds : undefined,
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal: takesExternal && spec.externalTrafficPolicy === 'Local',
    chains: serviceChains(servicePort, protocol),
    choice: chooseEndpoints(spec, view.endpoints(service, port.name), view.node),
  }
}

/** Whether somebody outside has a way to this port. */
export function isExternallyAccessible({ nodePort, externalIPs, loadBalancerIPs }: ServicePortPlan): boolean {
  return nodePort !== 0 || externalIPs.length > 0 || loadBalancerIPs.length > 0
}

/** `10.244.1.4:8080` */
export function endpointText({ address, port }: ProxyEndpoint): string {
  return hostPort(address, port)
}

function clusterIPOf({ spec }: Service, family: Family): string | undefined {
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return undefined
  return [...(spec.clusterIPs ?? []), spec.clusterIP ?? ''].find((address) => address !== '' && isOfFamily(address, family))
}

function isOfFamily(address: string, family: Family): boolean {
  return address.includes(':') === (family === 'IPv6')
}
