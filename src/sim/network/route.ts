import type { Pod, Service } from '../api/generated/types.ts'
import { chooseEndpoints, type ProxyEndpoint } from './endpoint-choice.ts'
import type { ProxyView } from './kube-proxy.ts'

/** A request to a Service, from a pod or from outside the cluster. */
export interface ServiceRequest {
  readonly namespace: string
  readonly service: string
  readonly port?: number
  /** The pod that asks; absent: somebody outside. */
  readonly from?: Pod
}

/** One station of a request's way. */
export interface Hop {
  readonly kind: 'client' | 'dns' | 'node' | 'service' | 'pod'
  /** `web.shop.svc.cluster.local`, `10.96.0.12:80`, `worker-2`, `default/web-1`. */
  readonly at: string
  /** What happens there, in a few words. */
  readonly what: string
}

/** The way of a request and who answers, or why nobody does. */
export type Route =
  | { readonly ok: true; readonly hops: readonly Hop[]; readonly answeredBy: string; /** Everybody who might have answered instead. */ readonly candidates: readonly string[] }
  | { readonly ok: false; readonly hops: readonly Hop[]; readonly failure: string }

/** The world a request passes through. */
export interface NetworkState {
  /** The proxy of a node; undefined: none runs there. */
  proxyOf(nodeName: string): ProxyView | undefined
  /** Nodes that are up and reachable, in the order a client outside tries them. */
  readonly nodes: readonly string[]
  /** Whether packets pass between two nodes. */
  reaches(from: string | null, to: string): boolean
  /** Whether the pod with this address listens on the port now. */
  listens(address: string, port: number): boolean
  /** The cluster's DNS answers the pods of this node. */
  readonly dnsWorks: boolean
  /** Which of several endpoints the rules' dice choose. */
  choose(count: number): number
}

/** The name a Service has in the cluster's DNS. */
export function serviceDomain(namespace: string, service: string): string {
  return `${service}.${namespace}.svc.cluster.local`
}

/** Follows a request to a Service through names, rules and nodes as they are now. */
export function routeOf(request: ServiceRequest, network: NetworkState): Route {
  const hops: Hop[] = []
  const fromPod = request.from
  const entry = fromPod ? fromPod.spec.nodeName : network.nodes[0]
  hops.push({ kind: 'client', at: fromPod ? `${fromPod.metadata.namespace ?? ''}/${fromPod.metadata.name}` : 'outside', what: fromPod ? 'sends the request' : 'sends the request to a node' })
  if (entry === undefined) return failed(hops, fromPod ? 'the pod has not been given a node yet' : 'no node can be reached from outside')
  if (fromPod && fromPod.status.phase !== 'Running') return failed(hops, 'the pod that would send the request is not running')
  const proxy = network.proxyOf(entry)
  if (!proxy) return failed(hops, `no kube-proxy runs on ${entry}: it has no rules for Services`)
  const service = proxy.service(request.namespace, request.service)
  if (!service) return failed(hops, `kube-proxy on ${entry} knows no Service ${request.namespace}/${request.service}`)
  if (fromPod) {
    const domain = serviceDomain(request.namespace, request.service)
    if (!network.dnsWorks) return failed(hops, `${domain} cannot be resolved: no CoreDNS pod answers`)
    hops.push({ kind: 'dns', at: domain, what: `is ${service.spec.clusterIP ?? 'the addresses of its pods'}` })
  }
  return throughRules(request, service, proxy, entry, hops, network)
}

function throughRules(request: ServiceRequest, service: Service, proxy: ProxyView, entry: string, hops: Hop[], network: NetworkState): Route {
  const ports = service.spec.ports ?? []
  const port = request.port === undefined ? ports[0] : ports.find((candidate) => candidate.port === request.port || candidate.nodePort === request.port)
  if (!port) return failed(hops, `the Service has no port ${request.port ?? ''}`.trim())
  if (service.spec.clusterIP === 'None') return failed(hops, 'the Service is headless: clients talk to its pods themselves')
  const outside = request.from === undefined
  if (outside && port.nodePort === undefined) return failed(hops, 'the Service is of type ClusterIP: it cannot be reached from outside')
  hops.push({ kind: 'node', at: entry, what: outside ? `takes it on node port ${port.nodePort ?? ''}` : 'its rules take the packet' })
  const endpoints = proxy.endpoints(service, port.name)
  const choice = chooseEndpoints(service.spec, endpoints, proxy.node)
  const usable = (outside ? choice.external : choice.internal) ?? []
  hops.push({ kind: 'service', at: `${service.spec.clusterIP ?? ''}:${port.port}`, what: `one of ${usable.length} endpoint${usable.length === 1 ? '' : 's'}` })
  const chosen = usable[usable.length > 1 ? network.choose(usable.length) : 0]
  if (!chosen) return failed(hops, whyNone(endpoints, choice.hasAnyEndpoints, entry))
  return arrive(chosen, usable, request.namespace, entry, hops, network)
}

function arrive(chosen: ProxyEndpoint, usable: readonly ProxyEndpoint[], namespace: string, entry: string, hops: Hop[], network: NetworkState): Route {
  const nameOf = (endpoint: ProxyEndpoint) => (endpoint.podName === undefined ? endpoint.address : `${namespace}/${endpoint.podName}`)
  const { nodeName } = chosen
  if (nodeName !== undefined && nodeName !== entry) hops.push({ kind: 'node', at: nodeName, what: 'the packet crosses to this node' })
  hops.push({ kind: 'pod', at: nameOf(chosen), what: `${chosen.address}:${chosen.port}` })
  if (nodeName !== undefined && !network.reaches(entry, nodeName)) return failed(hops, `no answer: ${nodeName} cannot be reached, and the rules on ${entry} do not know it yet`)
  if (!network.listens(chosen.address, chosen.port)) return failed(hops, `connection refused: nothing listens on ${chosen.address}:${chosen.port}`)
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
