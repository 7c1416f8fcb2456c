import { parseFieldSelector } from '../../src/sim/api/fields.ts'
import type { LabelSelector } from '../../src/sim/api/generated/types.ts'
import { convertSelector, formatLabelSelector, nothing, parseSelector, selectorAsLabels } from '../../src/sim/api/labels.ts'
import { validateLabelSelector } from '../../src/sim/api/metadata.ts'
import { difference, type GoldenSet } from '../harness.ts'
import { recordedForm } from './field-errors.ts'

/** Label selectors, as texts and as objects. */
export const labelSelector: GoldenSet = {
  name: 'machinery/label-selector',
  run({ in: input, out }) {
    const sets: Record<string, string>[] = input.sets
    if (input.op === 'selector') return difference(out, converted(input.selector, sets))
    const parsed = parseSelector(input.text)
    if (!parsed.ok) return difference(out, { error: parsed.error })
    const { value } = parsed
    const requirements = [...value.requirements].map(({ key, operator, values }) => ({ key, operator, values }))
    return difference(out, { empty: value.isEmpty, matches: sets.map((labels) => value.matches(labels)), requirements, selectable: true, string: value.toString() })
  },
}

function converted(selector: LabelSelector | null, sets: Record<string, string>[]): unknown {
  const result = selector ? convertSelector(selector) : { ok: true as const, value: nothing }
  const labels = selectorAsLabels(selector ?? undefined)
  return {
    ...(labels.ok ? { asMap: labels.value } : { asMapError: labels.error }),
    format: formatLabelSelector(selector ?? undefined),
    ...(result.ok ? { string: result.value.toString(), matches: sets.map((set) => result.value.matches(set)) } : { error: result.error }),
    ...(selector && { validation: validateLabelSelector(selector, 'spec.selector').map(recordedForm) }),
  }
}

/** Field selectors. */
export const fieldSelector: GoldenSet = {
  name: 'machinery/field-selector',
  run({ in: input, out }) {
    const parsed = parseFieldSelector(input.text)
    if (!parsed.ok) return difference(out, { error: parsed.error })
    const { value } = parsed
    const exactName = value.exact('metadata.name')
    const matches = input.sets.map((set: Record<string, string>) => value.matches((field) => set[field] ?? ''))
    return difference(out, { empty: value.isEmpty, ...(exactName !== undefined && { exactName }), matches, requirements: value.requirements, string: value.toString() })
  },
}
