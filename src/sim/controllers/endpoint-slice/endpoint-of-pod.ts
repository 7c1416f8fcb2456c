import type { Endpoint, EndpointPort, Node, Pod, Service } from '../../api/generated/types.ts'
import { isReady } from '../active-pods.ts'
import { hasHostname, portOf } from '../service-pods.ts'

/** The address types of EndpointSlices that this controller makes. */
export type AddressType = 'IPv4' | 'IPv6'

/** topology.kubernetes.io/zone: where a node says which zone it is in. */
export const zoneLabel = 'topology.kubernetes.io/zone'

/** The families for which a Service gets slices. */
export function addressTypesOf({ spec }: Service): readonly AddressType[] {
  const families = (['IPv4', 'IPv6'] as const).filter((family) => spec.ipFamilies?.includes(family))
  if (families.length > 0) return families
  if (!spec.clusterIP || spec.clusterIP === 'None') return ['IPv4', 'IPv6']
  return [spec.clusterIP.includes(':') ? 'IPv6' : 'IPv4']
}

/** What a slice says about one pod; without addresses when the pod has none of this family. */
export function endpointOf(pod: Pod, node: Node | undefined, service: Service, addressType: AddressType): Endpoint {
  const serving = isReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const zone = node?.metadata.labels?.[zoneLabel]
  const { namespace, name, uid } = pod.metadata
  return {
    addresses: addressesOf(pod, addressType),
    conditions: { ready: !!service.spec.publishNotReadyAddresses || (serving && !terminating), serving, terminating },
    ...(hasHostname(pod, service) && { hostname: pod.spec.hostname }),
    ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', ...(namespace && { namespace }), name, uid },
    ...(zone && { zone }),
  }
}

/** The ports of a Service as this pod serves them; a port that the pod does not have is left out. */
export function portsOf(service: Service, pod: Pod): readonly EndpointPort[] {
  const ports: EndpointPort[] = []
  for (const servicePort of service.spec.ports ?? []) {
    const port = portOf(pod, servicePort)
    if (port === undefined) continue
    const { name = '', protocol, appProtocol } = servicePort
    ports.push({ name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) })
  }
  return ports
}

function addressesOf(pod: Pod, addressType: AddressType): readonly string[] {
  const addresses: string[] = []
  for (const { ip } of pod.status.podIPs ?? []) {
    if (ip.includes(':') === (addressType === 'IPv6')) addresses.push(ip)
  }
  return addresses.length > 1 ? addresses.sort() : addresses
}
