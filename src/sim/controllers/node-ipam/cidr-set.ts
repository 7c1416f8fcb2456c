import { assert } from '../../kernel/assert.ts'

/** The ranges of one size into which a cluster's range is cut: `10.244.0.0/24`, `10.244.1.0/24` … Handed out in turn, so that a freed one rests a while. */
export class CidrSet {
  private readonly used = new Set<number>()
  private next = 0
  private readonly base: number
  private readonly size: number
  private readonly count: number

  constructor(
    cluster: string,
    private readonly maskSize: number,
  ) {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cluster)
    assert(match, `not an IPv4 range: ${cluster}`)
    const clusterMask = Number(match[5])
    assert(clusterMask <= maskSize && maskSize <= 32, `no ranges of /${maskSize} in ${cluster}`)
    this.size = powerOfTwo(32 - maskSize)
    this.count = powerOfTwo(maskSize - clusterMask)
    const address = ((Number(match[1]) * 256 + Number(match[2])) * 256 + Number(match[3])) * 256 + Number(match[4])
    this.base = address - (address % powerOfTwo(32 - clusterMask))
  }

  /** The next free range; null when none is left. */
  allocate(): string | null {
    if (this.used.size === this.count) return null
    while (this.used.has(this.next)) this.next = (this.next + 1) % this.count
    const index = this.next
    this.used.add(index)
    this.next = (index + 1) % this.count
    return this.rangeOf(index)
  }

  /** Takes a range that a node has already. */
  occupy(range: string): void {
    const index = this.indexOf(range)
    if (index !== null) this.used.add(index)
  }

  release(range: string): void {
    const index = this.indexOf(range)
    if (index !== null) this.used.delete(index)
  }

  private rangeOf(index: number): string {
    const address = this.base + index * this.size
    const octets = [16_777_216, 65_536, 256, 1].map((unit) => Math.floor(address / unit) % 256)
    return `${octets.join('.')}/${this.maskSize}`
  }

  private indexOf(range: string): number | null {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/\d+$/.exec(range)
    if (!match) return null
    const address = ((Number(match[1]) * 256 + Number(match[2])) * 256 + Number(match[3])) * 256 + Number(match[4])
    const index = Math.floor((address - this.base) / this.size)
    return index >= 0 && index < this.count ? index : null
  }
}

function powerOfTwo(exponent: number): number {
  let value = 1
  for (let at = 0; at < exponent; at += 1) value *= 2
  return value
}
