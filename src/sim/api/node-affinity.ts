import { addAll } from '../kernel/add-all.ts'
import { invalid, messageOf, notSupported } from './field-errors.ts'
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec, PreferredSchedulingTerm } from './generated/types.ts'
import { compileRequirements, type Selector } from './labels.ts'
import type { Labels } from './objects.ts'
import { requirementFaults, type Requirement, type SelectorOperator } from './selector-requirements.ts'

/** What of a node is matched. */
export interface MatchableNode {
  readonly name: string
  readonly labels: Labels
}

/** Whether it matches, and the faults met on the way: a faulty term matches nothing. */
export interface NodeMatch {
  readonly matches: boolean
  readonly errors: readonly string[]
}

/** True when all expressions and fields of a term fit the node; an empty term fits none. */
export function nodeSelectorTermMatches(term: NodeSelectorTerm, node: MatchableNode): boolean {
  return compiledTerm(term).matches(node)
}

/** Matches the terms of a node selector in turn: one that fits is enough. */
export function matchNodeSelector(selector: NodeSelector, node: MatchableNode): NodeMatch {
  const errors: string[] = []
  for (const [at, term] of selector.nodeSelectorTerms.entries()) {
    const compiled = compiledTerm(term)
    if (compiled.matches(node)) return { matches: true, errors: [] }
    if (compiled.hasFaults) addAll(errors, faultsOfTerm(term, `nodeSelectorTerms[${at}]`))
  }
  return { matches: false, errors }
}

/** The faults of all terms of a node selector. */
export function nodeSelectorFaults(selector: NodeSelector): string[] {
  return selector.nodeSelectorTerms.flatMap((term, at) => faultsOfTerm(term, `nodeSelectorTerms[${at}]`))
}

/** Whether a pod may run on the node as far as its nodeSelector and its required node affinity say. */
export function matchRequiredNodeAffinity(spec: Pick<PodSpec, 'nodeSelector' | 'affinity'>, node: MatchableNode): NodeMatch {
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) if (node.labels[key] !== value) return { matches: false, errors: [] }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required ? matchNodeSelector(required, node) : { matches: true, errors: [] }
}

/** The faults of preferred terms. */
export function preferredTermFaults(terms: readonly PreferredSchedulingTerm[]): string[] {
  return terms.flatMap(({ preference, weight }, at) => (weight === 0 ? [] : faultsOfTerm(preference, `[${at}]`)))
}

/** The sum of the weights of the preferred terms that fit. */
export function preferenceScore(terms: readonly PreferredSchedulingTerm[], node: MatchableNode): number {
  return terms.reduce((sum, { preference, weight }) => sum + (nodeSelectorTermMatches(preference, node) ? weight : 0), 0)
}

interface CompiledTerm {
  readonly hasFaults: boolean
  matches(node: MatchableNode): boolean
}

const compiledTerms = new WeakMap<NodeSelectorTerm, CompiledTerm>()

function compiledTerm(term: NodeSelectorTerm): CompiledTerm {
  let compiled = compiledTerms.get(term)
  if (!compiled) compiledTerms.set(term, (compiled = compile(term)))
  return compiled
}

function compile(term: NodeSelectorTerm): CompiledTerm {
  const hasFaults = faultsOfTerm(term, '').length > 0
  const { matchExpressions = [], matchFields = [] } = term
  if (hasFaults || (matchExpressions.length === 0 && matchFields.length === 0)) return { hasFaults, matches: () => false }
  const selector: Selector = compileRequirements(matchExpressions.map(requirementOf))
  return {
    hasFaults,
    matches: (node) =>
      selector.matches(node.labels) &&
      matchFields.every(({ key, operator, values = [] }) => ((key === 'metadata.name' ? node.name : '') === values[0]) === (operator === 'In')),
  }
}

const operators = new Map<string, SelectorOperator>([['In', 'in'], ['NotIn', 'notin'], ['Exists', 'exists'], ['DoesNotExist', '!'], ['Gt', 'gt'], ['Lt', 'lt']])

function requirementOf({ key, operator, values = [] }: NodeSelectorRequirement): Requirement {
  return { key, operator: operators.get(operator) ?? 'in', values }
}

function faultsOfTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, path: string): string[] {
  const expressions = matchExpressions.flatMap((expression, at) => {
    const here = `${path}.matchExpressions[${at}]`
    if (!operators.has(expression.operator)) return [notSupported(`${here}.operator`, expression.operator, [...operators.keys()])]
    return requirementFaults(requirementOf(expression), `${here}.`)
  })
  const fields = matchFields.flatMap(({ operator, values }, at) => {
    const here = `${path}.matchFields[${at}]`
    if (operator !== 'In' && operator !== 'NotIn') return [notSupported(`${here}.operator`, operator, ['In', 'NotIn'])]
    return values?.length === 1 ? [] : [invalid(`${here}.values`, values, 'must have one element')]
  })
  return [...expressions, ...fields].map(messageOf)
}
