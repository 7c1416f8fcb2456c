import { utf8 } from './utf8.ts'

/** What FIPS 180-4 lists, worked out when first needed: 32 bits of the fractions of roots of primes. */
const constants = { round: new Uint32Array(64), start: new Uint32Array(8), known: false }

/** The 32 bytes of a text's SHA-256, the text being UTF-8. */
export function sha256(text: string): Uint8Array {
  if (!constants.known) workOutConstants()
  const message = padded(utf8(text))
  const state = Uint32Array.from(constants.start)
  const words = new Uint32Array(64)
  for (let block = 0; block < message.length; block += 64) compress(state, words, message, block)
  return Uint8Array.from({ length: 32 }, (_, at) => (state[at >> 2]! >>> (24 - 8 * (at & 3))) & 255)
}

function compress(state: Uint32Array, words: Uint32Array, message: Uint8Array, block: number): void {
  for (let at = 0; at < 16; at += 1) {
    const from = block + 4 * at
    words[at] = (message[from]! << 24) | (message[from + 1]! << 16) | (message[from + 2]! << 8) | message[from + 3]!
  }
  for (let at = 16; at < 64; at += 1) {
    const early = words[at - 15]!
    const late = words[at - 2]!
    words[at] = words[at - 16]! + words[at - 7]! + (turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)) + (turned(late, 17) ^ turned(late, 19) ^ (late >>> 10))
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let at = 0; at < 64; at += 1) {
    const one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + constants.round[at]! + words[at]!
    const two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) >>> 0, c, b, a, (one + two) >>> 0]
  }
  for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) state[at] = state[at]! + value
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

/** A one, zeros, and the length in bits, up to whole blocks. */
function padded(bytes: readonly number[]): Uint8Array {
  const message = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  message.set(bytes)
  message[bytes.length] = 0x80
  for (let at = 0, rest = bytes.length * 8; rest > 0; at += 1, rest = Math.floor(rest / 256)) message[message.length - 1 - at] = rest % 256
  return message
}


/** The first 32 bits of the fractions of the square roots of eight primes and of the cube roots of sixty-four. */
function workOutConstants(): void {
  let found = 0
  for (let candidate = 2; found < 64; candidate += 1) {
    if (!isPrime(candidate)) continue
    if (found < 8) constants.start[found] = rootFraction(candidate, 2)
    constants.round[found] = rootFraction(candidate, 3)
    found += 1
  }
  constants.known = true
}

/** By bisection in whole numbers: floating roots are not the same in every engine. */
function rootFraction(prime: number, degree: 2 | 3): number {
  const target = BigInt(prime) << BigInt(32 * degree)
  let low = 0n
  let high = BigInt(prime) << 32n
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (middle * middle * (degree === 3 ? middle : 1n) <= target) low = middle
    else high = middle
  }
  return Number(low & 0xffffffffn)
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) if (candidate % divisor === 0) return false
  return true
}
