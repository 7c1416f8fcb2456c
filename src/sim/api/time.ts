import type { Millis } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMillis = number

const day = 86_400_000

/** RFC 3339 in UTC, whole seconds: `2026-01-01T00:00:00Z` (metav1.Time). */
export function formatTime(epoch: EpochMillis): string {
  const second = Math.floor(epoch / 1000)
  if (second === latestSecond) return latestSecondText
  let text = formatted.get(second)
  if (text === undefined) {
    text = flatText(`${writeSeconds(epoch)}Z`)
    if (formatted.size >= remembered) formatted.clear()
    formatted.set(second, text)
  }
  latestSecond = second
  return (latestSecondText = text)
}

let latestSecond = 0
let latestSecondText = '1970-01-01T00:00:00Z'

/** RFC 3339 in UTC with six digits: `2026-01-01T00:00:00.000000Z` (metav1.MicroTime). */
export function formatMicroTime(epoch: EpochMillis): string {
  if (epoch === latestEpoch) return latestText
  const fraction = modulo(epoch, 1000)
  latestEpoch = epoch
  return (latestText = flatText(`${formatTime(epoch).slice(0, -1)}.${fraction < 10 ? '00' : fraction < 100 ? '0' : ''}${fraction}000Z`))
}

/** What was written last is what is read next: a renewal's time, by the server that takes it. */
let latestEpoch: EpochMillis = 0
let latestText = '1970-01-01T00:00:00.000000Z'

/** Objects are full of the same few instants, so what was read or written lately is remembered; the answers are the same without it. */
const remembered = 2048
const parsed = new Map<string, EpochMillis | null>()
const formatted = new Map<number, string>()

/** Reads both forms, and any RFC 3339 offset; null when the text is not a time. */
export function parseTime(text: string): EpochMillis | null {
  if (text === latestText) return latestEpoch
  const known = parsed.get(text)
  if (known !== undefined) return known
  const epoch = readTime(text)
  if (parsed.size >= remembered) parsed.clear()
  parsed.set(text, epoch)
  return epoch
}

function readTime(text: string): EpochMillis | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/.exec(text)
  if (!match) return null
  const [, year, month, date, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = match
  if (!isDate(Number(year), Number(month), Number(date)) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const offset = sign ? (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 : 0
  const clock = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3))
  return daysSinceEpoch(Number(year), Number(month), Number(date)) * day + clock - offset
}

/** A component's wall clock: the virtual time as a date. */
export interface WallClock {
  readonly epochMillis: EpochMillis
  /** Now, as metav1.Time writes it. */
  time(): string
  microTime(): string
  /** The virtual instant of a stored time (its whole second), for arithmetic with `agenda.now`. */
  instantOf(text: string): Millis
}

export function createWallClock(agenda: { readonly now: Millis }, start: EpochMillis): WallClock {
  return {
    get epochMillis() {
      return start + agenda.now
    },
    time: () => formatTime(start + agenda.now),
    microTime: () => formatMicroTime(start + agenda.now),
    instantOf: (text) => (parseTime(text) ?? start) - start,
  }
}

function writeSeconds(epoch: EpochMillis): string {
  const days = Math.floor(epoch / day)
  const { year, month, date } = civilDate(days)
  const seconds = Math.floor((epoch - days * day) / 1000)
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}T${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
}

/** Days since 1970-01-01 of a date of the Gregorian calendar, counting years from March so that the leap day comes last. */
function daysSinceEpoch(year: number, month: number, date: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

function civilDate(days: number): { year: number; month: number; date: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 }
}

function isDate(year: number, month: number, date: number): boolean {
  if (month < 1 || month > 12 || date < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return date <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31)
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
