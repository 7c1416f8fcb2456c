import { formatMicroTime, formatTime, parseTime } from '../time.ts'

/** What a type that decodes itself makes of a text: its canonical form, or Go's complaint. */
export type ScalarResult = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly error: string }

/** metav1.Time: whole seconds in UTC. */
export function decodeTime(text: string, layout: 'time' | 'microTime'): ScalarResult {
  const epoch = parseTime(text)
  if (epoch === null) return { ok: false, error: timeError(text, layout) }
  return { ok: true, value: layout === 'time' ? formatTime(epoch) : microTime(text, epoch) }
}

/** Milliseconds are all that virtual time knows; what a stranger sent with more digits keeps them. */
function microTime(text: string, epoch: number): string {
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? ''
  return `${formatMicroTime(epoch).slice(0, -7)}${fraction.padEnd(6, '0').slice(0, 6)}Z`
}

/** The pieces of Go's RFC 3339 layout, in order, with what each takes. */
const pieces: readonly (readonly [layout: string, pattern: RegExp])[] = [
  ['2006', /^\d{4}/], ['-', /^-/], ['01', /^\d{2}/], ['-', /^-/], ['02', /^\d{2}/], ['T', /^T/], ['15', /^\d{2}/], [':', /^:/], ['04', /^\d{2}/], [':', /^:/],
  ['05', /^\d{2}(?:\.\d+)?/],
]
const ranges: ReadonlyMap<string, readonly [string, number, number]> = new Map<string, readonly [string, number, number]>([
  ['01', ['month', 1, 12]], ['15', ['hour', 0, 23]], ['04', ['minute', 0, 59]], ['05', ['second', 0, 59]],
])

function timeError(text: string, layout: 'time' | 'microTime'): string {
  const shown = layout === 'time' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00'
  const start = `parsing time ${JSON.stringify(text)}`
  let rest = text
  for (const [piece, pattern] of pieces) {
    const match = pattern.exec(rest)
    if (!match) return `${start} as ${JSON.stringify(shown)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(piece)}`
    const range = ranges.get(piece)
    if (range && (Number.parseInt(match[0], 10) < range[1] || Number.parseInt(match[0], 10) > range[2])) return `${start}: ${range[0]} out of range`
    rest = rest.slice(match[0].length)
  }
  const zone = /^(?:Z|[+-]\d{2}:\d{2})/.exec(rest)
  if (!zone) return `${start} as ${JSON.stringify(shown)}: cannot parse ${JSON.stringify(rest)} as "Z07:00"`
  if (rest.length > zone[0].length) return `${start}: extra text: ${JSON.stringify(rest.slice(zone[0].length))}`
  return `${start}: day out of range`
}

const alphabet = /^[A-Za-z0-9+/]$/

/** []byte: standard base64 with padding; Go skips line breaks. */
export function decodeBytes(text: string): ScalarResult {
  const compact = text.replaceAll(/[\r\n]/g, '')
  const fault = base64Fault(compact)
  return fault < 0 ? { ok: true, value: compact } : { ok: false, error: `illegal base64 data at input byte ${fault}` }
}

/** Where Go's decoder gives up, or -1. */
function base64Fault(text: string): number {
  let at = 0
  while (at < text.length) {
    const group = text.slice(at, at + 4)
    let digits = 0
    while (digits < group.length && alphabet.test(group.charAt(digits))) digits += 1
    if (digits === 4) {
      at += 4
      continue
    }
    if (digits === group.length) return at + (group.length < 4 ? 0 : digits)
    if (group.charAt(digits) !== '=' || digits < 2) return at + digits
    if (digits === 2 && group.charAt(3) !== '=') return at + (group.length < 4 ? group.length : 3)
    const end = at + 4
    return text.length > end ? end : -1
  }
  return -1
}
