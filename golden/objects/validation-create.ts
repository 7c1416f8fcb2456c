import type { Status } from '../../src/sim/api/status.ts'
import { difference, type GoldenSet } from '../harness.ts'
import { createPipeline, type Json } from './pipeline.ts'

/** Objects that are refused, and the words in which they are. */
export const validationCreateSet: GoldenSet = {
  name: 'objects/validation-create',
  run(golden) {
    const { object, expand } = golden.in
    const created = createPipeline().create(expand ? expanded(object, expand) : object)
    if (created.ok) return `accepted; expected ${golden.out.message}`
    return statusDifference(golden.out, created.status)
  },
}

/** Compares a Status with a case's `out`: code, reason, message, details and the ordered causes. */
export function statusDifference(expected: Json, status: Status): string | null {
  const { causes: _causes, ...details } = status.details ?? {}
  const actual = { code: status.code, reason: status.reason, message: status.message, details, causes: status.details?.causes ?? [] }
  const { name = details.name, group, kind = details.kind } = expected.details ?? {}
  const wanted = {
    code: expected.code,
    reason: expected.reason || undefined,
    message: expected.message,
    details: expected.details ? { ...details, name, group, kind } : details,
    causes: expected.causes ?? [],
  }
  return difference(wanted, actual, '', true)
}

function expanded(object: unknown, { path, repeat, count }: { readonly path: string; readonly repeat: string; readonly count: number }): unknown {
  const copy = JSON.parse(JSON.stringify(object))
  const steps = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.')
  const last = steps.pop() ?? ''
  let at = copy
  for (const step of steps) at = at[step]
  at[last] = repeat.repeat(count)
  return copy
}
