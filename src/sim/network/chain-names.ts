// Upstream: pkg/proxy/types.go ServicePortName, chain names of pkg/proxy/iptables (v1.36).
import { sha256 } from '../kernel/sha256.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** iptables takes 28 characters; more would be harder to read. */
const length = 16

/** The chains of one port of a Service. */
export interface ServiceChains {
  /** To all endpoints. */
  readonly cluster: string
  /** To the endpoints on the same node. */
  readonly local: string
  /** What comes for node ports, load balancers and external IPs. */
  readonly external: string
  /** Which sources a load balancer lets through. */
  readonly firewall: string
}

/** What a proxy calls a port of a Service in hashes and comments: `default/web:http`. */
export function servicePortName(namespace: string, name: string, port: string | undefined): string {
  return `${namespace}/${name}${port ? `:${port}` : ''}`
}

/** The names of a service port's chains; the protocol in small letters. */
export function serviceChains(servicePort: string, protocol: string): ServiceChains {
  const hash = hashed(servicePort + protocol)
  return { cluster: `KUBE-SVC-${hash}`, local: `KUBE-SVL-${hash}`, external: `KUBE-EXT-${hash}`, firewall: `KUBE-FW-${hash}` }
}

/** The name of the chain that sends to one endpoint, `10.244.1.4:8080`. */
export function endpointChain(servicePort: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${hashed(servicePort + protocol + endpoint)}`
}

/** An address with a port; those of IPv6 stand in brackets. */
export function hostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** How likely the rule of the endpoint at this place is taken when the rules before it were not; undefined: the last one always is. */
export function probabilityAt(place: number, count: number): string | undefined {
  return place < count - 1 ? (1 / (count - place)).toFixed(10) : undefined
}

/** Base 32 of the hash, five bits a letter. */
function hashed(text: string): string {
  const bytes = sha256(text)
  const letters = Array.from({ length }, (_, at) => {
    const first = (at * 5) >> 3
    const pair = (bytes[first]! << 8) | bytes[first + 1]!
    return alphabet[(pair >> (11 - ((at * 5) & 7))) & 31]!
  })
  return letters.join('')
}
