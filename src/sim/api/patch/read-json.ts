/** A JSON value, or what Go's decoder says is wrong with the text. */
export type ReadJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string }

/** Reads JSON; a text that is none gets the message of Go's decoder, which is what the server answers with. */
export function readJson(text: string): ReadJson {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    // The engine's own message differs between engines and is never shown.
    return { ok: false, error: new JsonScanner(text).fault() }
  }
}

/** Finds the first character that no JSON text could have there. */
class JsonScanner {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  fault(): string {
    const found = this.value(0, 'looking for beginning of value') ?? this.end()
    return found ?? 'unexpected end of JSON input'
  }

  private end(): string | null {
    this.skipSpace()
    return this.at < this.text.length ? this.unexpected('after top-level value') : null
  }

  /** Reads one value; the message when something is wrong in it. */
  private value(depth: number, where: string): string | null {
    this.skipSpace()
    if (depth > 10_000) return 'exceeded max depth'
    const character = this.text[this.at]
    if (character === '{') return this.object(depth)
    if (character === '[') return this.list(depth)
    if (character === '"') return this.string()
    if (character === 't') return this.literal('true')
    if (character === 'f') return this.literal('false')
    if (character === 'n') return this.literal('null')
    if (character !== undefined && /[-\d]/.test(character)) return this.number()
    return this.unexpected(where)
  }

  private object(depth: number): string | null {
    this.at += 1
    this.skipSpace()
    if (this.text[this.at] === '}') return this.step()
    for (;;) {
      this.skipSpace()
      if (this.text[this.at] !== '"') return this.unexpected('looking for beginning of object key string')
      const key = this.string()
      if (key) return key
      this.skipSpace()
      if (this.text[this.at] !== ':') return this.unexpected('after object key')
      this.at += 1
      const inner = this.value(depth + 1, 'looking for beginning of value')
      if (inner) return inner
      this.skipSpace()
      if (this.text[this.at] === '}') return this.step()
      if (this.text[this.at] !== ',') return this.unexpected('after object key:value pair')
      this.at += 1
    }
  }

  private list(depth: number): string | null {
    this.at += 1
    this.skipSpace()
    if (this.text[this.at] === ']') return this.step()
    for (;;) {
      const inner = this.value(depth + 1, 'looking for beginning of value')
      if (inner) return inner
      this.skipSpace()
      if (this.text[this.at] === ']') return this.step()
      if (this.text[this.at] !== ',') return this.unexpected('after array element')
      this.at += 1
    }
  }

  private string(): string | null {
    this.at += 1
    for (;;) {
      const character = this.text[this.at]
      if (character === undefined || character < ' ') return this.unexpected('in string literal')
      this.at += 1
      if (character === '"') return null
      if (character !== '\\') continue
      const escape = this.text[this.at]
      if (escape === undefined || !'"\\/bfnrtu'.includes(escape)) return this.unexpected('in string escape code')
      this.at += 1
      for (let digit = 0; escape === 'u' && digit < 4; digit += 1) {
        if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) return this.unexpected('in \\u hexadecimal character escape')
        this.at += 1
      }
    }
  }

  private number(): string | null {
    if (this.text[this.at] === '-') this.at += 1
    if (!this.digit()) return this.unexpected('in numeric literal')
    if (this.text[this.at] === '0') this.at += 1
    else while (this.digit()) this.at += 1
    if (this.text[this.at] === '.') {
      this.at += 1
      if (!this.digit()) return this.unexpected('after decimal point in numeric literal')
      while (this.digit()) this.at += 1
    }
    if (/[eE]/.test(this.text[this.at] ?? '')) {
      this.at += 1
      if (/[+-]/.test(this.text[this.at] ?? '')) this.at += 1
      if (!this.digit()) return this.unexpected('in exponent of numeric literal')
      while (this.digit()) this.at += 1
    }
    return null
  }

  private literal(word: string): string | null {
    for (const [index, character] of [...word].entries()) {
      if (this.text[this.at] !== character) return this.unexpected(`in literal ${word} (expecting '${word[index]}')`)
      this.at += 1
    }
    return null
  }

  private digit(): boolean {
    return /\d/.test(this.text[this.at] ?? '')
  }

  private step(): null {
    this.at += 1
    return null
  }

  private skipSpace(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at += 1
  }

  private unexpected(where: string): string {
    const character = this.text[this.at]
    if (character === undefined) return 'unexpected end of JSON input'
    const shown = character === "'" ? `'\\''` : character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`
    return `invalid character ${shown} ${where}`
  }
}
