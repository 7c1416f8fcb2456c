import { utf8 } from '../../kernel/utf8.ts'
import { formatMicroTime, formatTime, parseTime } from '../time.ts'

/** What a type that decodes itself makes of a text: its canonical form, or Go's complaint. */
export type ScalarResult = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly error: string }

/** As near as a JavaScript number comes to it. */
export function isInt64(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 9_223_372_036_854_775_808
}

/** metav1.Time: whole seconds in UTC. */
export function decodeTime(text: string, layout: 'time' | 'microTime'): ScalarResult {
  const epoch = layout === 'time' || inMicroseconds.test(text) ? parseTime(text) : null
  if (epoch === null) return { ok: false, error: timeError(text, layout) }
  return { ok: true, value: layout === 'time' ? formatTime(epoch) : microTime(text, epoch) }
}

/** Six digits, no more and no fewer. */
const inMicroseconds = /:\d{2}\.\d{6}(?:Z|[+-]\d{2}:\d{2})$/

/** Milliseconds are all that virtual time knows; what a stranger sent keeps its digits. */
function microTime(text: string, epoch: number): string {
  return `${formatMicroTime(epoch).slice(0, -7)}${/\.(\d{6})/.exec(text)?.[1]}Z`
}

/** The pieces of Go's RFC 3339 layout, in order, with what each takes. */
const pieces: readonly (readonly [layout: string, pattern: RegExp])[] = [
  ['2006', /^\d{4}/], ['-', /^-/], ['01', /^\d{2}/], ['-', /^-/], ['02', /^\d{2}/], ['T', /^T/], ['15', /^\d{2}/], [':', /^:/], ['04', /^\d{2}/], [':', /^:/],
  ['05', /^\d{2}/],
]
const fractions = { time: ['', /^(?:\.\d+)?/], microTime: ['.000000', /^\.\d{6}/] } as const
const ranges: ReadonlyMap<string, readonly [string, number, number]> = new Map<string, readonly [string, number, number]>([
  ['01', ['month', 1, 12]], ['15', ['hour', 0, 23]], ['04', ['minute', 0, 59]], ['05', ['second', 0, 59]],
])

function timeError(text: string, layout: 'time' | 'microTime'): string {
  const shown = layout === 'time' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00'
  const start = `parsing time ${quotedTime(text)}`
  let rest = text
  for (const [piece, pattern] of [...pieces, fractions[layout]]) {
    const match = pattern.exec(rest)
    if (!match) return `${start} as "${shown}": cannot parse ${quotedTime(rest)} as "${piece}"`
    const range = ranges.get(piece)
    if (range && (Number.parseInt(match[0], 10) < range[1] || Number.parseInt(match[0], 10) > range[2])) return `${start}: ${range[0]} out of range`
    rest = rest.slice(match[0].length)
  }
  const zone = /^(?:Z|[+-]\d{2}:\d{2})/.exec(rest)
  if (!zone) return `${start} as "${shown}": cannot parse ${quotedTime(rest)} as "Z07:00"`
  if (rest.length > zone[0].length) return `${start}: extra text: ${quotedTime(rest.slice(zone[0].length))}`
  return `${start}: day out of range`
}

/** As package time quotes: what is not printable ASCII byte by byte. */
function quotedTime(text: string): string {
  let shown = ''
  for (const character of text) {
    if (character === '"' || character === '\\') shown += `\\${character}`
    else if (character >= ' ' && character < '\x80') shown += character
    else for (const byte of utf8(character)) shown += `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return `"${shown}"`
}

const alphabet = /^[A-Za-z0-9+/]$/

/** []byte: standard base64 with padding; Go skips line breaks. */
export function decodeBytes(text: string): ScalarResult {
  const fault = base64Fault(text)
  return fault < 0 ? { ok: true, value: text.replaceAll(/[\r\n]/g, '') } : { ok: false, error: `illegal base64 data at input byte ${fault}` }
}

/** Where Go's decoder says that it gave up, or -1. */
function base64Fault(text: string): number {
  /** How many digits of the group of four are read. */
  let digits = 0
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at)
    if (alphabet.test(letter)) digits = (digits + 1) % 4
    else if (letter === '=') return paddingFault(text, at, digits)
    else if (letter !== '\r' && letter !== '\n') return at
  }
  return digits === 0 ? -1 : text.length - digits
}

/** From the first `=` on: one more where two digits are missing, and nothing after it. */
function paddingFault(text: string, at: number, digits: number): number {
  if (digits < 2) return at
  let next = afterBreaks(text, at + 1)
  if (digits === 2) {
    if (next === text.length) return next
    if (text.charAt(next) !== '=') return next - 1
    next = afterBreaks(text, next + 1)
  }
  return next < text.length ? next : -1
}

function afterBreaks(text: string, at: number): number {
  let next = at
  while (text.charAt(next) === '\r' || text.charAt(next) === '\n') next += 1
  return next
}
