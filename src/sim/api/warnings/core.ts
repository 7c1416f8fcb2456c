// Upstream: pkg/registry/core/{node,secret,serviceaccount}, pkg/registry/discovery/endpointslice: their warnings (v1.36). Left out: addresses in EndpointSlices that only an older server has let in, whether a certificate can be read and its key fits it.
import { cidrWarnings } from '../addresses.ts'
import type { EndpointSlice, Node, Secret, ServiceAccount } from '../generated/types.ts'
import { decodedBytes } from '../validation/base64.ts'

export function nodeWarnings({ spec }: Node): string[] {
  return [
    ...(spec.configSource ? ['spec.configSource: the feature is removed'] : []),
    ...(spec.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
    ...(spec.podCIDRs ?? []).flatMap((cidr, at) => cidrWarnings(`spec.podCIDRs[${at}]`, cidr)),
  ]
}

/** Only of a new one: its addresses are canonical or refused. */
export function endpointSliceWarnings({ addressType }: EndpointSlice): string[] {
  return addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []
}

const mountable = 'kubernetes.io/enforce-mountable-secrets'

/** Whoever has set it already has heard it. */
export function serviceAccountWarnings({ metadata }: ServiceAccount, old?: ServiceAccount): string[] {
  if (metadata.annotations?.[mountable] === undefined || old?.metadata.annotations?.[mountable] !== undefined) return []
  return [`metadata.annotations[${mountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`]
}

/** What crypto/tls says of a certificate and a key that are none. */
export function secretWarnings({ type, data = {} }: Secret): string[] {
  if (type !== 'kubernetes.io/tls') return []
  const isKey = (block: string): boolean => /(?:^| )PRIVATE KEY$/.test(block)
  const certificate = blocksOf(data['tls.crt'])
  const key = blocksOf(data['tls.key'])
  const [only] = certificate
  if (!certificate.includes('CERTIFICATE')) {
    if (only === undefined) return ['tls: failed to find any PEM data in certificate input']
    if (certificate.length === 1 && only.endsWith('PRIVATE KEY')) {
      return ['tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched']
    }
    return [`tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${certificate.join(' ')}]`]
  }
  if (key.some(isKey)) return []
  if (key.length === 0) return ['tls: failed to find any PEM data in key input']
  if (key.length === 1 && key[0] === 'CERTIFICATE') return ['tls: found a certificate rather than a key in the PEM for the private key']
  return [`tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${key.join(' ')}]`]
}

/** The types of the PEM blocks in a value of a Secret; headers are taken for what follows them. */
function blocksOf(value = ''): string[] {
  const text = decodedBytes(value)
  const blocks = text.matchAll(/(?:^|\n)-----BEGIN ([^\n]*)-----[ \t\r]*\n((?:[^\n:]+:[^\n]*\n)*)([A-Za-z0-9+/=\s]*?)-----END \1-----[ \t\r]*(?=\n|$)/g)
  return [...blocks].flatMap(([, type = '', , body = '']) => (body.replace(/\s/g, '').length % 4 === 0 ? [type] : []))
}
