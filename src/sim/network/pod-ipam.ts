// Upstream: the host-local IPAM plug-in of CNI. Left out: IPv6, several ranges.
import { formatAddress, parseCidr } from '../api/addresses.ts'

/** Gives the pods of one node their addresses: each in turn from the node's range, coming back to what is free. */
export class PodIpam {
  private readonly base: number
  private readonly size: number
  private readonly used = new Set<number>()
  private last = 1

  /** `taken`: addresses of pods that run already. */
  constructor(cidr: string, taken: Iterable<string> = []) {
    const range = parseCidr(cidr)
    const parts = range?.address.parts ?? []
    this.base = parts.reduce((sum, part) => sum * 256 + part, 0)
    this.size = range ? Math.min(65_536, powerOfTwo(32 - range.bits)) : 0
    for (const ip of taken) this.reserve(ip)
  }

  /** null: every address is taken. `.0` names the network, `.1` is the node's bridge, the last is for broadcasts. */
  allocate(): string | null {
    for (let tried = 0; tried < this.size; tried += 1) {
      this.last = this.last + 1 < this.size - 1 ? this.last + 1 : 2
      if (this.used.has(this.last)) continue
      this.used.add(this.last)
      return this.textOf(this.last)
    }
    return null
  }

  /** First and last address, as the plug-in names the range. */
  get rangeText(): string {
    return `${this.textOf(1)}-${this.textOf(this.size - 2)}`
  }

  release(ip: string): void {
    this.used.delete(this.offsetOf(ip))
  }

  private reserve(ip: string): void {
    const offset = this.offsetOf(ip)
    if (offset < 0 || offset >= this.size) return
    this.used.add(offset)
    this.last = Math.max(this.last, offset)
  }

  private offsetOf(ip: string): number {
    return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) - this.base
  }

  private textOf(offset: number): string {
    const value = this.base + offset
    return formatAddress({ family: 4, parts: [Math.floor(value / 16_777_216) % 256, Math.floor(value / 65_536) % 256, Math.floor(value / 256) % 256, value % 256], mapped: false, leadingZeros: false })
  }
}

function powerOfTwo(exponent: number): number {
  let value = 1
  for (let doubled = 0; doubled < exponent; doubled += 1) value *= 2
  return value
}
