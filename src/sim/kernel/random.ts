import { uuidOfWords } from './hex.ts'

/** A stream of random numbers; one per purpose, so that one more draw in one place shifts nothing elsewhere. */
export interface Random {
  /** A whole number from 0 up to but not including `bound` (1 ≤ bound ≤ 2³²). */
  below(bound: number): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** True in `numerator` of `denominator` cases. Probabilities are integer ratios: no floats. */
  chance(numerator: number, denominator: number): boolean
  pick<T>(items: readonly T[]): T
  /** `length` characters of the alphabet that Kubernetes' generated names use. */
  suffix(length: number): string
  uuid(): string
}

/** Named streams of one seed: `streams.of('scheduler')` is the same object each time. */
export class RandomStreams {
  private readonly streams = new Map<string, Stream>()
  private readonly seed: number

  constructor(seed: number) {
    this.seed = seed
  }

  of(name: string): Random {
    let stream = this.streams.get(name)
    if (!stream) this.streams.set(name, (stream = new Stream(this.seed, name)))
    return stream
  }
}

/** k8s.io/apimachinery util/rand: no vowels and no 0, 1, 3, so that no words appear. */
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** xoshiro128** over 32-bit integers: the same bits in every engine. */
class Stream implements Random {
  /** Signed words: numbers of that size an engine keeps in the object itself. */
  private first: number
  private second: number
  private third: number
  private fourth: number

  constructor(seed: number, name: string) {
    let hash = (seed ^ 0x9e3779b9) >>> 0
    for (let at = 0; at < name.length; at += 1) hash = mix(hash ^ name.charCodeAt(at))
    const word = (): number => (hash = mix(hash + 0x6d2b79f5)) | 0
    this.first = word()
    this.second = word()
    this.third = word()
    this.fourth = word()
  }

  below(bound: number): number {
    // Rejection sampling: without it small bounds would be favoured.
    const limit = 0x100000000 - (0x100000000 % bound)
    let draw = this.next()
    while (draw >= limit) draw = this.next()
    return draw % bound
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  suffix(length: number): string {
    let text = ''
    for (let at = 0; at < length; at += 1) text += nameAlphabet[this.below(nameAlphabet.length)]
    return text
  }

  uuid(): string {
    const [a, b, c, d] = [this.next(), this.next(), this.next(), this.next()]
    return uuidOfWords(a, (b & 0xffff0fff) | 0x4000, (c & 0x3fffffff) | 0x80000000, d)
  }

  private next(): number {
    const { second } = this
    const third = this.third ^ this.first
    const fourth = this.fourth ^ second
    this.second = second ^ third
    this.first ^= fourth
    this.third = third ^ (second << 9)
    this.fourth = rotateLeft(fourth, 11)
    return Math.imul(rotateLeft(Math.imul(second, 5), 7), 9) >>> 0
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** The finalizer of MurmurHash3: every input bit reaches every output bit. */
function mix(value: number): number {
  let hash = value >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
