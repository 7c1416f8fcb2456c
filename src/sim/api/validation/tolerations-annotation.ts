// Upstream: pkg/apis/core/validation ValidateTolerationsInPodAnnotations (v1.36). Left out: how a number is written (1.0, 1e3).
import type { FieldError } from '../field-errors.ts'
import { invalid } from '../field-errors.ts'
import type { Toleration } from '../generated/types.ts'
import type { Labels } from '../objects.ts'
import { jsonKindOf, readJsonText } from '../schema/json-text.ts'
import { isInt64 } from '../schema/scalars.ts'
import { validateTolerations } from './tolerations.ts'

const tolerationsAnnotation = 'scheduler.alpha.kubernetes.io/tolerations'

/** Where tolerations stood before there was a field for them: they are judged, and tolerate nothing any more. */
export function validateTolerationsAnnotation(annotations: Labels, path: string): FieldError[] {
  const text = annotations[tolerationsAnnotation]
  if (!text) return []
  const read = readJsonText(text)
  const tolerations = read.ok ? tolerationsOf(read.value) : read.error
  return typeof tolerations === 'string' ? [invalid(path, tolerationsAnnotation, tolerations)] : validateTolerations(tolerations, `${path}.${tolerationsAnnotation}`)
}

/** Go's fields of a toleration. They have no names for JSON: encoding/json goes by these, in whatever case. */
const fields = ([['Key', 'key', 'string'], ['Operator', 'operator', 'core.TolerationOperator'], ['Value', 'value', 'string'], ['Effect', 'effect', 'core.TaintEffect'], ['TolerationSeconds', 'tolerationSeconds', 'int64']] as const)
  .map(([name, property, type]) => ({ name, property, type, pattern: new RegExp(`^${name}$`, 'iu') }))

/** What is null is as if it were not there; of values of a wrong type the first in the text is told. */
function tolerationsOf(value: unknown): readonly Toleration[] | string {
  if (value === null) return []
  if (!Array.isArray(value)) return `json: cannot unmarshal ${jsonKindOf(value)} into Go value of type []core.Toleration`
  const tolerations: Toleration[] = []
  for (const entry of value) {
    const toleration = tolerationOf(entry)
    if (typeof toleration === 'string') return toleration
    tolerations.push(toleration)
  }
  return tolerations
}

function tolerationOf(value: unknown): Toleration | string {
  const kind = jsonKindOf(value)
  if (kind !== 'object') return `json: cannot unmarshal ${kind} into Go value of type core.Toleration`
  const toleration: Record<string, unknown> = {}
  for (const [key, given] of Object.entries(value ?? {})) {
    const field = given === null ? undefined : fields.find(({ pattern }) => pattern.test(key))
    if (!field) continue
    const fault = faultOf(given, field.type)
    if (fault !== null) return `json: cannot unmarshal ${fault} into Go struct field Toleration.${field.name} of type ${field.type}`
    toleration[field.property] = given
  }
  return toleration
}

/** What cannot be read as this type; null: it can. */
function faultOf(value: unknown, type: string): string | null {
  if (typeof value !== (type === 'int64' ? 'number' : 'string')) return jsonKindOf(value)
  return typeof value === 'string' || isInt64(value) ? null : `number ${String(value)}`
}
