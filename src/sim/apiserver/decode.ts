import { badRequest } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { decodeObject } from '../api/schema.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import type { Target } from './target.ts'

/** Reads the body of a request as an object of the target's kind, with its defaults, meant for the place that the URL names. */
export function decodeBody(target: Target, body: unknown): Result<KubernetesObject> {
  const { definition, strategy, namespace, fieldValidation } = target
  const decoded = decodeObject(definition, body, fieldValidation)
  if (!decoded.ok) return decoded
  const given = decoded.value.metadata.namespace
  if (definition.namespaced && given && given !== namespace) return refused(badRequest('the namespace of the provided object does not match the namespace sent on the request'))
  return { ...decoded, value: strategy.defaults(decoded.value) }
}

/** The same for what replaces an object: it must bear the name that the URL names. */
export function decodeReplacement(target: Target, body: unknown, existing: KubernetesObject | undefined): Result<KubernetesObject> {
  const decoded = existing && isObject(body) ? decodeChanged(target, body, existing) : decodeBody(target, body)
  if (!decoded.ok) return decoded
  const { name } = decoded.value.metadata
  if (!name) return refused(badRequest(`the name of the object (${target.name} based on URL) was undeterminable: name must be provided`))
  if (name !== target.name) return refused(badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`))
  return decoded
}

/** Most updates change one part of an object they have read: the parts that are the stored ones are known to be well-formed. */
function decodeChanged(target: Target, body: Fields, existing: KubernetesObject): Result<KubernetesObject> {
  if (body['metadata'] !== existing.metadata) return decodeBody(target, body)
  const stored = existing as KubernetesObject & Fields
  const changed: Record<string, unknown> = {}
  const same: Record<string, unknown> = {}
  for (const key of Object.keys(body)) (typeof body[key] === 'object' && Object.hasOwn(stored, key) && body[key] === stored[key] ? same : changed)[key] = body[key]
  const decoded = decodeObject(target.definition, changed, target.fieldValidation)
  return decoded.ok ? { ...decoded, value: target.strategy.defaults({ ...decoded.value, ...same }) } : decoded
}

type Fields = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An answer with the warnings of earlier steps. */
export function withWarnings<T>(value: T, ...warnings: readonly (readonly string[] | undefined)[]): Result<T> {
  const all = warnings.flatMap((some) => some ?? [])
  return all.length > 0 ? { ok: true, value, warnings: all } : accepted(value)
}
