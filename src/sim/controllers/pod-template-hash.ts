import type { PodTemplateSpec } from '../api/generated/types.ts'
import { goDump } from './go-dump.ts'

/**
 * The suffix that tells the pods of one template from those of another (controller.ComputeHash): FNV-1a of the template as Go prints it,
 * so that the names are those that a real cluster gives.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  const hash = fnv1a(utf8(hashedText(template)), 0x811c9dc5)
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

function utf8(text: string): readonly number[] {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}

function littleEndian64(value: number): readonly number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24, 0, 0, 0, 0]
}

/** k8s.io/apimachinery rand.SafeEncodeString of the decimal digits. */
function safeEncode(hash: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
  return Array.from(String(hash), (digit) => alphabet.charAt(digit.charCodeAt(0) % alphabet.length)).join('')
}
