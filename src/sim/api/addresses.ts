import { invalid, type FieldError } from './field-errors.ts'
import { quoted } from './go-text.ts'

/** An IP address as its 16-bit groups (IPv6) or its bytes (IPv4). */
export interface Address {
  readonly family: 4 | 6
  readonly parts: readonly number[]
  /** Written as `::ffff:1.2.3.4`. */
  readonly mapped: boolean
  /** Some number of its IPv4 part has zeros in front, which strict parsers refuse. */
  readonly leadingZeros: boolean
}

export interface Cidr {
  readonly address: Address
  readonly bits: number
  readonly leadingZeros: boolean
}

/** Reads an address the way old Kubernetes did, leading zeros and all; null when it is none. */
export function parseAddress(text: string): Address | null {
  if (!text.includes(':')) {
    const bytes = parseBytes(text)
    return bytes && { family: 4, parts: bytes.values, mapped: false, leadingZeros: bytes.leadingZeros }
  }
  return parseIPv6(text)
}

/** Reads `address/bits`; null when it is none. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/')
  const address = slash < 0 ? null : parseAddress(text.slice(0, slash))
  const digits = text.slice(slash + 1)
  if (!address || !/^\d{1,9}$/.test(digits) || Number(digits) > (address.family === 4 ? 32 : 128)) return null
  return { address, bits: Number(digits), leadingZeros: address.leadingZeros || (digits.length > 1 && digits.startsWith('0')) }
}

/** The one way to write an address (RFC 5952); a mapped one as the IPv4 address that it is. */
export function formatAddress(address: Address): string {
  if (address.mapped) return address.parts.slice(6).flatMap((group) => [group >> 8, group & 255]).join('.')
  return address.family === 4 ? address.parts.join('.') : formatIPv6(address.parts)
}

/** How strictly an address or a CIDR is read: `legacy` for fields that are older than the one canonical form (StrictIPCIDRValidation, on since 1.36; `lax`, as before), `canonical` for new ones. */
export type Strictness = 'lax' | 'legacy' | 'canonical'

/** What most addresses are: four plain numbers, right for everybody. */
const plainIPv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/** Whether nobody can have anything against an address. */
export function isPlainIPv4(text: string): boolean {
  return plainIPv4.test(text)
}

export function checkAddress(field: string, text: string, strictness: Strictness): FieldError[] {
  if (isPlainIPv4(text)) return []
  const address = parseAddress(text)
  if (!address) return [invalid(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
  if (strictness === 'lax') return []
  if (address.leadingZeros) return [invalid(field, text, 'must not have leading 0s')]
  if (address.mapped) return [invalid(field, text, 'must not be an IPv4-mapped IPv6 address')]
  return strictness === 'canonical' ? checkCanonical(field, text, formatAddress(address)) : []
}

export function checkCidr(field: string, text: string, strictness: Strictness): FieldError[] {
  const cidr = parseCidr(text)
  if (!cidr) return [invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
  if (strictness === 'lax') return []
  if (cidr.leadingZeros) return [invalid(field, text, 'must not have leading 0s in IP or prefix length')]
  if (cidr.address.mapped) return [invalid(field, text, 'must not have an IPv4-mapped IPv6 address')]
  if (!sameParts(cidr.address, masked(cidr))) return [invalid(field, text, 'must not have bits set beyond the prefix length')]
  return strictness === 'canonical' ? checkCanonical(field, text, formatCidr(cidr.address, cidr.bits)) : []
}

/** An address together with the network it is in: `10.9.8.7/24`. */
export function checkInterfaceAddress(field: string, text: string): FieldError[] {
  const cidr = parseCidr(text)
  if (!cidr) return [invalid(field, text, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)')]
  return checkCanonical(field, text, formatCidr(cidr.address, cidr.bits))
}

/** What the server warns of about an address that it still takes. */
export function addressWarnings(field: string, text: string): string[] {
  if (isPlainIPv4(text)) return []
  const address = parseAddress(text)
  if (!address) return []
  if (address.leadingZeros || address.mapped) return [`${field}: non-standard IP address ${quoted(text)} is invalid: use ${quoted(formatAddress(address))}`]
  const canonical = formatAddress(address)
  if (address.family === 4 || canonical === text) return []
  return [`${field}: IPv6 address ${quoted(text)} should be in RFC 5952 canonical format (${quoted(canonical)})`]
}

/** What the server warns of about a CIDR that it still takes. */
export function cidrWarnings(field: string, text: string): string[] {
  const cidr = parseCidr(text)
  if (!cidr) return []
  const network = masked(cidr)
  const meant = quoted(formatCidr(network, cidr.bits))
  const warnings: string[] = []
  if (!sameParts(cidr.address, network)) {
    const single = `${formatAddress(cidr.address)}/${cidr.address.family === 4 ? 32 : 128}`
    warnings.push(`${field}: CIDR value ${quoted(text)} is ambiguous in this context (should be ${meant} or ${quoted(single)}?)`)
  }
  if (cidr.leadingZeros || cidr.address.mapped) warnings.push(`${field}: non-standard CIDR value ${quoted(text)} is invalid: use ${meant}`)
  const canonical = formatCidr(cidr.address, cidr.bits)
  if (warnings.length === 0 && cidr.address.family === 6 && canonical !== text) {
    warnings.push(`${field}: IPv6 CIDR value ${quoted(text)} should be in RFC 5952 canonical format (${quoted(canonical)})`)
  }
  return warnings
}

/** Every bit beyond the prefix cleared. */
function masked({ address, bits }: Cidr): Address {
  const width = address.family === 4 ? 8 : 16
  const parts = address.parts.map((part, at) => {
    const kept = Math.min(Math.max(bits - at * width, 0), width)
    return kept === width ? part : (part >> (width - kept)) << (width - kept)
  })
  return { ...address, parts }
}

function sameParts(one: Address, other: Address): boolean {
  return one.parts.every((part, at) => part === other.parts[at])
}

function checkCanonical(field: string, text: string, canonical: string): FieldError[] {
  return text === canonical ? [] : [invalid(field, text, `must be in canonical form (${quoted(canonical)})`)]
}

function formatCidr(address: Address, bits: number): string {
  return `${formatAddress(address)}/${address.mapped ? Math.max(bits - 96, 0) : bits}`
}

function parseBytes(text: string): { readonly values: number[]; readonly leadingZeros: boolean } | null {
  const numbers = text.split('.')
  if (numbers.length !== 4 || !numbers.every((number) => /^\d{1,10}$/.test(number) && Number(number) <= 255)) return null
  return { values: numbers.map(Number), leadingZeros: numbers.some((number) => number.length > 1 && number.startsWith('0')) }
}

function parseIPv6(text: string): Address | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  let leadingZeros = false
  const groupsOf = (half: string, isLast: boolean): number[] | null => {
    if (half === '') return []
    const groups: number[] = []
    const words = half.split(':')
    for (const [at, word] of words.entries()) {
      const bytes = isLast && at === words.length - 1 && word.includes('.') ? parseBytes(word) : null
      if (bytes) {
        leadingZeros ||= bytes.leadingZeros
        const [a = 0, b = 0, c = 0, d = 0] = bytes.values
        groups.push((a << 8) | b, (c << 8) | d)
      } else if (/^[0-9a-fA-F]{1,4}$/.test(word)) groups.push(parseInt(word, 16))
      else return null
    }
    return groups
  }
  const front = groupsOf(halves[0] ?? '', halves.length === 1)
  const back = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : []
  if (!front || !back) return null
  const missing = 8 - front.length - back.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const parts = [...front, ...Array.from({ length: missing }, () => 0), ...back]
  const mapped = parts.slice(0, 5).every((group) => group === 0) && parts[5] === 0xffff
  return { family: 6, parts, mapped, leadingZeros }
}

/** The longest run of two or more zero groups becomes `::`, the first of equals. */
function formatIPv6(parts: readonly number[]): string {
  let start = -1
  let length = 1
  for (let at = 0; at < 8; at += 1) {
    let end = at
    while (end < 8 && parts[end] === 0) end += 1
    if (end - at > length) {
      start = at
      length = end - at
    }
  }
  const hex = parts.map((group) => group.toString(16))
  return start < 0 ? hex.join(':') : `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}
