// Upstream: pkg/apis/core/v1/defaults.go, pkg/apis/discovery/v1/defaults.go (v1.36).
import { utf8 } from '../../kernel/utf8.ts'
import type { CoreEndpointPort, Endpoints, EndpointSlice, EndpointSubset, Namespace, Node, Secret } from '../generated/types.ts'

const nameLabel = 'kubernetes.io/metadata.name'

/** The label that tells the name, and phase Active. */
export function defaultNamespace(namespace: Namespace): Namespace {
  const { metadata, status } = namespace
  const labelled = metadata.name ? { ...metadata, labels: { ...metadata.labels, [nameLabel]: metadata.name } } : metadata
  return { ...namespace, metadata: labelled, status: { ...status, phase: status?.phase || 'Active' } }
}

/** Allocatable follows capacity; podCIDR is the first of podCIDRs, and where they differ it is the one that counts. */
export function defaultNode(node: Node): Node {
  const { spec, status } = node
  const [first = ''] = spec.podCIDRs ?? []
  const cidrs = spec.podCIDR && spec.podCIDR !== first ? { podCIDRs: [spec.podCIDR] } : !spec.podCIDR && first ? { podCIDR: first } : null
  const allocatable = status.capacity && !status.allocatable
  if (!cidrs && !allocatable) return node
  return { ...node, spec: { ...spec, ...cidrs }, status: allocatable ? { ...status, allocatable: status.capacity } : status }
}

/** Opaque, and stringData is written into data: encoded, and winning over what is there. */
export function defaultSecret(secret: Secret): Secret {
  const { stringData, ...rest } = secret
  const data = stringData ? { ...secret.data, ...Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, base64(text)])) } : secret.data
  return { ...rest, ...(data ? { data } : {}), type: secret.type || 'Opaque' }
}

/** Ports are TCP. What says so already stays the very same. */
export function defaultEndpoints(endpoints: Endpoints): Endpoints {
  const isComplete = ({ ports = [] }: EndpointSubset): boolean => ports.every(({ protocol }: Partial<CoreEndpointPort>) => protocol)
  if (!endpoints.subsets || endpoints.subsets.every(isComplete)) return endpoints
  const completed = (port: CoreEndpointPort): CoreEndpointPort => ({ ...port, protocol: port.protocol || 'TCP' })
  return { ...endpoints, subsets: endpoints.subsets.map((subset) => (isComplete(subset) ? subset : { ...subset, ports: subset.ports?.map(completed) })) }
}

/** Ports are TCP and have a name, even if an empty one. */
export function defaultEndpointSlice(slice: EndpointSlice): EndpointSlice {
  if (!slice.ports) return slice
  return { ...slice, ports: slice.ports.map((port) => ({ ...port, name: port.name ?? '', protocol: port.protocol ?? 'TCP' })) }
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(text: string): string {
  const bytes = utf8(text)
  let encoded = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.slice(at, at + 3)
    const bits = first * 65_536 + second * 256 + third
    const left = bytes.length - at
    encoded += digits.charAt(bits >> 18) + digits.charAt((bits >> 12) & 63) + (left > 1 ? digits.charAt((bits >> 6) & 63) : '=') + (left > 2 ? digits.charAt(bits & 63) : '=')
  }
  return encoded
}
