import { utf8 } from '../../kernel/utf8.ts'
import { quoted } from '../go-text.ts'

/** A JSON text as a value, with the fields that stand in it twice; or what Go says about it. */
export type JsonText =
  | { readonly ok: true; readonly value: unknown; readonly duplicates: readonly string[] }
  | { readonly ok: false; readonly error: string }

/** What Go calls such a value when it fits nowhere. */
export function jsonKindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

const maxDepth = 64
const maxDuplicates = 100

/**
 * Reads JSON as Go's encoding/json does: the same complaints about what is not JSON, and a note of every field that stands twice, of which the last one counts.
 */
export function readJsonText(text: string): JsonText {
  const reader = new Reader(text)
  try {
    return { ok: true, value: reader.document(), duplicates: reader.duplicates }
  } catch (fault) {
    if (fault instanceof SyntaxFault) return { ok: false, error: fault.message }
    throw fault
  }
}

/** When each field was met, in the order of the text (a field that stands twice counts where it stands again): for sorting faults. */
export function fieldOrder(text: string): ReadonlyMap<string, number> {
  const order = new Map<string, number>()
  let met = 0
  const reader = new Reader(text, (field, again) => {
    met += 1
    if (again || !order.has(field)) order.set(field, met)
  })
  reader.document()
  return order
}

class SyntaxFault extends Error {}

const space = /[ \t\r\n]/
const escapes: ReadonlyMap<string, string> = new Map([['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t']])

class Reader {
  readonly duplicates: string[] = []
  private readonly text: string
  private readonly path: (string | number)[] = []
  private readonly meet: ((field: string, again: boolean) => void) | undefined
  private at = 0

  constructor(text: string, meet?: (field: string, again: boolean) => void) {
    this.text = text
    this.meet = meet
  }

  document(): unknown {
    const value = this.value()
    this.skip()
    if (this.at < this.text.length) this.invalid('after top-level value')
    return value
  }

  private value(): unknown {
    this.skip()
    const first = this.peek()
    if (this.path.length > maxDepth) throw new SyntaxFault('exceeded max depth')
    if (first === '{') return this.object()
    if (first === '[') return this.array()
    if (first === '"') return this.string()
    if (first === 't') return this.literal('true', true)
    if (first === 'f') return this.literal('false', false)
    if (first === 'n') return this.literal('null', null)
    return first === '-' || /\d/.test(first) ? this.number() : this.invalid('looking for beginning of value')
  }

  private object(): unknown {
    const entries = new Map<string, unknown>()
    this.at += 1
    this.skip()
    if (this.peek() === '}') return this.end(entries)
    for (;;) {
      this.skip()
      if (this.peek() !== '"') this.invalid('looking for beginning of object key string')
      const key = this.string()
      this.skip()
      if (this.peek() !== ':') this.invalid('after object key')
      this.at += 1
      this.path.push(key)
      if (entries.has(key)) this.noteDuplicate()
      this.meet?.(this.field(), entries.has(key))
      entries.set(key, this.value())
      this.path.pop()
      this.skip()
      const next = this.peek()
      if (next === '}') return this.end(entries)
      if (next !== ',') this.invalid('after object key:value pair')
      this.at += 1
    }
  }

  private end(entries: ReadonlyMap<string, unknown>): unknown {
    this.at += 1
    return Object.fromEntries(entries)
  }

  private noteDuplicate(): void {
    const field = this.field()
    if (this.duplicates.length < maxDuplicates && !this.duplicates.includes(field)) this.duplicates.push(field)
  }

  private field(): string {
    return this.path.reduce<string>((shown, step) => (typeof step === 'number' ? `${shown}[${step}]` : shown ? `${shown}.${step}` : step), '')
  }

  private array(): unknown {
    const values: unknown[] = []
    this.at += 1
    this.skip()
    while (this.peek() !== ']') {
      this.path.push(values.length)
      values.push(this.value())
      this.path.pop()
      this.skip()
      const next = this.peek()
      if (next === ']') break
      if (next !== ',') this.invalid('after array element')
      this.at += 1
      this.skip()
      if (this.peek() === ']') this.invalid('looking for beginning of value')
    }
    this.at += 1
    return values
  }

  private string(): string {
    let value = ''
    this.at += 1
    for (;;) {
      const next = this.peek()
      if (next < ' ') this.invalid('in string literal')
      this.at += 1
      if (next === '"') return value
      value += next === '\\' ? this.escape() : next
    }
  }

  private escape(): string {
    const escape = this.letter()
    if (!'"\\/bfnrtu'.includes(escape)) this.invalid('in string escape code')
    this.at += 1
    if (escape !== 'u') return escapes.get(escape) ?? escape
    const start = this.at
    for (let left = 4; left > 0; left -= 1) {
      if (!/[0-9a-fA-F]/.test(this.letter())) this.invalid('in \\u hexadecimal character escape')
      this.at += 1
    }
    return String.fromCharCode(Number.parseInt(this.text.slice(start, this.at), 16))
  }

  private literal<T>(word: string, value: T): T {
    for (const letter of word) {
      if (this.letter() !== letter) this.invalid(`in literal ${word} (expecting ${quotedCharacter(letter)})`)
      this.at += 1
    }
    return value
  }

  private number(): number {
    const start = this.at
    if (this.letter() === '-') this.at += 1
    if (this.letter() === '0') this.at += 1
    else this.digits('in numeric literal')
    if (this.letter() === '.') {
      this.at += 1
      this.digits('after decimal point in numeric literal')
    }
    if (/[eE]/.test(this.letter())) {
      this.at += 1
      if (/[+-]/.test(this.letter())) this.at += 1
      this.digits('in exponent of numeric literal')
    }
    return Number(this.text.slice(start, this.at))
  }

  private digits(context: string): void {
    if (!/\d/.test(this.letter())) this.invalid(context)
    while (/\d/.test(this.letter())) this.at += 1
  }

  private skip(): void {
    while (this.at < this.text.length && space.test(this.text.charAt(this.at))) this.at += 1
  }

  private peek(): string {
    if (this.at >= this.text.length) throw new SyntaxFault('unexpected end of JSON input')
    return this.text.charAt(this.at)
  }

  /** Of a word that has begun: Go's scanner takes the end of the text for a space in it. */
  private letter(): string {
    return this.text.charAt(this.at) || ' '
  }

  private invalid(context: string): never {
    // Go shows the first byte of what it does not want, as if that were a character.
    const [byte] = utf8(String.fromCodePoint(this.text.codePointAt(this.at) ?? 0x20))
    throw new SyntaxFault(`invalid character ${quotedCharacter(String.fromCharCode(byte!))} ${context}`)
  }
}

function quotedCharacter(character: string): string {
  if (character === "'") return "'\\''"
  return character === '"' ? `'"'` : `'${quoted(character).slice(1, -1)}'`
}
