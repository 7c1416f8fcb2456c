// Upstream: pkg/registry/core/{node,secret,serviceaccount}, pkg/registry/discovery/endpointslice: their warnings (v1.36). Left out: addresses in EndpointSlices and sources of configuration that only an older server has let in, whether a certificate can be read and its key fits it.
import { cidrWarnings } from '../addresses.ts'
import type { EndpointSlice, Node, Secret, ServiceAccount } from '../generated/types.ts'
import { decodedBytes } from '../validation/base64.ts'

export function nodeWarnings({ spec }: Node): string[] {
  return [
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
  const certificates = blocksOf(data['tls.crt'])
  const keys = blocksOf(data['tls.key'])
  const [one = '', another] = certificates
  const told = (text: string): string[] => [`tls: ${text}`]
  const failed = (found: string, input: string, skipped: readonly string[]): string[] =>
    told(skipped.length === 0 ? `failed to find any PEM data in ${input} input` : `failed to find ${found} in ${input} input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`)
  if (!certificates.includes('CERTIFICATE')) {
    if (another !== undefined || !one.endsWith('PRIVATE KEY')) return failed('"CERTIFICATE" PEM block', 'certificate', certificates)
    return told('failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched')
  }
  if (keys.some((block) => ` ${block}`.endsWith(' PRIVATE KEY'))) return []
  if (keys.join() === 'CERTIFICATE') return told('found a certificate rather than a key in the PEM for the private key')
  return failed('PEM block with type ending in "PRIVATE KEY"', 'key', keys)
}

/** The types of the PEM blocks in a value of a Secret; headers are taken for what follows them. Each character is looked at a few times at most, whatever a stranger has written. */
function blocksOf(value = ''): string[] {
  const blocks = decodedBytes(value).matchAll(/(?:^|\n)-----BEGIN (.*)-----[ \t\r]*\n(?:(?!-----)[^:\n]*:.*\n)*([A-Za-z\d+/=\s]*?)-----END \1-----[ \t\r]*(?=\n|$)/g)
  return [...blocks].flatMap(([, type = '', body = '']) => (body.replace(/\s/g, '').length % 4 === 0 ? [type] : []))
}
