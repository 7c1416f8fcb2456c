import { labelOf } from './framework.ts'
import type { NodeState } from './node-state.ts'

/** Where nodes are by one label: domains are numbered. */
export interface TopologyColumn {
  /** By the slot of the node; `nowhere` for nodes without the label. */
  readonly domainOf: Int32Array
  readonly size: number
  /** True when some node has no such label. */
  readonly isPartial: boolean
}

/** The domain of a node that lacks the label. */
export const nowhere = -1

/** The domains of the nodes by the labels that spreading asks for: whole numbers instead of texts, made anew when the label of some node changes. */
export class TopologyColumns {
  private readonly byKey = new Map<string, TopologyColumn>()

  of(key: string, nodes: readonly (NodeState | undefined)[]): TopologyColumn {
    let column = this.byKey.get(key)
    if (!column) this.byKey.set(key, (column = columnOf(key, nodes)))
    return column
  }

  forget(): void {
    if (this.byKey.size > 0) this.byKey.clear()
  }
}

function columnOf(key: string, nodes: readonly (NodeState | undefined)[]): TopologyColumn {
  const numbers = new Map<string, number>()
  const domainOf = new Int32Array(nodes.length).fill(nowhere)
  let isPartial = false
  for (const node of nodes) {
    if (!node?.node) continue
    const domain = labelOf(node.labels, key)
    isPartial ||= domain === undefined
    if (domain === undefined) continue
    let number = numbers.get(domain)
    if (number === undefined) numbers.set(domain, (number = numbers.size))
    domainOf[node.slot] = number
  }
  return { domainOf, size: numbers.size, isPartial }
}
