/** What begins a value in a hash, and what ends an object. */
const marks = { null: 1, true: 2, false: 3, whole: 4, fraction: 5, text: 6, list: 7, object: 8, end: 9 } as const

/** A rolling 64-bit hash in two 32-bit lanes: equal runs have equal hashes in every engine. */
export class RollingHash {
  private low = 0x811c9dc5
  private high = 0x1b873593

  /** Another one that stands where this one does. */
  copy(): RollingHash {
    const copy = new RollingHash()
    copy.low = this.low
    copy.high = this.high
    return copy
  }

  addNumber(value: number): void {
    // Times and revisions exceed 32 bits: both halves count.
    this.addWord(value % 0x100000000 >>> 0)
    this.addWord(Math.floor(value / 0x100000000) >>> 0)
  }

  addText(text: string): void {
    this.addUnits(text)
    this.addWord(text.length)
  }

  /** `namespace/name`, without putting it together. */
  addKey(namespace: string, name: string): void {
    this.addUnits(namespace)
    this.addUnits('/')
    this.addUnits(name)
    this.addWord(namespace.length + 1 + name.length)
  }

  private addUnits(text: string): void {
    let low = this.low
    let high = this.high
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at)
      low = Math.imul(low ^ unit, 0x01000193)
      high = Math.imul(high ^ unit, 0x85ebca6b) ^ (high >>> 15)
    }
    this.low = low
    this.high = high
  }

  /** A JSON value: equal values count equally, in whatever order their keys were written. Nothing is made of it but the hash. */
  addValue(value: unknown): void {
    if (typeof value === 'string') {
      this.addWord(marks.text)
      this.addText(value)
    } else if (typeof value === 'number') this.addValueNumber(value)
    else if (typeof value === 'boolean') this.addWord(value ? marks.true : marks.false)
    else if (typeof value !== 'object' || value === null) this.addWord(marks.null)
    else if (Array.isArray(value)) {
      this.addWord(marks.list)
      this.addWord(value.length)
      for (const inner of value) this.addValue(inner)
    } else this.addFields(value as Readonly<Record<string, unknown>>)
  }

  private addFields(object: Readonly<Record<string, unknown>>): void {
    this.addWord(marks.object)
    for (const key of Object.keys(object).sort()) {
      if (object[key] === undefined) continue
      this.addText(key)
      this.addValue(object[key])
    }
    this.addWord(marks.end)
  }

  private addValueNumber(value: number): void {
    const isWhole = Number.isSafeInteger(value)
    this.addWord(isWhole ? marks.whole : marks.fraction)
    if (isWhole) this.addNumber(value)
    else this.addText(String(value))
  }

  /** As a whole number that is not 0: 53 bits of the hash. */
  get number(): number {
    return (this.high & 0x1fffff) * 0x100000000 + (this.low >>> 0) || 1
  }

  /** Of 32 bits. */
  addWord(word: number): void {
    this.low = Math.imul(this.low ^ word, 0x01000193)
    this.high = Math.imul(this.high ^ word, 0xc2b2ae35) ^ (this.high >>> 13)
  }

  /** Sixteen hexadecimal digits. */
  get digest(): string {
    return (this.low >>> 0).toString(16).padStart(8, '0') + (this.high >>> 0).toString(16).padStart(8, '0')
  }
}

/** JSON with sorted keys: one text for equal values, whatever order their keys were written in. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`
}
