/** A chain and its rules, as `iptables-restore` takes them. */
export interface RuleChain {
  readonly chain: string
  readonly rules: readonly string[]
}

/** What a proxy has written into the tables of one node's kernel, chain by chain. */
export interface RuleTables {
  readonly filter: readonly RuleChain[]
  readonly nat: readonly RuleChain[]
}

/** One table while it is written; its chains come in the order in which they were first named. */
export class TableWriter {
  private readonly chains = new Map<string, string[]>()

  constructor(chains: readonly string[]) {
    for (const chain of chains) this.chains.set(chain, [])
  }

  append(chain: string, ...words: readonly string[]): void {
    const rules = this.chains.get(chain) ?? []
    rules.push(['-A', chain, ...words].join(' '))
    this.chains.set(chain, rules)
  }

  written(): readonly RuleChain[] {
    return [...this.chains].map(([chain, rules]) => ({ chain, rules }))
  }
}

/** The words of a comment. One that has blanks stands in quotes. */
export function comment(text: string): string {
  return `-m comment --comment ${text.includes(' ') ? `"${text}"` : text}`
}
