import { deepFreeze } from '../objects.ts'
import { semanticEqual } from '../semantic.ts'

/**
 * A pure function of an object that remembers its answers by the identity of frozen inputs: the thousandth pod of a template gets the very spec that the first got.
 * The answers are frozen when the input is, so that they can be shared.
 */
export function memoized<T extends object, R = T>(derive: (input: T) => R): (input: T) => R {
  const known = new WeakMap<T, R>()
  return (input) => {
    if (!Object.isFrozen(input)) return derive(input)
    const answer = known.get(input)
    if (answer !== undefined) return answer
    const result = derive(input)
    // What is complete already keeps its identity, so that an update of something else changes nothing here.
    const derived = semanticEqual(result, input) ? (input as T & R) : deepFreeze(result)
    known.set(input, derived)
    return derived
  }
}
