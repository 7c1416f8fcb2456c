import { invalid, messageOf, notSupported, type FieldError } from './field-errors.ts'
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

/** A value, or the text of the error that a user is shown. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string }

/** The test that a condition puts to labels. */
export function testOf({ key, operator, values }: Requirement): (labels: Labels) => boolean {
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

/** A condition as selectors write it. */
export function formatRequirement({ key, operator, values }: Requirement): string {
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

/** What is wrong with a condition; `prefix` is where it stands, with its dot. */
export function requirementFaults({ key, operator, values }: Requirement, prefix = ''): FieldError[] {
  const errors = keyFaults(`${prefix}key`, key)
  const path = `${prefix}values`
  const shown = values.length > 0 ? values : null
  if (operator === 'in' || operator === 'notin') {
    if (values.length === 0) errors.push(invalid(path, shown, "for 'in', 'notin' operators, values set can't be empty"))
  } else if (operator === 'exists' || operator === '!') {
    if (values.length > 0) errors.push(invalid(path, shown, 'values set must be empty for exists and does not exist'))
  } else if (operator === 'gt' || operator === 'lt') {
    if (values.length !== 1) errors.push(invalid(path, shown, "for 'Gt', 'Lt' operators, exactly one value is required"))
    for (const [at, value] of values.entries()) {
      if (parseInt64(value) === null) errors.push(invalid(`${path}[${at}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"))
    }
  } else if (operator === '=' || operator === '==' || operator === '!=') {
    if (values.length !== 1) errors.push(invalid(path, shown, 'exact-match compatibility requires one single value'))
  } else errors.push(notSupported(`${prefix}operator`, operator, []))
  for (const [at, value] of values.entries()) {
    const messages = checkLabelValue(value)
    if (messages.length > 0) errors.push(invalid(`${path}[${at}][${key}]`, value, messages.join('; ')))
  }
  return errors
}

/** What is wrong with the key of a condition. */
export function keyFaults(path: string, key: string): FieldError[] {
  const messages = checkQualifiedName(key)
  return messages.length > 0 ? [invalid(path, key, messages.join('; '))] : []
}

/** Several faults as one text; null when there are none. */
export function aggregate(errors: readonly FieldError[]): string | null {
  const messages = [...new Set(errors.map(messageOf))]
  return messages.length === 0 ? null : messages.length === 1 ? (messages[0] ?? null) : `[${messages.join(', ')}]`
}

