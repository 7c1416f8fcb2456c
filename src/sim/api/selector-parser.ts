import { aggregate, keyFaults, requirementFaults, type Parsed, type Requirement, type SelectorOperator } from './selector-requirements.ts'

/** Reads the conditions of a label selector's text, in the order they are written. */
export function parseRequirements(text: string): Parsed<Requirement[]> {
  return new SelectorParser(text).parse()
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
  const error = aggregate(requirementFaults(requirement))
  if (error) throw new SelectorSyntaxError(error)
  return requirement
}
