/** Counted reasons as upstream prints them: sorted as text with the count in front: "10 x" comes before "2 y". */
export function histogram(reasons: Iterable<readonly string[]>): string {
  const counts = new Map<string, number>()
  for (const list of reasons) for (const reason of list) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const lines = [...counts].map(([reason, count]) => `${count} ${reason}`)
  lines.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return lines.join(', ')
}

/** Upstream: framework.FitError. `preFilterMessage` stands alone: one plugin refused the pod for every node. */
export function fitError(nodes: number, counted: string, preFilterMessage: string, postFilterMessage: string): string {
  let message = `0/${nodes} nodes are available:`
  if (preFilterMessage) message += ` ${preFilterMessage}.`
  else if (counted) message += ` ${counted}.`
  if (postFilterMessage) message += ` ${postFilterMessage}`
  return message
}

/** Upstream: ErrNoNodesAvailable. */
export const noNodesAvailable = 'no nodes available to schedule pods'
