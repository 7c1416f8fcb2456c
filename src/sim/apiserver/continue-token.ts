// Upstream: apiserver/pkg/storage/continue.go (v1.36). Left out: what Go says of a token whose fields have other types.
import { readJsonText } from '../api/schema/json-text.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const version = 'meta.k8s.io/v1'

/** Where a list goes on: at which revision and after which key. A negative revision: wherever the store is now. */
export interface Continuation {
  readonly revision: number
  /** Within what is listed: a kind, or a kind's objects of one namespace. */
  readonly start: string
}

export type DecodedContinue = { readonly ok: true; readonly value: Continuation } | { readonly ok: false; readonly error: string }

/** The opaque token of a paged list: base64 (for URLs, unpadded) of a small JSON document, as upstream makes it. */
export function encodeContinue(revision: number, start: string): string {
  return encodeBase64(JSON.stringify({ v: version, rv: revision, start }))
}

/** Strangers send tokens too: one that was not made here is answered with what is wrong with it. */
export function decodeContinue(token: string): DecodedContinue {
  const bytes = decodeBase64(token)
  if (typeof bytes === 'number') return invalidKey(`illegal base64 data at input byte ${bytes}`)
  const text = readJsonText(bytes)
  if (!text.ok) return invalidKey(text.error)
  const { v = '', rv = 0, start = '' } = (text.value ?? {}) as { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown }
  if (v !== version) return { ok: false, error: `continue key is not valid: server does not recognize this encoded version ${String(v)}` }
  if (!Number.isSafeInteger(rv) || rv === 0) return invalidKey(`incorrect encoded start resourceVersion (version ${version})`)
  if (typeof start !== 'string' || start === '') return invalidKey(`encoded start key empty (version ${version})`)
  return climbs(start) ? invalidKey(start) : { ok: true, value: { revision: rv as number, start: start.replace(/^\//, '') } }
}

function invalidKey(problem: string): DecodedContinue {
  return { ok: false, error: `continue key is not valid: ${problem}` }
}

/** Such a key could lead out of what is listed (path.Clean would change it). */
function climbs(start: string): boolean {
  const parts = start.replace(/^\//, '').split('/')
  return start !== '/' && parts.some((part) => part === '' || part === '.' || part === '..')
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

/** The bytes as characters, one each; or where Go's decoder gives up. */
function decodeBase64(token: string): string | number {
  let result = ''
  let word = 0
  let bits = 0
  for (let at = 0; at < token.length; at += 1) {
    const value = alphabet.indexOf(token.charAt(at))
    if (value < 0) return at
    word = ((word << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) result += String.fromCharCode((word >> (bits -= 8)) & 255)
  }
  // A single digit is no byte.
  return bits === 6 ? token.length - 1 : result
}
