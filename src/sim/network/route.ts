import type { EndpointSlice, Service } from '../api/generated/types.ts'
import type { ProxyEndpoint } from './endpoint-choice.ts'
import { pickEndpoint, type PacketState, type Passing } from './endpoint-pick.ts'
import type { HealthAnswer } from './health-check.ts'
import { endpointsOf, type ProxyView } from './kube-proxy.ts'
import type { RuleTables } from './rule-tables.ts'
import { planOf } from './service-ports.ts'

/** A request to a Service, from a pod or from outside the cluster. */
export interface ServiceRequest {
  readonly namespace: string
  readonly service: string
  readonly port?: number
  /** The pod that asks; absent: somebody outside. */
  readonly from?: Requester
  /** It is really sent, and nodes remember it; absent: it is only asked who would answer. */
  readonly isReal?: boolean
}

/** A pod that sends a request. */
export interface Requester {
  /** `shop/cart-1`. */
  readonly pod: string
  readonly node: string
  /** Where its packets come from. */
  readonly address: string
  /** It asks the cluster's DNS (dnsPolicy ClusterFirst), not its machine's. */
  readonly clusterDns: boolean
}

/** One station of a request's way. */
export interface Hop {
  readonly kind: 'client' | 'dns' | 'node' | 'service' | 'pod'
  /** `web.shop.svc.cluster.local`, `10.96.0.12:80`, `worker-2`, `default/web-1`. */
  readonly at: string
  /** What happens there, in a few words. */
  readonly what: string
  /** The chains of the node's rules that decide it. */
  readonly rule?: string
}

/** The way of a request and who answers, or why nobody does. */
export type Route =
  | { readonly ok: true; readonly hops: readonly Hop[]; readonly answeredBy: string; /** Everybody who might have answered instead. */ readonly candidates: readonly string[] }
  | { readonly ok: false; readonly hops: readonly Hop[]; readonly failure: string }

/** The rules of one Service on one node, and what the node answers when a load balancer asks for its health. */
export interface NodeRules extends RuleTables {
  readonly healthCheck: { readonly port: number; readonly answer: HealthAnswer } | null
}

/** The world a request passes through. */
export interface NetworkState extends PacketState {
  /** The rules on a node; undefined: none were ever written there. */
  proxyOf(nodeName: string): ProxyView | undefined
  /** Nodes that a client outside reaches, in the order it tries them. */
  readonly nodes: readonly string[]
  /** Whether packets pass between two nodes; null: the world outside. */
  reaches(from: string, to: string | null): boolean
  /** Whether something listens there now; the node is known for pods. */
  listens(address: string, port: number, nodeName: string | undefined): boolean
  /** The cluster's DNS answers the pods of this node. */
  dnsAnswers(nodeName: string): boolean
  /** What the cluster's DNS knows. */
  service(namespace: string, name: string): Service | undefined
  slices(namespace: string, name: string): readonly EndpointSlice[]
}

/** The name a Service has in the cluster's DNS. */
export function serviceDomain(namespace: string, service: string): string {
  return `${service}.${namespace}.svc.cluster.local`
}

/** Follows a request to a Service through names, rules and nodes as they are now. */
export function routeOf(request: ServiceRequest, network: NetworkState): Route {
  return request.from ? fromPod(request, request.from, network) : fromOutside(request, network)
}

/** Whether the rules of a node lead to somebody who answers, the name being known. */
export function routeFromNode(request: Omit<ServiceRequest, 'from'>, passing: Passing, network: NetworkState): Route {
  return throughRules(request, passing, [], network)
}

function fromPod(request: ServiceRequest, from: Requester, network: NetworkState): Route {
  const hops: Hop[] = [{ kind: 'client', at: from.pod, what: 'sends the request' }]
  const domain = serviceDomain(request.namespace, request.service)
  if (!from.clusterDns) return failed(hops, `${domain} cannot be resolved: the pod asks its machine's DNS, which knows no Services`)
  if (!network.dnsAnswers(from.node)) return failed(hops, `${domain} cannot be resolved: no CoreDNS pod answers`)
  const service = network.service(request.namespace, request.service)
  if (!service) return failed(hops, `${domain} cannot be resolved: there is no such Service (NXDOMAIN)`)
  if (service.spec.type === 'ExternalName') return toExternalName(service, domain, from, hops, network)
  if (service.spec.clusterIP === 'None') return toHeadless(request, service, domain, from, hops, network)
  hops.push({ kind: 'dns', at: domain, what: `is ${service.spec.clusterIP ?? ''}` })
  return throughRules(request, { node: from.node, client: from.address, destination: 'internal', fromPod: true }, hops, network)
}

/** A client outside tries one node after the other. */
function fromOutside(request: ServiceRequest, network: NetworkState): Route {
  const hops: Hop[] = [{ kind: 'client', at: 'outside', what: 'sends the request to a node' }]
  if (network.nodes.length === 0) return failed(hops, 'no node can be reached from outside')
  const routes: Route[] = []
  for (const node of network.nodes) {
    const route = throughRules(request, { node, client: undefined, destination: 'nodePort', fromPod: false }, [...hops], network)
    if (route.ok) return route
    routes.push(route)
  }
  return routes[0]!
}

function toExternalName(service: Service, domain: string, from: Requester, hops: Hop[], network: NetworkState): Route {
  const name = service.spec.externalName ?? ''
  hops.push({ kind: 'dns', at: domain, what: `is another name of ${name}` })
  if (!network.reaches(from.node, null)) return failed(hops, `no answer: ${from.node} is cut off from the world outside`)
  return { ok: true, hops, answeredBy: name, candidates: [name] }
}

/** DNS gives the addresses of the pods, and the client goes straight to one of them. */
function toHeadless(request: ServiceRequest, service: Service, domain: string, from: Requester, hops: Hop[], network: NetworkState): Route {
  const port = service.spec.ports?.find((candidate) => candidate.port === request.port) ?? service.spec.ports?.[0]
  const endpoints = network.slices(request.namespace, request.service).flatMap((slice) => endpointsOf(slice, port?.name)).filter(({ ready }) => ready || service.spec.publishNotReadyAddresses === true)
  if (endpoints.length === 0) return failed(hops, `${domain} cannot be resolved: the Service is headless and no pod behind it is ready`)
  hops.push({ kind: 'dns', at: domain, what: `is ${endpoints.map(({ address }) => address).slice(0, 4).join(', ')}${endpoints.length > 4 ? ', …' : ''}` })
  return arrive(endpoints[endpoints.length > 1 ? network.choose(endpoints.length) : 0]!, endpoints, request.namespace, from.node, hops, network)
}

function throughRules(request: ServiceRequest, passing: Passing, hops: Hop[], network: NetworkState): Route {
  const { node: entry } = passing
  const fromOutside = passing.destination !== 'internal' && !passing.fromPod
  const proxy = network.proxyOf(entry)
  if (!proxy) return failed(hops, `${entry} has no rules for Services: kube-proxy has not run there yet`)
  const service = proxy.service(request.namespace, request.service)
  if (!service) return failed(hops, `kube-proxy on ${entry} knows no Service ${request.namespace}/${request.service}`)
  const ports = service.spec.ports ?? []
  const port = request.port === undefined ? ports[0] : ports.find((candidate) => candidate.port === request.port || (passing.destination === 'nodePort' && candidate.nodePort === request.port))
  if (!port) return failed(hops, request.port === undefined ? 'the Service has no ports' : `the Service has no port ${request.port}`)
  if (fromOutside && port.nodePort === undefined) return failed(hops, `the Service is of type ${service.spec.type}: it cannot be reached from outside`)
  const pending = service.spec.type === 'LoadBalancer' && (service.status?.loadBalancer?.ingress ?? []).length === 0
  hops.push({ kind: 'node', at: entry, what: fromOutside ? `takes it on node port ${port.nodePort ?? ''}${pending ? ' (no load balancer has given the Service an address)' : ''}` : 'its rules take the packet' })
  const plan = planOf(service, port, service.spec.clusterIP ?? '', proxy)
  const pick = pickEndpoint(plan, passing, network, request.isReal === true)
  const at = `${service.spec.clusterIP ?? ''}:${port.port}`
  if (!pick) {
    hops.push({ kind: 'service', at, what: 'one of 0 endpoints', rule: `${passing.destination === 'internal' ? 'KUBE-SERVICES' : 'KUBE-EXTERNAL-SERVICES'} → ${plan.choice.hasAnyEndpoints ? 'DROP' : 'REJECT'}` })
    return failed(hops, whyNone(proxy.endpoints(service, port.name), plan.choice.hasAnyEndpoints, entry))
  }
  const count = pick.candidates.length
  hops.push({ kind: 'service', at, what: pick.isRemembered ? 'the endpoint that this client was sent to before' : `one of ${count} endpoint${count === 1 ? '' : 's'}`, rule: pick.rule })
  return arrive(pick.endpoint, pick.candidates, request.namespace, entry, hops, network)
}

function arrive(chosen: ProxyEndpoint, usable: readonly ProxyEndpoint[], namespace: string, entry: string, hops: Hop[], network: NetworkState): Route {
  const nameOf = (endpoint: ProxyEndpoint) => (endpoint.podName === undefined ? endpoint.address : `${namespace}/${endpoint.podName}`)
  const { nodeName } = chosen
  if (nodeName !== undefined && nodeName !== entry) hops.push({ kind: 'node', at: nodeName, what: 'the packet crosses to this node' })
  hops.push({ kind: 'pod', at: nameOf(chosen), what: `${chosen.address}:${chosen.port}` })
  if (nodeName !== undefined && !network.reaches(entry, nodeName)) return failed(hops, `no answer: ${nodeName} cannot be reached, and the rules on ${entry} do not know it yet`)
  if (!network.listens(chosen.address, chosen.port, nodeName)) return failed(hops, `connection refused: nothing listens on ${chosen.address}:${chosen.port}`)
  return { ok: true, hops, answeredBy: nameOf(chosen), candidates: usable.map(nameOf) }
}

function whyNone(endpoints: readonly ProxyEndpoint[], hasAny: boolean, entry: string): string {
  if (endpoints.length === 0) return 'connection refused: no pod matches the selector of the Service'
  if (hasAny) return `dropped: the traffic policy is Local and no endpoint is on ${entry}`
  return 'connection refused: no pod behind the Service is ready'
}

function failed(hops: readonly Hop[], failure: string): Route {
  return { ok: false, hops, failure }
}
