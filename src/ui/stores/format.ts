import type { Millis } from '../../sim/kernel/agenda.ts'

const two = (value: number) => String(value).padStart(2, '0')

/** Time left: `0:14`, `4:32`, `1:02:03`. Rounded up, so that 0:00 means "now". */
export function countdownText(left: Millis): string {
  return clockText(Math.max(0, Math.ceil(left / 1000)))
}

/** Time since: `0:14`, `5:03`. */
export function elapsedText(elapsed: Millis): string {
  return clockText(Math.max(0, Math.floor(elapsed / 1000)))
}

function clockText(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** The clock of the run: `06:15.2`; from an hour on `1:06:15`. */
export function runClock(time: Millis): string {
  const now = Math.max(0, time)
  const seconds = Math.floor(now / 1000)
  if (seconds >= 3600) return clockText(seconds)
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}.${Math.floor((now % 1000) / 100)}`
}

/** A moment on the timeline: `06:12`. */
export function momentText(at: Millis): string {
  const seconds = Math.max(0, Math.floor(at / 1000))
  return seconds >= 3600 ? clockText(seconds) : `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
}

/** How old, as kubectl writes it: `5s`, `3m20s`, `2h`, `5d`. */
export function ageText(elapsed: Millis): string {
  const seconds = Math.max(0, Math.floor(elapsed / 1000))
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`
}

/** A length of time in words: `50 s`, `5 min`, `5 min 53 s`. */
export function spanText(elapsed: Millis): string {
  const seconds = Math.max(0, Math.round(elapsed / 1000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
}

const units: Readonly<Record<string, number>> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 1024, Mi: 1024 * 1024, Gi: 1024 * 1024 * 1024, Ti: 1024 * 1024 * 1024 * 1024,
}

/** A quantity as a number, near enough for a bar; 0 when it is none. */
export function quantityNumber(quantity: string | number | undefined): number {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?\d+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti)?$/.exec(String(quantity ?? '0'))
  return match ? Number(match[1]) * (units[match[2] ?? ''] ?? 1) : 0
}

/** Bytes in the unit that reads best, without it: 4.9 of `4.9 / 8 Gi`. */
export function gibibytes(bytes: number): string {
  return (bytes / (1024 * 1024 * 1024)).toFixed(1).replace(/\.0$/, '')
}

/** Cores: `3.7`. */
export function cores(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}

/** One with its noun: `1 pod`, `3 pods`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
