import type { LabelSelector } from './generated/types.ts'
import { quoted } from './go-text.ts'
import type { Labels } from './objects.ts'
import { parseRequirements } from './selector-parser.ts'
import { aggregate, formatRequirement, requirementFaults, testOf, type Parsed, type Requirement, type SelectorOperator } from './selector-requirements.ts'

/** A compiled label selector. */
export interface Selector {
  matches(labels: Labels | undefined): boolean
  /** The canonical text: sorted by key. */
  toString(): string
  /** Selects everything. */
  readonly isEmpty: boolean
  readonly requirements: readonly Requirement[]
  /** Labels that whatever matches must have with exactly these values: for looking up in an index. */
  readonly equalities: readonly (readonly [key: string, value: string])[]
}

class CompiledSelector implements Selector {
  readonly requirements: readonly Requirement[]
  readonly equalities: readonly (readonly [string, string])[]
  private readonly tests: readonly ((labels: Labels) => boolean)[]

  constructor(requirements: readonly Requirement[]) {
    this.requirements = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    const isEquality = ({ operator, values }: Requirement): boolean => operator === '=' || operator === '==' || (operator === 'in' && values.length === 1)
    this.equalities = this.requirements.filter(isEquality).map(({ key, values }) => [key, values[0] ?? ''] as const)
    this.tests = this.requirements.filter((requirement) => !isEquality(requirement)).map(testOf)
  }

  get isEmpty(): boolean {
    return this.requirements.length === 0
  }

  matches(labels: Labels = noLabels): boolean {
    for (const [key, value] of this.equalities) if (labels[key] !== value) return false
    for (const test of this.tests) if (!test(labels)) return false
    return true
  }

  toString(): string {
    return this.requirements.map(formatRequirement).join(',')
  }
}

const noLabels: Labels = {}

/** Selects every object. */
export const everything: Selector = new CompiledSelector([])

/** Selects no object: what a selector that is not there means to a controller. */
export const nothing: Selector = { matches: () => false, toString: () => '', isEmpty: false, requirements: [], equalities: [] }

const compiled = new WeakMap<LabelSelector, Selector>()

/** The compiled form of a stored LabelSelector. One that is absent selects nothing; so does one that cannot be compiled, which validation lets nobody store. */
export function selectorOf(selector: LabelSelector | undefined): Selector {
  if (!selector) return nothing
  let found = compiled.get(selector)
  if (!found) {
    const converted = convertSelector(selector)
    compiled.set(selector, (found = converted.ok ? converted.value : nothing))
  }
  return found
}

/** True when a stored LabelSelector selects these labels. */
export function matchesLabelSelector(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  return selectorOf(selector).matches(labels)
}

/** Compiles conditions that have no faults. */
export function compileRequirements(requirements: readonly Requirement[]): Selector {
  return requirements.length === 0 ? everything : new CompiledSelector(requirements)
}

/** Compiles a LabelSelector that nobody has validated. */
export function convertSelector(selector: LabelSelector): Parsed<Selector> {
  const requirements: Requirement[] = []
  const labels = selector.matchLabels ?? noLabels
  const conditions = [
    ...Object.keys(labels).sort().map((key) => ({ key, written: '=', operator: '=' as const, values: [labels[key] ?? ''] })),
    ...(selector.matchExpressions ?? []).map(({ key = '', operator: written = '', values = [] }) => ({ key, written, operator: expressionOperators.get(written), values })),
  ]
  for (const { key, written, operator, values } of conditions) {
    if (!operator) return { ok: false, error: `${quoted(written)} is not a valid label selector operator` }
    const requirement = { key, operator, values }
    const error = aggregate(requirementFaults(requirement))
    if (error) return { ok: false, error }
    requirements.push(requirement)
  }
  return { ok: true, value: compileRequirements(requirements) }
}

/** A LabelSelector as tables show it. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  if (!selector) return '<none>'
  const converted = convertSelector(selector)
  return converted.ok ? converted.value.toString() || '<none>' : '<error>'
}

/** The labels that a selector of equalities only stands for, as the old kind of selector (a Service's) writes them. */
export function selectorAsLabels(selector: LabelSelector | undefined): Parsed<Labels | null> {
  if (!selector) return { ok: true, value: null }
  const labels = new Map(Object.entries(selector.matchLabels ?? {}))
  for (const { key = '', operator = '', values = [] } of selector.matchExpressions ?? []) {
    if (!expressionOperators.has(operator)) return { ok: false, error: `${quoted(operator)} is not a valid selector operator` }
    if (operator !== 'In') return { ok: false, error: `operator ${quoted(operator)} cannot be converted into the old label selector format` }
    if (values.length !== 1) return { ok: false, error: `operator "In" without a single value cannot be converted into the old label selector format` }
    labels.set(key, values[0] ?? '')
  }
  return { ok: true, value: Object.fromEntries(labels) }
}

/** Compiles a label selector as people and URLs write it: `app=web,tier in (a, b),!old`. */
export function parseSelector(text: string): Parsed<Selector> {
  const requirements = parseRequirements(text)
  return requirements.ok ? { ok: true, value: compileRequirements(requirements.value) } : requirements
}

const expressionOperators = new Map<string, SelectorOperator>([['In', 'in'], ['NotIn', 'notin'], ['Exists', 'exists'], ['DoesNotExist', '!']])

