import type { Taint, Toleration } from './generated/types.ts'
import { parseInt64 } from './selector-requirements.ts'

/**
 * True when the toleration covers the taint. `comparisonOperators` is the gate TaintTolerationComparisonOperators: with it, Gt and Lt compare whole numbers.
 */
export function tolerates(toleration: Toleration, taint: Taint, comparisonOperators = false): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  switch (toleration.operator || 'Equal') {
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '')
    case 'Exists':
      return true
    case 'Gt':
      return comparisonOperators && compares(taint.value, toleration.value, (has, bound) => has > bound)
    case 'Lt':
      return comparisonOperators && compares(taint.value, toleration.value, (has, bound) => has < bound)
    default:
      return false
  }
}

/** The first taint that counts and that nothing tolerates: what keeps a pod from a node. */
export function findUntolerated(taints: readonly Taint[], tolerations: readonly Toleration[], counts: (taint: Taint) => boolean): Taint | undefined {
  return taints.find((taint) => counts(taint) && !tolerations.some((toleration) => tolerates(toleration, taint)))
}

/** The taints that refuse pods, not only discourage them. */
export function isHardTaint(taint: Taint): boolean {
  return taint.effect === 'NoSchedule' || taint.effect === 'NoExecute'
}

function compares(taintValue = '', tolerationValue = '', compare: (has: bigint, bound: bigint) => boolean): boolean {
  const has = wholeNumber(taintValue)
  const bound = wholeNumber(tolerationValue)
  return has !== null && bound !== null && compare(has, bound)
}

/** Without a plus and without zeros in front. */
function wholeNumber(text: string): bigint | null {
  return /^(0|-?[1-9]\d*)$/.test(text) ? parseInt64(text) : null
}
