/** Why a number that was asked for by name cannot be had. */
export type AllocationFault = 'otherNetwork' | 'notInRange' | 'allocated'

/** One pool of numbers that Services draw from; the API server keeps it. */
export interface Pool<N extends string | number> {
  /** Takes this one; null when it worked. */
  take(number: N): AllocationFault | null
  /** Takes the next one; null when none is left. */
  takeNext(): N | null
  /** Gives one back; what was never taken is nothing. */
  giveBack(number: N): void
}

/** What Services draw their addresses and node ports from. */
export interface Allocators {
  readonly clusterIPs: Pool<string>
  readonly nodePorts: Pool<number>
}

/** Service addresses: dynamic ones come from the upper band first, so that the lower stays free for those asked for by name. */
export function createClusterIPPool(range = { network: '10.96.0.0', prefix: 16 }): Pool<string> {
  const base = numberOf(range.network)
  const hosts = powerOfTwo(32 - range.prefix) - 2
  // The lower band: a sixteenth of the range, at least 16 and at most 256 addresses.
  const lower = Math.min(Math.max(Math.floor((hosts + 2) / 16), 16), 256)
  const pool = createNumberPool(1, hosts, lower)
  return {
    // The network's own address and the broadcast address belong to the range, but nobody can have them.
    take: (ip) => {
      const offset = numberOf(ip) - base
      return offset >= 0 && offset <= hosts + 1 ? pool.take(offset) : 'otherNetwork'
    },
    takeNext: () => {
      const offset = pool.takeNext()
      return offset === null ? null : textOf(base + offset)
    },
    giveBack: (ip) => pool.giveBack(numberOf(ip) - base),
  }
}

/** Node ports 30000-32767, the upper band first as well. */
export function createNodePortPool(first = 30_000, last = 32_767): Pool<number> {
  const size = last - first + 1
  return createNumberPool(first, last, Math.min(Math.max(Math.floor(size / 32), 16), 128))
}

/** `lower`: how many at the start are left for those who ask by name, until the rest is used up. Draws in order, deterministically. */
function createNumberPool(first: number, last: number, lower: number): Pool<number> {
  const taken = new Set<number>()
  let cursor = first + lower
  const free = (from: number, to: number): number | null => {
    for (let number = from; number <= to; number += 1) if (!taken.has(number)) return number
    return null
  }
  return {
    take: (number) => {
      if (!(number >= first && number <= last)) return 'notInRange'
      if (taken.has(number)) return 'allocated'
      taken.add(number)
      return null
    },
    takeNext: () => {
      const number = free(cursor, last) ?? free(first + lower, cursor - 1) ?? free(first, first + lower - 1)
      if (number === null) return null
      taken.add(number)
      if (number >= first + lower) cursor = number + 1
      return number
    },
    giveBack: (number) => {
      taken.delete(number)
      // What was drawn last and given back at once leaves no mark: a dry run must not change what comes after it.
      while (cursor > first + lower && !taken.has(cursor - 1)) cursor -= 1
    },
  }
}

function numberOf(ip: string): number {
  let number = 0
  for (const part of ip.split('.')) number = number * 256 + Number(part)
  return number
}

function textOf(number: number): string {
  return [16_777_216, 65_536, 256, 1].map((unit) => Math.floor(number / unit) % 256).join('.')
}

function powerOfTwo(exponent: number): number {
  let power = 1
  for (let left = exponent; left > 0; left -= 1) power *= 2
  return power
}
