const ln2 = 0.6931471805599453

/** They are of numbers of nodes and of domains: the same few are asked for with every pod. */
const known = new Map<number, number>()
const mostKnown = 10_000

/** The natural logarithm of a number ≥ 1 by arithmetic alone: `Math.log` differs between engines. */
export function naturalLog(value: number): number {
  let log = known.get(value)
  if (log !== undefined) return log
  log = workedOut(value)
  if (known.size < mostKnown) known.set(value, log)
  return log
}

function workedOut(value: number): number {
  let mantissa = value
  let halvings = 0
  while (mantissa > 1.5) {
    mantissa /= 2
    halvings += 1
  }
  // ln m = 2 artanh((m − 1) / (m + 1)); with |m − 1| ≤ 1/2 the series loses a factor of nine or more a step.
  const ratio = (mantissa - 1) / (mantissa + 1)
  const square = ratio * ratio
  let sum = 0
  for (let odd = 41; odd >= 1; odd -= 2) sum = sum * square + 1 / odd
  return halvings * ln2 + 2 * ratio * sum
}
