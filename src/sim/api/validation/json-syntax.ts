/** What Go's encoding/json says about bytes (one character each) that are not one JSON object; null when they are. */
export function jsonFault(text: string): string | null {
  const scanner = new Scanner(text)
  try {
    const kind = scanner.document()
    return kind === 'object' || kind === 'null' ? null : `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
  } catch (fault) {
    if (fault instanceof SyntaxFault) return fault.message
    throw fault
  }
}

class SyntaxFault extends Error {}

type JsonKind = 'object' | 'array' | 'string' | 'number' | 'bool' | 'null'

const space = /[ \t\r\n]/

/** Walks over JSON as Go's scanner does, to find the same fault in the same words. */
class Scanner {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  document(): JsonKind {
    const kind = this.value('looking for beginning of value', 0)
    this.skip()
    if (this.at < this.text.length) this.invalid('after top-level value')
    return kind
  }

  private value(context: string, depth: number): JsonKind {
    this.skip()
    const first = this.peek()
    if (depth > 10_000) throw new SyntaxFault('exceeded max depth')
    if (first === '{') return this.object(depth)
    if (first === '[') return this.array(depth)
    if (first === '"') return this.string()
    if (first === 't') return this.literal('true', 'bool')
    if (first === 'f') return this.literal('false', 'bool')
    if (first === 'n') return this.literal('null', 'null')
    if (first === '-' || /\d/.test(first)) return this.number()
    return this.invalid(context)
  }

  private object(depth: number): JsonKind {
    this.at += 1
    this.skip()
    if (this.peek() === '}') {
      this.at += 1
      return 'object'
    }
    for (;;) {
      this.skip()
      if (this.peek() !== '"') this.invalid('looking for beginning of object key string')
      this.string()
      this.skip()
      if (this.peek() !== ':') this.invalid('after object key')
      this.at += 1
      this.value('looking for beginning of value', depth + 1)
      this.skip()
      const next = this.peek()
      if (next !== ',' && next !== '}') this.invalid('after object key:value pair')
      this.at += 1
      if (next === '}') return 'object'
    }
  }

  private array(depth: number): JsonKind {
    this.at += 1
    this.skip()
    if (this.peek() === ']') {
      this.at += 1
      return 'array'
    }
    for (;;) {
      this.value('looking for beginning of value', depth + 1)
      this.skip()
      const next = this.peek()
      if (next !== ',' && next !== ']') this.invalid('after array element')
      this.at += 1
      if (next === ']') return 'array'
    }
  }

  private string(): JsonKind {
    this.at += 1
    for (;;) {
      const next = this.peek()
      if (next < ' ') this.invalid('in string literal')
      this.at += 1
      if (next === '"') return 'string'
      if (next !== '\\') continue
      const escape = this.peek()
      if (!'"\\/bfnrtu'.includes(escape)) this.invalid('in string escape code')
      this.at += 1
      for (let left = escape === 'u' ? 4 : 0; left > 0; left -= 1) {
        if (!/[0-9a-fA-F]/.test(this.peek())) this.invalid('in \\u hexadecimal character escape')
        this.at += 1
      }
    }
  }

  private literal(word: string, kind: JsonKind): JsonKind {
    for (const letter of word) {
      if (this.peek() !== letter) this.invalid(`in literal ${word} (expecting ${quotedCharacter(letter)})`)
      this.at += 1
    }
    return kind
  }

  private number(): JsonKind {
    if (this.peek() === '-') this.at += 1
    if (this.peek() === '0') this.at += 1
    else this.digits('in numeric literal')
    if (this.text.charAt(this.at) === '.') {
      this.at += 1
      this.digits('after decimal point in numeric literal')
    }
    if (/[eE]/.test(this.text.charAt(this.at))) {
      this.at += 1
      if (/[+-]/.test(this.peek())) this.at += 1
      this.digits('in exponent of numeric literal')
    }
    return 'number'
  }

  private digits(context: string): void {
    if (!/\d/.test(this.peek())) this.invalid(context)
    while (/\d/.test(this.text.charAt(this.at))) this.at += 1
  }

  private skip(): void {
    while (this.at < this.text.length && space.test(this.text.charAt(this.at))) this.at += 1
  }

  private peek(): string {
    if (this.at >= this.text.length) throw new SyntaxFault('unexpected end of JSON input')
    return this.text.charAt(this.at)
  }

  private invalid(context: string): never {
    throw new SyntaxFault(`invalid character ${quotedCharacter(this.peek())} ${context}`)
  }
}

function quotedCharacter(character: string): string {
  if (character === "'") return "'\\''"
  if (character === '"') return "'\"'"
  const text = JSON.stringify(character)
  return `'${text.slice(1, -1)}'`
}
