import { formatAge, formatShortAge } from '../../src/sim/api/duration-text.ts'
import { parseIntOrString, rollingUpdateBounds, scaledValue } from '../../src/sim/api/int-or-string.ts'
import { difference, type GoldenSet } from '../harness.ts'

/** The AGE texts of durations. */
export const durationText: GoldenSet = {
  name: 'machinery/duration-text',
  run: ({ in: input, out }) => difference(out, { human: formatAge(input.durationMs), short: formatShortAge(input.durationMs) }),
}

/** Numbers and percentages. */
export const intOrString: GoldenSet = {
  name: 'machinery/intstr',
  run({ in: input, out }) {
    if (input.op === 'parse') return difference(out, { json: parseIntOrString(input.text) })
    if (input.op === 'fenceposts') {
      const bounds = rollingUpdateBounds(input.maxSurge ?? undefined, input.maxUnavailable ?? undefined, input.replicas)
      return difference(out, bounds.ok ? bounds.value : { error: bounds.error })
    }
    const up = scaledValue(input.value, input.total, 'up')
    const down = scaledValue(input.value, input.total, 'down')
    return difference(out, { text: String(input.value), ...(up.ok && down.ok ? { up: up.value, down: down.value } : { error: up.ok ? '' : up.error }) })
  },
}
