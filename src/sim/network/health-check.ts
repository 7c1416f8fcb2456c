// Upstream: pkg/proxy/healthcheck (v1.36). Left out: header fields other than the weight, nodes that are about to be deleted.
import type { Millis } from '../kernel/agenda.ts'
import type { Service } from '../api/generated/types.ts'
import type { ProxyView } from './kube-proxy.ts'
import { proxyConfiguration } from './proxy-configuration.ts'

/** What a node answers to a load balancer that asks whether to send it traffic of a Service. */
export interface HealthAnswer {
  readonly status: 200 | 503
  readonly headers: { readonly 'X-Load-Balancing-Endpoint-Weight': string }
  readonly body: { readonly service: { readonly namespace: string; readonly name: string }; readonly localEndpoints: number; readonly serviceProxyHealthy: boolean }
}

/** The answer on a Service's healthCheckNodePort: yes while one of its endpoints on this node is ready and the proxy keeps up. */
export function healthAnswer({ metadata: { namespace = '', name } }: Pick<Service, 'metadata'>, localEndpoints: number, serviceProxyHealthy: boolean): HealthAnswer {
  return {
    status: localEndpoints > 0 && serviceProxyHealthy ? 200 : 503,
    headers: { 'X-Load-Balancing-Endpoint-Weight': String(localEndpoints) },
    body: { service: { namespace, name }, localEndpoints, serviceProxyHealthy },
  }
}

/** Whether a proxy keeps up: nothing has waited for it for long. `waitingSince`: the oldest change that is not in its rules. */
export function isProxyHealthy(waitingSince: Millis | null, now: Millis): boolean {
  return waitingSince === null || now - waitingSince < 2 * proxyConfiguration.iptables.syncPeriod
}

/** How many addresses of a Service are on the proxy's node and ready; those that only end in peace do not count. */
export function localReadyEndpoints(view: ProxyView, service: Service): number {
  const ports = service.spec.ports ?? []
  const here = ports.flatMap(({ name }) => view.endpoints(service, name)).filter(({ nodeName, ready }) => nodeName === view.node.name && ready)
  return new Set(here.map(({ address }) => address)).size
}
