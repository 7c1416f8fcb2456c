// Upstream: pkg/proxy, iptables mode (v1.36). Left out: connection tracking.
import type { EndpointSlice, Node, Service } from '../api/generated/types.ts'
import type { ComponentContext } from '../client/component.ts'
import { hostPort } from './chain-names.ts'
import type { ProxyEndpoint, ProxyNode } from './endpoint-choice.ts'
import { proxyConfiguration } from './proxy-configuration.ts'

const { minSyncPeriod } = proxyConfiguration.iptables

/** The rules in one node's kernel: they outlive the proxy that wrote them. */
export interface RuleTable {
  /** From now on the rules follow what is written. */
  follow(): void
  /** The proxy hears nothing any more: the rules stay as they are. */
  freeze(): void
  /** The proxy hears of changes, but is not done with its rules: they stay as they are for now. */
  lag(): void
}

/** All Services and EndpointSlices as of one moment. */
export interface ServiceSight {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
}

/** The services and endpoints that one node's proxy has programmed: what traffic leaving that node meets. */
export interface ProxyView {
  readonly node: ProxyNode
  readonly services: readonly Service[]
  service(namespace: string, name: string): Service | undefined
  endpoints(service: Service, portName: string | undefined): readonly ProxyEndpoint[]
}

/**
 * Starts the proxy of one node. A thousand proxies must cost nothing, so they share one sight of what is written, and keep one of their
 * own only when the connection breaks.
 */
export function startKubeProxy({ agenda, client, name, events }: Pick<ComponentContext, 'agenda' | 'client' | 'name' | 'events'>, nodeName: string, table: Pick<RuleTable, 'follow' | 'freeze'>): void {
  // It knows the node by its name only.
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } as Node['metadata'] }
  events.event(node, 'Normal', 'Starting', '', { action: 'StartKubeProxy' })
  const connect = (): void => {
    // A watch on one Service that hardly changes: it tells when the connection breaks.
    const watch = client.watch('services', 'default', { fieldSelector: 'metadata.name=kubernetes' }, {
      event: () => undefined,
      closed: () => {
        table.freeze()
        agenda.after(minSyncPeriod, `${name}: watch again`, connect)
      },
    })
    if (watch.ok) table.follow()
    else agenda.after(minSyncPeriod, `${name}: watch again`, connect)
  }
  connect()
}

/** What a node's rules make of the Services and EndpointSlices that its proxy has seen. */
export function createProxyView(node: ProxyNode, { services, slices }: ServiceSight): ProxyView {
  return {
    node,
    get services() {
      return services.filter(isHandled)
    },
    service: (namespace, name) => services.find((service) => service.metadata.name === name && service.metadata.namespace === namespace && isHandled(service)),
    endpoints: ({ metadata }, portName) => inOrder(slicesOf(slices, metadata.namespace, metadata.name).flatMap((slice) => endpointsOf(slice, portName))),
  }
}

/** Others may bring proxies of their own. */
function isHandled({ metadata }: Service): boolean {
  return metadata.labels?.['service.kubernetes.io/service-proxy-name'] === undefined
}

/** Sorted by what they are called; one that several slices have counts once. */
function inOrder(endpoints: readonly ProxyEndpoint[]): readonly ProxyEndpoint[] {
  const byText = new Map<string, ProxyEndpoint>()
  for (const endpoint of endpoints) byText.set(hostPort(endpoint.address, endpoint.port), endpoint)
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint)
}

/** The slices of one Service. */
export function slicesOf(slices: readonly EndpointSlice[], namespace: string | undefined, service: string): readonly EndpointSlice[] {
  return slices.filter((slice) => slice.metadata.namespace === namespace && slice.metadata.labels?.['kubernetes.io/service-name'] === service)
}

/** The endpoints of one slice for one port, as a proxy reads them. */
export function endpointsOf(slice: EndpointSlice, portName: string | undefined): ProxyEndpoint[] {
  const port = (slice.ports ?? []).find((candidate) => (candidate.name ?? '') === (portName ?? ''))?.port
  if (port === undefined) return []
  return (slice.endpoints ?? []).map((endpoint) => {
    const { ready = true, terminating = false, serving = ready } = endpoint.conditions ?? {}
    return {
      address: endpoint.addresses[0] ?? '',
      port,
      nodeName: endpoint.nodeName,
      podName: endpoint.targetRef?.kind === 'Pod' ? endpoint.targetRef.name : undefined,
      ready, serving, terminating,
      zoneHints: (endpoint.hints?.forZones ?? []).map((zone) => zone.name),
      nodeHints: (endpoint.hints?.forNodes ?? []).map((node) => node.name),
    }
  })
}
