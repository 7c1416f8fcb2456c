/** A text in quotes with Go's escapes, as `%q` prints it: how messages show names and values. */
export function quoted(text: string): string {
  if (plain.test(text)) return `"${text}"`
  let result = ''
  for (const character of text) result += escaped(character)
  return `"${result}"`
}

/** A value as compact JSON in the way Go writes it: `<`, `>` and `&` escaped. Keys keep their order: decoding has put fields into Go's and sorted maps. */
export function goJson(value: unknown): string {
  if (value === undefined) return 'null'
  if (value === null || typeof value !== 'object') return (JSON.stringify(value) ?? 'null').replaceAll(/[<>&\u2028\u2029]/g, unicodeEscape)
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return `{${entries.map(([key, inner]) => `${goJson(key)}:${goJson(inner)}`).join(',')}}`
}

/** How many bytes a text takes in UTF-8: what Go's `len` says and what limits count. */
export function byteLength(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    // A surrogate pair is two units and four bytes: two more for the pair.
    if (unit >= 0x80) bytes += unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return bytes
}

/** True for what Go's unicode.IsPrint calls printable: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrintable(character: string): boolean {
  return printable.test(character)
}

const plain = /^[ !#-[\]-~]*$/
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const named = new Map([['\u0007', '\\a'], ['\b', '\\b'], ['\f', '\\f'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'], ['\v', '\\v'], ['\\', '\\\\'], ['"', '\\"']])

function escaped(character: string): string {
  const name = named.get(character)
  if (name) return name
  if (isPrintable(character)) return character
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

function unicodeEscape(character: string): string {
  return `\\u${hex(character.charCodeAt(0), 4)}`
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0')
}

/** Go's strings.TrimRight, of one letter. An expression would look for the end from each of many. */
export function trimRight(text: string, letter: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === letter) end -= 1
  return text.slice(0, end)
}
