import type { GoStruct } from './go-type.ts'
import { emptyMap, isOmitted, zeroValue } from './zero-values.ts'

type Json = Readonly<Record<string, unknown>>

/** The fields of the structs that are being read, one inside the other, in one list that lasts: so reading an object makes nothing but the object. */
export class FieldStack {
  /** By the base of the struct and the index of the field; undefined: not given. */
  readonly values: unknown[] = []
  private top = 0

  /** Makes places for the fields of one more struct, and answers where they begin. */
  push(struct: GoStruct): number {
    const base = this.top
    this.top += struct.fields.length
    return base
  }

  /** The object of the values above `base`: the stored one or the given one if it says the same, else a new one. Takes the places away. */
  pop(struct: GoStruct, value: Json, given: boolean, like: Json, base: number): Json {
    const { values } = this
    const { fields } = struct
    let unchanged = given
    for (const field of struct.printing) {
      if (values[base + field.index] !== undefined) continue
      const zero = zeroValue(field)
      values[base + field.index] = zero
      // It was not given, or as null.
      if (zero !== null || value[field.name] !== null) unchanged = false
    }
    let same = true
    let printed = 0
    for (let at = 0; at < fields.length; at += 1) {
      const inner = values[base + at]
      if (inner === undefined) continue
      const field = fields[at]!
      if (isOmitted(field, inner)) {
        unchanged = false
        values[base + at] = undefined
        continue
      }
      printed += 1
      if (same && like[field.name] !== inner) same = false
    }
    const kept = same && printed > 0 && countKeys(like) === printed ? like : unchanged && Object.isFrozen(value) ? value : printed === 0 ? emptyMap : undefined
    const object = kept ? undefined : struct.blank()
    for (let at = 0; at < fields.length; at += 1) {
      const inner = values[base + at]
      if (inner === undefined) continue
      values[base + at] = undefined
      if (object) object[fields[at]!.name] = inner
    }
    this.top = base
    return kept ?? Object.freeze(object ?? {})
  }

  /** Nothing is kept of what was being read. */
  clear(): void {
    this.values.length = this.top = 0
  }
}

/** How many keys there are, without a list of them. */
export function countKeys(value: Json): number {
  let count = 0
  for (const _key in value) count += 1
  return count
}
