import { EventCorrelator, type Occurrence } from '../../src/sim/client/event-correlator.ts'
import type { GoldenSet } from '../harness.ts'

interface Step extends Occurrence {
  readonly atMs: number
}

interface Expected {
  readonly step: number
  readonly action: 'create' | 'patch' | 'drop'
  readonly event?: string
  readonly count?: number
  readonly message?: string
  readonly firstMs?: number
  readonly lastMs?: number
  readonly patch?: { readonly count?: number; readonly lastTimestamp?: string; readonly message?: string }
}

/** What reaches the API server of the events that a component records. */
export const eventCorrelator: GoldenSet = {
  name: 'nodes/event-correlator',
  run(golden) {
    const correlator = new EventCorrelator()
    const names = new Map<number, string>()
    const results = (golden.in.steps as Step[]).map((step, at) => {
      const correlation = correlator.correlate(step, step.atMs, at)
      if (correlation.action === 'drop') return { step: at, action: 'drop' }
      const { action, message, count, first, draw } = correlation
      if (!names.has(draw)) names.set(draw, `event-${names.size + 1}`)
      const lastTimestamp = `${new Date(Date.parse('2026-01-01T00:00:00Z') + step.atMs).toISOString().slice(0, 19)}Z`
      return { step: at, action, event: names.get(draw), count, firstMs: first, lastMs: step.atMs, message, ...(action === 'patch' && { patch: { count, lastTimestamp, message } }) }
    })
    const expected = golden.out.results as Expected[]
    for (const [at, wanted] of expected.entries()) {
      const got = results[wanted.step ?? at]
      for (const [field, value] of Object.entries(wanted)) {
        const found = (got as Record<string, unknown> | undefined)?.[field]
        if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(value))) return `step ${wanted.step}: ${field} is ${JSON.stringify(found)}, not ${JSON.stringify(value)}`
      }
    }
    return null
  },
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
