import type { PodTemplateSpec } from '../api/generated/types.ts'
import { goDump } from './go-dump.ts'

/**
 * The suffix that tells the pods of one template from those of another (controller.ComputeHash): FNV-1a of the template as Go prints it,
 * so that the names are those that a real cluster gives.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  const hash = fnv1aOfText(hashedText(template), 0x811c9dc5)
  return safeEncode(collisionCount === undefined ? hash : fnv1a(littleEndian64(collisionCount), hash))
}

/** The template as go-spew prints it, every field of every struct with its type: what the hash is taken over. */
export function hashedText(template: PodTemplateSpec): string {
  return goDump(template, 'PodTemplateSpec')
}

function fnv1a(bytes: readonly number[], start: number): number {
  let hash = start
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** Of the text in UTF-8: of its characters nearly all are one byte. */
function fnv1aOfText(text: string, start: number): number {
  let hash = start
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at) ?? 0
    if (code < 0x80) hash = Math.imul(hash ^ code, 0x01000193)
    else hash = fnv1a(utf8Of(code), hash)
    if (code >= 0x10000) at += 1
  }
  return hash >>> 0
}

function utf8Of(code: number): readonly number[] {
  if (code < 0x800) return [0xc0 | (code >> 6), 0x80 | (code & 63)]
  if (code < 0x10000) return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]
  return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]
}

function littleEndian64(value: number): readonly number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24, 0, 0, 0, 0]
}

/** k8s.io/apimachinery rand.SafeEncodeString of the decimal digits. */
function safeEncode(hash: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
  return Array.from(String(hash), (digit) => alphabet.charAt(digit.charCodeAt(0) % alphabet.length)).join('')
}
