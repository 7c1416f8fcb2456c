import type { Parsed } from './selector-requirements.ts'

/** One condition on one field; a field that is not there counts as empty. */
export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** A compiled field selector. */
export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[]
  readonly isEmpty: boolean
  /** `valueOf` reads a field of the object by its path. */
  matches(valueOf: (field: string) => string): boolean
  /** The value that this field must have exactly, if the selector asks for one: for looking up instead of scanning. */
  exact(field: string): string | undefined
  toString(): string
}

/** Compiles a field selector: `metadata.name=web,status.phase!=Running`, with `\` before commas and equals signs in values. */
export function parseFieldSelector(text: string): Parsed<FieldSelector> {
  const requirements: FieldRequirement[] = []
  for (const term of termsOf(text).sort()) {
    if (term === '') continue
    const parts = /^([^]*?)(!=|==|=)([^]*)$/.exec(term)
    if (!parts) return { ok: false, error: `invalid selector: '${text}'; can't understand '${term}'` }
    const [, field = '', operator = '', escaped = ''] = parts
    const value = unescapeValue(escaped)
    if (!value.ok) return value
    // `=` alone asks for nothing (Transform).
    if (field !== '' || value.value !== '') requirements.push({ field, operator: operator === '!=' ? '!=' : '=', value: value.value })
  }
  return { ok: true, value: compile(requirements) }
}

function compile(requirements: readonly FieldRequirement[]): FieldSelector {
  return {
    requirements,
    isEmpty: requirements.length === 0,
    matches: (valueOf) => requirements.every(({ field, operator, value }) => (valueOf(field) === value) === (operator === '=')),
    exact: (field) => requirements.find((requirement) => requirement.field === field && requirement.operator === '=')?.value,
    toString: () => requirements.map(({ field, operator, value }) => `${field}${operator}${value.replaceAll(/[\\,=]/g, '\\$&')}`).join(','),
  }
}

/** Splits at the commas that no backslash escapes. */
function termsOf(text: string): string[] {
  const terms: string[] = []
  let start = 0
  let escaping = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (escaping) escaping = false
    else if (character === '\\') escaping = true
    else if (character === ',') {
      terms.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...terms, text.slice(start)]
}

function unescapeValue(text: string): Parsed<string> {
  let value = ''
  let escaping = false
  for (const character of text) {
    if (escaping) {
      if (!['\\', ',', '='].includes(character)) return { ok: false, error: `invalid field selector: invalid escape sequence: \\${character}` }
      value += character
      escaping = false
    } else if (character === '\\') escaping = true
    else if (character === ',' || character === '=') return { ok: false, error: `invalid field selector: unescaped character in value: ${character.charCodeAt(0)}` }
    else value += character
  }
  return escaping ? { ok: false, error: 'invalid field selector: invalid escape sequence: \\' } : { ok: true, value }
}
