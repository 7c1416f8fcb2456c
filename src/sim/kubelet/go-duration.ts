import type { Millis } from '../kernel/agenda.ts'

/** A duration as Go prints it: `800ms`, `3.8s`, `2m5.456s`, `10m0s`. */
export function durationText(millis: Millis): string {
  if (millis === 0) return '0s'
  if (millis < 1000) return `${millis}ms`
  const hours = Math.floor(millis / 3_600_000)
  const minutes = Math.floor(millis / 60_000) % 60
  const rest = millis % 60_000
  const fraction = rest % 1000 === 0 ? '' : `.${String(rest % 1000).padStart(3, '0').replace(/0+$/, '')}`
  const seconds = `${Math.floor(rest / 1000)}${fraction}s`
  if (hours > 0) return `${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}
