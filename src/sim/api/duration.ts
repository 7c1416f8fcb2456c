import type { Millis } from '../kernel/agenda.ts'

const units = new Map([['ns', 1e-6], ['us', 1e-3], ['µs', 1e-3], ['μs', 1e-3], ['ms', 1], ['s', 1000], ['m', 60_000], ['h', 3_600_000]])

/** Reads a duration as flags and fields write it: `50s`, `1h30m`, `1.5s`; null when it is none. Fractions of a millisecond are dropped. */
export function parseDuration(text: string): Millis | null {
  const [, sign = '', rest = ''] = /^([+-]?)([^]*)$/.exec(text) ?? []
  if (rest === '0') return 0
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return null
  let total = 0
  for (const [, amount = '', unit = ''] of rest.matchAll(/([\d.]+)([^\d.]+)/g)) total += Number(amount) * (units.get(unit) ?? 0)
  const whole = Math.trunc(total + 1e-7)
  return !Number.isSafeInteger(whole) ? null : sign === '-' ? 0 - whole : whole
}

/** Writes a duration as Go does: `50s`, `1h0m0s`, `1.5s`, `250ms`. */
export function formatDuration(duration: Millis): string {
  if (duration === 0) return '0s'
  const sign = duration < 0 ? '-' : ''
  const total = Math.abs(duration)
  if (total < 1000) return `${sign}${total}ms`
  const hours = Math.floor(total / 3_600_000)
  const minutes = Math.floor(total / 60_000) % 60
  const millis = total % 60_000
  const fraction = String(millis % 1000).padStart(3, '0').replace(/0+$/, '')
  const seconds = `${Math.floor(millis / 1000)}${fraction ? `.${fraction}` : ''}s`
  return sign + (hours > 0 ? `${hours}h${minutes}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds)
}
