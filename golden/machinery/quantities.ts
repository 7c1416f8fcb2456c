import * as quantities from '../../src/sim/api/quantity.ts'
import { difference, type GoldenSet } from '../harness.ts'

/** What a text means as a quantity. */
export const quantity: GoldenSet = {
  name: 'machinery/quantity',
  run({ in: input, out }) {
    const parsed = quantities.readQuantity(input.text)
    if (!parsed.ok) return difference(out, { error: parsed.error })
    const { value } = parsed
    const whole = quantities.asInt64(value)
    const { float, ...rest } = out
    const answer = {
      asInt64: whole === null ? null : String(whole),
      format: value.format,
      isZero: value.unscaled === 0n,
      milliValue: String(quantities.scaledValue(value, -3)),
      sign: value.unscaled > 0n ? 1 : value.unscaled < 0n ? -1 : 0,
      string: quantities.formatQuantity(value),
      value: String(quantities.scaledValue(value, 0)),
    }
    const near = Math.abs(quantities.floatValue(value) - float) <= 1e-12 * Math.abs(float)
    return difference(rest, answer) ?? (near ? null : `float: expected ${float}, got ${quantities.floatValue(value)}`)
  },
}

/** Sums, differences, comparisons of two quantities. */
export const quantityArithmetic: GoldenSet = {
  name: 'machinery/quantity-arithmetic',
  run({ in: input, out }) {
    const one = quantities.parseQuantity(input.a)
    const other = quantities.parseQuantity(input.b)
    if (!one || !other) return 'not read'
    const { value: tripled, exact } = quantities.multiplyQuantity(one, 3n)
    const cmp = quantities.compareQuantities(one, other)
    const text = quantities.formatQuantity
    return difference(out, {
      add: text(quantities.addQuantities(one, other)),
      sub: text(quantities.subtractQuantities(one, other)),
      cmp,
      equal: cmp === 0,
      mul3: text(tripled),
      mul3Exact: exact,
      neg: text(quantities.negateQuantity(one)),
      roundUp0: text(quantities.roundUpQuantity(one, 0)),
    })
  },
}
