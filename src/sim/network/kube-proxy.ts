// Upstream: pkg/proxy, iptables mode (v1.36). Left out: the rules themselves, session affinity tables, connection tracking, health checks.
import type { Millis } from '../kernel/agenda.ts'
import type { EndpointSlice, Service } from '../api/generated/types.ts'
import type { ComponentContext } from '../client/component.ts'
import type { ProxyEndpoint, ProxyNode } from './endpoint-choice.ts'

/** minSyncPeriod: rules are written at most this often, and a broken watch is tried again. */
const leastSyncPeriod: Millis = 1000

/** The proxy process of one node: how far it has seen. */
export interface ProxyHandle {
  /** All that was written until then is in its rules; null: it has not seen anything yet. */
  readonly seenUntil: Millis | null
}

/** The services and endpoints that one node's proxy has programmed: what traffic leaving that node meets. */
export interface ProxyView {
  readonly node: ProxyNode
  service(namespace: string, name: string): Service | undefined
  endpoints(service: Service, portName: string | undefined): readonly ProxyEndpoint[]
}

/**
 * Starts the proxy of one node. A thousand proxies must cost nothing, so it keeps no copy: as long as its connection lives it has seen
 * all there is, and when it breaks it has seen what was there then. Who looks reads that moment from the store's history.
 */
export function startKubeProxy({ agenda, client, name }: ComponentContext): ProxyHandle {
  let seenUntil: Millis | null = null
  let connected = false
  const connect = (): void => {
    // A watch on one Service that hardly changes: it tells when the connection breaks.
    const watch = client.watch('services', 'default', { fieldSelector: 'metadata.name=kubernetes' }, {
      event: () => undefined,
      closed: () => {
        connected = false
        seenUntil = agenda.now
        agenda.after(leastSyncPeriod, `${name}: watch again`, connect)
      },
    })
    connected = watch.ok
    if (!watch.ok) agenda.after(leastSyncPeriod, `${name}: watch again`, connect)
  }
  connect()
  return {
    get seenUntil() {
      return connected ? agenda.now : seenUntil
    },
  }
}

/** The rules of a node that has seen these Services and EndpointSlices. */
export function createProxyView(node: ProxyNode, services: readonly Service[], slices: readonly EndpointSlice[]): ProxyView {
  const handled = services.filter((service) => service.metadata.labels?.['service.kubernetes.io/service-proxy-name'] === undefined)
  return {
    node,
    service: (namespace, name) => handled.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
    endpoints: ({ metadata }, portName) =>
      slices
        .filter((slice) => slice.metadata.namespace === metadata.namespace && slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name)
        .flatMap((slice) => endpointsOf(slice, portName)),
  }
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
