import { invalid, messageOf, notSupported, type FieldError } from './field-errors.ts'
import type { LabelSelector } from './generated/types.ts'
import { quoted } from './go-text.ts'
import { checkLabelValue, checkQualifiedName } from './names.ts'
import type { Labels } from './objects.ts'

/** The operators of selector texts; `exists` and `!` stand alone, `gt` and `lt` print as `>` and `<`. */
export type SelectorOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt'

/** One condition on one label. */
export interface Requirement {
  readonly key: string
  readonly operator: SelectorOperator
  readonly values: readonly string[]
}

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

/** A value, or the text of the error that a user is shown. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string }

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

/** Compiles a LabelSelector that nobody has validated. */
export function convertSelector(selector: LabelSelector): Parsed<Selector> {
  const requirements: Requirement[] = []
  const labels = selector.matchLabels ?? noLabels
  for (const key of Object.keys(labels).sort()) requirements.push({ key, operator: '=', values: [labels[key] ?? ''] })
  for (const { key = '', operator = '', values = [] } of selector.matchExpressions ?? []) {
    const known = expressionOperators.get(operator)
    if (!known) return { ok: false, error: `${quoted(operator)} is not a valid label selector operator` }
    requirements.push({ key, operator: known, values })
  }
  for (const requirement of requirements) {
    const error = aggregate(faultsOf(requirement))
    if (error) return { ok: false, error }
  }
  return { ok: true, value: requirements.length === 0 ? everything : new CompiledSelector(requirements) }
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
  for (const { key, operator = '', values = [] } of selector.matchExpressions ?? []) {
    if (!expressionOperators.has(operator)) return { ok: false, error: `${quoted(operator)} is not a valid selector operator` }
    if (operator !== 'In') return { ok: false, error: `operator ${quoted(operator)} cannot be converted into the old label selector format` }
    if (values.length !== 1) return { ok: false, error: `operator "In" without a single value cannot be converted into the old label selector format` }
    labels.set(key, values[0] ?? '')
  }
  return { ok: true, value: Object.fromEntries(labels) }
}

/** Compiles a label selector as people and URLs write it: `app=web,tier in (a, b),!old`. */
export function parseSelector(text: string): Parsed<Selector> {
  const requirements = new SelectorParser(text).parse()
  if (!requirements.ok) return requirements
  return { ok: true, value: requirements.value.length === 0 ? everything : new CompiledSelector(requirements.value) }
}

const expressionOperators = new Map<string, SelectorOperator>([['In', 'in'], ['NotIn', 'notin'], ['Exists', 'exists'], ['DoesNotExist', '!']])

function testOf({ key, operator, values }: Requirement): (labels: Labels) => boolean {
  const allowed = new Set(values)
  switch (operator) {
    case 'exists':
      return (labels) => Object.hasOwn(labels, key)
    case '!':
      return (labels) => !Object.hasOwn(labels, key)
    case 'notin':
    case '!=':
      return (labels) => !Object.hasOwn(labels, key) || !allowed.has(labels[key] ?? '')
    case 'gt':
    case 'lt': {
      const bound = parseInt64(values[0] ?? '')
      return (labels) => {
        const value = Object.hasOwn(labels, key) ? parseInt64(labels[key] ?? '') : null
        return value !== null && bound !== null && (operator === 'gt' ? value > bound : value < bound)
      }
    }
    default:
      return (labels) => Object.hasOwn(labels, key) && allowed.has(labels[key] ?? '')
  }
}

/** A whole number of 64 bits; null when the text is none. */
export function parseInt64(text: string): bigint | null {
  if (!/^[+-]?\d{1,40}$/.test(text)) return null
  const value = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, value) === value ? value : null
}

function formatRequirement({ key, operator, values }: Requirement): string {
  const list = [...values].sort().join(',')
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${list})`
    case 'gt':
      return `${key}>${list}`
    case 'lt':
      return `${key}<${list}`
    default:
      return `${key}${operator}${list}`
  }
}

function faultsOf({ key, operator, values }: Requirement): FieldError[] {
  const errors = keyFaults('key', key)
  const shown = values.length > 0 ? values : null
  if (operator === 'in' || operator === 'notin') {
    if (values.length === 0) errors.push(invalid('values', shown, "for 'in', 'notin' operators, values set can't be empty"))
  } else if (operator === 'exists' || operator === '!') {
    if (values.length > 0) errors.push(invalid('values', shown, 'values set must be empty for exists and does not exist'))
  } else if (operator === 'gt' || operator === 'lt') {
    if (values.length !== 1) errors.push(invalid('values', shown, "for 'Gt', 'Lt' operators, exactly one value is required"))
    for (const [at, value] of values.entries()) {
      if (parseInt64(value) === null) errors.push(invalid(`values[${at}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"))
    }
  } else if (operator === '=' || operator === '==' || operator === '!=') {
    if (values.length !== 1) errors.push(invalid('values', shown, 'exact-match compatibility requires one single value'))
  } else errors.push(notSupported('operator', operator, []))
  for (const [at, value] of values.entries()) {
    const messages = checkLabelValue(value)
    if (messages.length > 0) errors.push(invalid(`values[${at}][${key}]`, value, messages.join('; ')))
  }
  return errors
}

function keyFaults(path: string, key: string): FieldError[] {
  const messages = checkQualifiedName(key)
  return messages.length > 0 ? [invalid(path, key, messages.join('; '))] : []
}

function aggregate(errors: readonly FieldError[]): string | null {
  const messages = [...new Set(errors.map(messageOf))]
  return messages.length === 0 ? null : messages.length === 1 ? (messages[0] ?? null) : `[${messages.join(', ')}]`
}

interface Token {
  readonly kind: 'word' | 'symbol' | 'end'
  readonly text: string
}

class SelectorSyntaxError extends Error {}

class SelectorParser {
  private readonly tokens: readonly Token[]
  private at = 0

  constructor(text: string) {
    this.tokens = tokensOf(text)
  }

  parse(): Parsed<Requirement[]> {
    try {
      return { ok: true, value: this.requirements() }
    } catch (error) {
      if (error instanceof SelectorSyntaxError) return { ok: false, error: error.message }
      throw error
    }
  }

  private requirements(): Requirement[] {
    const found: Requirement[] = []
    if (this.next.kind === 'end') return found
    if (!this.startsRequirement()) throw expected(this.next, "!, identifier, or 'end of string'")
    for (;;) {
      try {
        found.push(this.requirement())
      } catch (error) {
        throw error instanceof SelectorSyntaxError ? new SelectorSyntaxError(`unable to parse requirement: ${error.message}`) : error
      }
      const token = this.take()
      if (token.kind === 'end') return found
      if (!isSymbol(token, ',')) throw expected(token, "',' or 'end of string'")
      if (!this.startsRequirement()) throw expected(this.next, "identifier after ','")
    }
  }

  private requirement(): Requirement {
    const negated = isSymbol(this.next, '!')
    if (negated) this.take()
    const key = this.take()
    if (key.kind !== 'word') throw expected(key, 'identifier')
    const keyError = aggregate(keyFaults('<nil>', key.text))
    if (keyError) throw new SelectorSyntaxError(keyError)
    if (negated) return checked({ key: key.text, operator: '!', values: [] })
    if (this.next.kind === 'end' || isSymbol(this.next, ',')) return checked({ key: key.text, operator: 'exists', values: [] })
    const operator = this.operator()
    const values = operator === 'in' || operator === 'notin' ? this.values() : [this.exactValue()]
    return checked({ key: key.text, operator, values: [...new Set(values)].sort() })
  }

  private operator(): SelectorOperator {
    const token = this.take()
    const operator = token.kind === 'word' ? wordOperators.get(token.text) : symbolOperators.get(token.text)
    if (!operator) throw expected(token, 'in, notin, =, ==, !=, gt, lt')
    return operator
  }

  private values(): string[] {
    const open = this.take()
    if (!isSymbol(open, '(')) throw new SelectorSyntaxError(`found '${open.text}' expected: '('`)
    if (isSymbol(this.next, ')')) {
      this.take()
      return ['']
    }
    if (this.next.kind !== 'word' && !isSymbol(this.next, ',')) throw expected(this.next, "',', ')' or identifier")
    const values = this.list()
    this.take()
    return values
  }

  /** Up to the closing parenthesis, which stays. Commas without a word between them stand for empty values. */
  private list(): string[] {
    const values: string[] = []
    for (;;) {
      const token = this.take()
      if (token.kind === 'word') {
        values.push(token.text)
        if (isSymbol(this.next, ')')) return values
        if (!isSymbol(this.next, ',')) throw expected(this.next, "',' or ')'")
      } else if (isSymbol(token, ',')) {
        if (values.length === 0) values.push('')
        if (isSymbol(this.next, ')')) return [...values, '']
        if (isSymbol(this.next, ',')) {
          this.take()
          values.push('')
        }
      } else throw expected(token, "',', or identifier")
    }
  }

  private exactValue(): string {
    if (this.next.kind === 'end' || isSymbol(this.next, ',')) return ''
    const token = this.take()
    if (token.kind !== 'word') throw expected(token, 'identifier')
    return token.text
  }

  private startsRequirement(): boolean {
    return this.next.kind === 'word' || isSymbol(this.next, '!')
  }

  private get next(): Token {
    return this.tokens[this.at] ?? end
  }

  private take(): Token {
    const token = this.next
    this.at += 1
    return token
  }
}

const end: Token = { kind: 'end', text: '' }
const wordOperators = new Map<string, SelectorOperator>([['in', 'in'], ['notin', 'notin']])
const symbolOperators = new Map<string, SelectorOperator>([['=', '='], ['==', '=='], ['!=', '!='], ['>', 'gt'], ['<', 'lt']])

function tokensOf(text: string): Token[] {
  const words = text.match(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g) ?? []
  return words.map((word) => ({ kind: /^[=!(),<>]/.test(word) ? 'symbol' : 'word', text: word }))
}

function isSymbol(token: Token, text: string): boolean {
  return token.kind === 'symbol' && token.text === text
}

function expected(found: Token, what: string): SelectorSyntaxError {
  return new SelectorSyntaxError(`found '${found.text}', expected: ${what}`)
}

function checked(requirement: Requirement): Requirement {
  const error = aggregate(faultsOf(requirement))
  if (error) throw new SelectorSyntaxError(error)
  return requirement
}
