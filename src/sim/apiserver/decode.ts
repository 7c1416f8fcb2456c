import { badRequest } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { isObject } from '../api/patch/json-values.ts'
import { Composed } from '../api/request.ts'
import type { DeleteOptions } from '../api/request-options.ts'
import { decodeObject, type BodyKind } from '../api/schema.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import type { Target } from './target.ts'

/** Reads the body of a request as an object of the target's kind, with its defaults, meant for the place that the URL names. Of one that replaces `existing` only what is new is read. */
export function decodeBody(target: Target, body: unknown, existing?: KubernetesObject): Result<KubernetesObject> {
  const { definition, strategy, namespace, fieldValidation } = target
  const decoded = decodeObject(definition, body, fieldValidation, existing)
  if (!decoded.ok) return decoded
  const given = decoded.value.metadata.namespace
  if (definition.namespaced && given && given !== namespace) return refused(badRequest('the namespace of the provided object does not match the namespace sent on the request'))
  if (existing && isDefaulted(target, decoded.value, existing)) return decoded
  return { ...decoded, value: strategy.defaults(decoded.value) }
}

/** The same for what replaces an object: it must bear the name that the URL names. */
export function decodeReplacement(target: Target, body: unknown, existing: KubernetesObject | undefined): Result<KubernetesObject> {
  const decoded = decodeBody(target, body, existing)
  if (!decoded.ok) return decoded
  const { name } = decoded.value.metadata
  if (!name) return refused(badRequest(`the name of the object (${target.name} based on URL) was undeterminable: name must be provided`))
  if (name !== target.name) return refused(badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`))
  return decoded
}

/** Reads the body of a DELETE: there need not be one. */
export function decodeDeleteOptions(body: unknown): Result<DeleteOptions> {
  if (body === undefined || body === null) return accepted({})
  // Every group has this kind, and means the same by it.
  return decodeAs(deleteOptions, isObject(body) ? { ...body, apiVersion: deleteOptions.apiVersion } : body)
}

/** Reads a body of a kind that is never stored: a binding, a scale. */
export function decodeAs<T>(kind: BodyKind, body: unknown): Result<T> {
  return body instanceof Composed ? accepted(body.object as T) : decodeObject(kind, body, 'Ignore') as Result<T>
}

const deleteOptions: BodyKind = { group: '', version: 'v1', apiVersion: 'v1', kind: 'DeleteOptions' }

/** Most updates leave alone what has defaults: what is stored has them already. */
function isDefaulted({ strategy: { defaulted } }: Target, sent: KubernetesObject, existing: KubernetesObject): boolean {
  return defaulted !== undefined && defaulted.every((part) => (sent as Parts)[part] === (existing as Parts)[part])
}

type Parts = KubernetesObject & Readonly<Record<string, unknown>>
