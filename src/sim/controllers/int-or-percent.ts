import type { IntOrString } from '../api/generated/types.ts'

/** A number, or a percentage of `total` rounded up or down (intstr.GetScaledValueFromIntOrPercent). */
export function scaledValue(value: IntOrString | undefined, total: number, round: 'up' | 'down'): number {
  if (value === undefined) return 0
  if (typeof value === 'number') return value
  const percent = /^(\d+)%$/.exec(value)
  if (!percent) return 0
  const hundredfold = Number(percent[1]) * total
  return round === 'up' ? Math.ceil(hundredfold / 100) : Math.floor(hundredfold / 100)
}
