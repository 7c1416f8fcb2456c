const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Where a list goes on: at which revision and after which key. A negative revision: wherever the store is now. */
export interface Continuation {
  readonly revision: number
  readonly start: string
}

/** The opaque token of a paged list: base64 (for URLs, unpadded) of a small JSON document, as upstream makes it. */
export function encodeContinue(revision: number, start: string): string {
  return encodeBase64(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start }))
}

/** Undefined: this is not a token that we made. */
export function decodeContinue(token: string): Continuation | undefined {
  const text = decodeBase64(token)
  const match = text === undefined ? null : /^\{"v":"meta\.k8s\.io\/v1","rv":(-?\d{1,15}),"start":"((?:[^"\\]|\\u0000)*)"\}$/.exec(text)
  if (!match) return undefined
  return { revision: Number(match[1]), start: (match[2] ?? '').replaceAll('\\u0000', '\0') }
}

function encodeBase64(text: string): string {
  let result = ''
  for (let at = 0; at < text.length; at += 3) {
    const bytes = [text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2)]
    const word = (bytes[0]! << 16) | ((bytes[1] || 0) << 8) | (bytes[2] || 0)
    const digits = Math.min(3, text.length - at) + 1
    for (let digit = 0; digit < digits; digit += 1) result += alphabet[(word >> (18 - 6 * digit)) & 63]
  }
  return result
}

function decodeBase64(token: string): string | undefined {
  let result = ''
  let word = 0
  let bits = 0
  for (const character of token) {
    const value = alphabet.indexOf(character)
    if (value < 0) return undefined
    word = ((word << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) result += String.fromCharCode((word >> (bits -= 8)) & 255)
  }
  return result
}
