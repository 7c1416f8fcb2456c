// Upstream: pkg/apis/core/validation ValidateNonSpecialIP (v1.36).
import { parseAddress } from '../addresses.ts'
import type { FieldError } from '../field-errors.ts'
import { invalid } from '../field-errors.ts'

/** Addresses that mean something special can be nobody's endpoint. */
export function checkOrdinaryAddress(path: string, ip: string): FieldError[] {
  const address = parseAddress(ip)
  if (!address) return [invalid(path, ip, 'must be a valid IP address')]
  const is4 = address.family === 4 || address.mapped
  const bytes = address.family === 4 ? address.parts : address.parts.slice(6).flatMap((group) => [group >> 8, group & 255])
  const [first = 0, second = 0, third = 0] = bytes
  const leading = address.parts[0] ?? 0
  const isLast = (value: number): boolean => address.parts.slice(0, 7).every((part) => part === 0) && address.parts[7] === value
  const faults: FieldError[] = []
  if (is4 ? bytes.every((byte) => byte === 0) : isLast(0)) faults.push(invalid(path, ip, `may not be unspecified (${ip})`))
  if (is4 ? first === 127 : isLast(1)) faults.push(invalid(path, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'))
  if (is4 ? first === 169 && second === 254 : leading >> 6 === 0xfe80 >> 6) faults.push(invalid(path, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'))
  if (is4 ? first === 224 && second === 0 && third === 0 : leading >> 8 === 0xff && (leading & 0xf) === 2) {
    faults.push(invalid(path, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'))
  }
  return faults
}
