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
    const counts = new Map<string, { count: number; first: number }>()
    const results = (golden.in.steps as Step[]).map((step, at) => {
      const correlation = correlator.correlate(step, step.atMs)
      if (correlation.action === 'drop') return { step: at, action: 'drop' }
      const name = correlation.action === 'patch' && correlation.name ? correlation.name : `event-${counts.size + 1}`
      const known = counts.get(name) ?? { count: 0, first: step.atMs }
      correlator.stored(correlation, name)
      const count = correlation.action === 'patch' ? correlation.count : 1
      counts.set(name, { count, first: known.first })
      const lastTimestamp = `${new Date(Date.parse('2026-01-01T00:00:00Z') + step.atMs).toISOString().slice(0, 19)}Z`
      const { action, message } = correlation
      return { step: at, action, event: name, count, firstMs: known.first, lastMs: step.atMs, message, ...(action === 'patch' && { patch: { count, lastTimestamp, message } }) }
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
