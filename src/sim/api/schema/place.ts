import type { GoStruct } from './go-type.ts'

/** Where reading has come to in an object: names of fields, keys and indices, and for fields the struct that they are of. */
export class Place {
  depth = 0
  private readonly steps: (string | number)[] = []
  private readonly owners: (GoStruct | null)[] = []

  /** At this depth reading has come to a field of `owner`, or to a key or an index. */
  set(depth: number, step: string | number, owner: GoStruct | null): void {
    this.steps[depth] = step
    this.owners[depth] = owner
  }

  clear(): void {
    this.depth = this.steps.length = this.owners.length = 0
  }

  /** `spec.containers[0].name` */
  toString(): string {
    let text = ''
    for (let at = 0; at < this.depth; at += 1) {
      const step = this.steps[at] ?? ''
      text += typeof step === 'number' ? `[${step}]` : text ? `.${step}` : step
    }
    return text
  }

  /** What Go says of a value of the wrong type: it tells the place by the names of fields and of embedded structs, and by the struct that holds the last one. */
  wrongType(type: string, value: unknown): string {
    const fields: (string | number)[] = []
    let last = ''
    for (let at = 0; at < this.depth; at += 1) {
      const owner = this.owners[at]
      if (!owner) continue
      const step = this.steps[at] ?? ''
      const { embeddedIn } = owner.byName.get(String(step)) ?? {}
      fields.push(embeddedIn === undefined ? step : `${embeddedIn}.${step}`)
      last = owner.name
    }
    return `json: cannot unmarshal ${jsonName(value, type)} into Go struct field ${last}.${fields.join('.')} of type ${type}`
  }
}

/** Go quotes the number itself only where a number was wanted. */
function jsonName(value: unknown, wanted: string): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return wanted.startsWith('int') ? `number ${String(value)}` : 'number'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
