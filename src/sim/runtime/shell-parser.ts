import { tokenize, type Token } from './shell-tokens.ts'

/** One step of a shell script, as far as the commands of common examples need it. */
export type ShellNode =
  | { readonly kind: 'command'; readonly words: readonly string[]; readonly output: 'stdout' | { readonly file: string } }
  | { readonly kind: 'assign'; readonly name: string; readonly value: string }
  | { readonly kind: 'sequence'; readonly items: readonly ShellNode[] }
  /** `a && b || c`, from left to right. */
  | { readonly kind: 'chain'; readonly first: ShellNode; readonly rest: readonly Link[] }
  | { readonly kind: 'not'; readonly inner: ShellNode }
  | { readonly kind: 'loop'; readonly until: boolean; readonly condition: ShellNode; readonly body: ShellNode }
  | { readonly kind: 'for'; readonly name: string; readonly values: readonly string[]; readonly body: ShellNode }
  | { readonly kind: 'if'; readonly condition: ShellNode; readonly then: ShellNode; readonly otherwise: ShellNode | null }
  | { readonly kind: 'trap'; readonly script: string; readonly signals: readonly string[] }

/** What comes next in a chain, if what came before succeeded (`and`) or failed (`or`). */
interface Link {
  readonly kind: 'and' | 'or'
  readonly node: ShellNode
}

/** Deeper nesting is a script we do not follow. */
const depthLimit = 32

/** Reads a script; null when it uses more of the shell than is modelled. Words keep their quotes' meaning as `\u0001` marks: see `expandWords`. */
export function parseShell(script: string): ShellNode | null {
  const tokens = tokenize(script)
  if (!tokens) return null
  const parser = new ShellParser(tokens)
  const node = parser.list([])
  return node !== null && parser.atEnd ? node : null
}

class ShellParser {
  private at = 0
  private depth = 0
  private readonly tokens: readonly Token[]

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  get atEnd(): boolean {
    return this.at >= this.tokens.length
  }

  /** Commands up to one of the words in `ends`, which is left standing. */
  list(ends: readonly string[]): ShellNode | null {
    const items: ShellNode[] = []
    if ((this.depth += 1) > depthLimit) return null
    for (;;) {
      while (this.isOperator(';', '\n', '&')) this.at += 1
      if (this.atEnd || this.isWord(...ends) || this.isOperator(')')) break
      const node = this.andOr()
      if (!node) return null
      items.push(node)
      if (!this.atEnd && !this.isOperator(';', '\n', '&', ')') && !this.isWord(...ends)) return null
    }
    this.depth -= 1
    return items.length === 1 ? items[0]! : { kind: 'sequence', items }
  }

  private andOr(): ShellNode | null {
    const first = this.pipeline()
    if (!first) return null
    const rest: Link[] = []
    while (this.isOperator('&&', '||')) {
      const kind = this.next().text === '&&' ? 'and' : 'or'
      while (this.isOperator('\n')) this.at += 1
      const node = this.pipeline()
      if (!node) return null
      rest.push({ kind, node })
    }
    return rest.length === 0 ? first : { kind: 'chain', first, rest }
  }

  private pipeline(): ShellNode | null {
    const negated = this.isWord('!')
    if (negated) this.at += 1
    const items: ShellNode[] = []
    for (;;) {
      const item = this.statement()
      if (!item) return null
      if (!this.isOperator('|')) {
        const node: ShellNode = items.length === 0 ? item : { kind: 'sequence', items: [...items, item] }
        return negated ? { kind: 'not', inner: node } : node
      }
      this.at += 1
      // Only the last command of a pipe is seen and decides; what flows through is not modelled, but time passes in the others.
      items.push(silent(item))
    }
  }

  private statement(): ShellNode | null {
    if (this.isOperator('(')) {
      this.at += 1
      const inner = this.list([])
      return inner && this.takeOperator(')') ? inner : null
    }
    if (this.isWord('{')) {
      this.at += 1
      const inner = this.list(['}'])
      return inner && this.takeWord('}') ? inner : null
    }
    if (this.isWord('while', 'until')) return this.loop(this.next().text === 'until')
    if (this.isWord('for')) return this.forLoop()
    if (this.isWord('if')) return this.conditional()
    return this.simple()
  }

  private loop(until: boolean): ShellNode | null {
    const condition = this.list(['do'])
    if (!condition || !this.takeWord('do')) return null
    const body = this.list(['done'])
    return body && this.takeWord('done') ? this.redirected({ kind: 'loop', until, condition, body }) : null
  }

  private forLoop(): ShellNode | null {
    this.at += 1
    const name = this.next()?.text
    const values: string[] = []
    if (name === undefined || !this.takeWord('in')) return null
    while (!this.atEnd && !this.isOperator(';', '\n')) values.push(this.next().text)
    while (this.isOperator(';', '\n')) this.at += 1
    if (!this.takeWord('do')) return null
    const body = this.list(['done'])
    return body && this.takeWord('done') ? { kind: 'for', name, values, body } : null
  }

  private conditional(): ShellNode | null {
    this.at += 1
    if ((this.depth += 1) > depthLimit) return null
    const node = this.branches()
    this.depth -= 1
    return node
  }

  private branches(): ShellNode | null {
    const condition = this.list(['then'])
    if (!condition || !this.takeWord('then')) return null
    const then = this.list(['else', 'elif', 'fi'])
    if (!then) return null
    if (this.isWord('elif')) {
      const otherwise = this.conditional()
      return otherwise && { kind: 'if', condition, then, otherwise }
    }
    let otherwise: ShellNode | null = null
    if (this.isWord('else')) {
      this.at += 1
      otherwise = this.list(['fi'])
      if (!otherwise) return null
    }
    return this.takeWord('fi') ? { kind: 'if', condition, then, otherwise } : null
  }

  private simple(): ShellNode | null {
    const words: string[] = []
    const assigned: ShellNode[] = []
    let output: 'stdout' | { file: string } = 'stdout'
    while (!this.atEnd && !this.isOperator(';', '\n', '&', '&&', '||', '|', ')')) {
      const token = this.next()
      if (token.kind === 'operator') {
        if (token.text === '(' ) return null
        if (token.text === '2>&1' || token.text === '>&2' || token.text === '1>&2') continue
        const target = this.atEnd ? undefined : this.next()
        if (target?.kind !== 'word') return null
        if (token.text === '>' || token.text === '>>' || token.text === '&>') output = /^\/(?:dev\/std(?:out|err)|proc\/1\/fd\/\d)$/.test(target.text) ? 'stdout' : { file: target.text }
      } else if (words.length === 0 && /^[A-Za-z_]\w*=/.test(token.text)) {
        const equals = token.text.indexOf('=')
        assigned.push({ kind: 'assign', name: token.text.slice(0, equals), value: token.text.slice(equals + 1) })
      } else words.push(token.text)
    }
    if (words[0] === 'trap') return { kind: 'trap', script: words[1] ?? '', signals: words.slice(2) }
    if (words.length === 0) return assigned.length === 1 ? assigned[0]! : { kind: 'sequence', items: assigned }
    const command: ShellNode = { kind: 'command', words, output }
    return assigned.length > 0 ? { kind: 'sequence', items: [...assigned, command] } : command
  }

  /** `done > file`: what the loop prints is not seen. */
  private redirected(node: ShellNode): ShellNode {
    while (this.isOperator('2>&1', '>&2', '1>&2')) this.at += 1
    if (!this.isOperator('>', '>>', '&>', '<')) return node
    const reading = this.next().text === '<'
    if (!this.atEnd) this.at += 1
    return reading ? node : silent(node)
  }

  private next(): Token {
    return this.tokens[this.at++]!
  }

  private isOperator(...texts: readonly string[]): boolean {
    const token = this.tokens[this.at]
    return token?.kind === 'operator' && texts.includes(token.text)
  }

  private isWord(...texts: readonly string[]): boolean {
    const token = this.tokens[this.at]
    return token?.kind === 'word' && texts.includes(token.text)
  }

  private takeWord(text: string): boolean {
    if (!this.isWord(text)) return false
    this.at += 1
    return true
  }

  private takeOperator(text: string): boolean {
    if (!this.isOperator(text)) return false
    this.at += 1
    return true
  }
}

function silent(node: ShellNode): ShellNode {
  switch (node.kind) {
    case 'command':
      return { ...node, output: { file: '/dev/null' } }
    case 'sequence':
      return { kind: 'sequence', items: node.items.map(silent) }
    case 'chain':
      return { kind: 'chain', first: silent(node.first), rest: node.rest.map(({ kind, node: next }) => ({ kind, node: silent(next) })) }
    case 'not':
      return { kind: 'not', inner: silent(node.inner) }
    case 'loop':
      return { ...node, condition: silent(node.condition), body: silent(node.body) }
    case 'for':
      return { ...node, body: silent(node.body) }
    case 'if':
      return { ...node, condition: silent(node.condition), then: silent(node.then), otherwise: node.otherwise && silent(node.otherwise) }
    default:
      return node
  }
}
