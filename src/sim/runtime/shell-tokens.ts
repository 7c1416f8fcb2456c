/** A word with its quotes, or an operator. */
export type Token = { readonly kind: 'word'; readonly text: string } | { readonly kind: 'operator'; readonly text: string }

/** Single quotes forbid `$`; it is kept under this mark until expansion. */
export const literalDollar = '\u0001'

/** The words and operators of a script; null: it cannot be read. */
export function tokenize(script: string): Token[] | null {
  const tokens: Token[] = []
  let at = 0
  while (at < script.length) {
    const char = script[at]!
    const operator = /^(?:&&|\|\||;;|;|\n|\||2>&1|>&2|1>&2|2>>|2>|&>|>>|>|<|&|\(|\))/.exec(script.slice(at, at + 4))
    if (operator) {
      tokens.push({ kind: 'operator', text: operator[0] })
      at += operator[0].length
    } else if (char === ' ' || char === '\t' || char === '\r') at += 1
    else if (char === '\\' && script[at + 1] === '\n') at += 2
    else if (char === '#') {
      while (at < script.length && script[at] !== '\n') at += 1
    } else {
      const word = readWord(script, at)
      if (!word) return null
      tokens.push({ kind: 'word', text: word.text })
      at = word.end
    }
  }
  return tokens
}

function readWord(script: string, start: number): { text: string; end: number } | null {
  let text = ''
  let at = start
  while (at < script.length && !/[\s;&|<>()]/.test(script[at]!)) {
    const char = script[at]!
    if (char === "'") {
      const end = script.indexOf("'", at + 1)
      if (end < 0) return null
      text += script.slice(at + 1, end).replaceAll('$', literalDollar)
      at = end + 1
    } else if (char === '"') {
      const quoted = readQuoted(script, at + 1)
      if (!quoted) return null
      text += quoted.text
      at = quoted.end
    } else if (char === '\\') {
      text += script[at + 1] === '$' ? literalDollar : (script[at + 1] ?? '')
      at += 2
    } else if (char === '$' && script[at + 1] === '(') {
      const end = closingParenthesis(script, at + 1)
      if (end < 0) return null
      text += script.slice(at, end + 1)
      at = end + 1
    } else {
      text += char
      at += 1
    }
  }
  return { text, end: at }
}

function readQuoted(script: string, start: number): { text: string; end: number } | null {
  let text = ''
  let at = start
  while (at < script.length && script[at] !== '"') {
    if (script[at] === '\\' && /["\\$`]/.test(script[at + 1] ?? '')) {
      text += script[at + 1] === '$' ? literalDollar : script[at + 1]!
      at += 2
    } else if (script[at] === '$' && script[at + 1] === '(') {
      const end = closingParenthesis(script, at + 1)
      if (end < 0) return null
      text += script.slice(at, end + 1)
      at = end + 1
    } else {
      text += script[at]!
      at += 1
    }
  }
  return at < script.length ? { text, end: at + 1 } : null
}

function closingParenthesis(script: string, open: number): number {
  let depth = 0
  for (let at = open; at < script.length; at += 1) {
    if (script[at] === '(') depth += 1
    if (script[at] === ')' && (depth -= 1) === 0) return at
  }
  return -1
}
