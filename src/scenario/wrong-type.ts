import { jsonKindOf } from '../sim/api/schema/json-text.ts'

/** What was found, and where a value of it was wanted. */
interface Wrong {
  readonly kind: string
  /** The number itself, where a whole one was wanted. */
  readonly number: string | undefined
}

/**
 * The field that a decoding error is about, `spec.containers[1].image`: `cannot unmarshal object into Go struct field Container.spec.containers.image of type string`.
 * Go leaves out indexes and keys, and names the structs that are embedded on the way, so the first such value that stands there is meant. Undefined: it is about no field.
 */
export function fieldOfWrongType(message: string, manifest: unknown): string | undefined {
  const said = /cannot unmarshal (?<kind>\w+)(?: (?<number>\S+))? into Go struct field \w+\.(?<way>\S+) of type /.exec(message)?.groups
  if (!said) return undefined
  const steps = said['way']!.split('.').filter((part) => !/^[A-Z]/.test(part))
  return search(manifest, steps, { kind: said['kind']!, number: said['number'] }, '') ?? steps.join('.')
}

function search(value: unknown, steps: readonly string[], wrong: Wrong, path: string): string | undefined {
  const [step, ...rest] = steps
  if (step === undefined) return isWrong(value, wrong) ? path : first(childrenOf(value), ([key, inner]) => (isWrong(inner, wrong) ? `${path}[${key}]` : undefined))
  if (Array.isArray(value)) return first(childrenOf(value), ([key, inner]) => search(inner, steps, wrong, `${path}[${key}]`))
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
  return search((value as Readonly<Record<string, unknown>>)[step], rest, wrong, path === '' ? step : `${path}.${step}`)
}

function isWrong(value: unknown, { kind, number }: Wrong): boolean {
  return value !== null && jsonKindOf(value) === kind && (number === undefined || String(value) === number)
}

function childrenOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

function first<T>(list: readonly T[], look: (item: T) => string | undefined): string | undefined {
  for (const item of list) {
    const found = look(item)
    if (found !== undefined) return found
  }
  return undefined
}
