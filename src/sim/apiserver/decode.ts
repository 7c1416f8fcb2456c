import { badRequest } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { isObject } from '../api/patch/json-values.ts'
import { Composed } from '../api/request.ts'
import type { DeleteOptions } from '../api/request-options.ts'
import { decodeObject, type BodyKind } from '../api/schema.ts'
import { accepted, refused, type Result, type Status } from '../api/status.ts'
import type { Target } from './target.ts'
import { withWarnings } from './warnings.ts'

/** Reads the body of a request as an object of the target's kind, with its defaults, meant for the place that the URL names. Of one that replaces `existing` only what is new is read. */
export function decodeBody(target: Target, body: unknown, existing?: KubernetesObject): Result<KubernetesObject> {
  const { definition, strategy, namespace, fieldValidation } = target
  const decoded = decodeObject(definition, body, fieldValidation, existing)
  if (!decoded.ok) return decoded
  const fault = definition.namespaced && namespaceFault(decoded.value.metadata.namespace, namespace)
  if (fault) return withWarnings(refused(fault), decoded.warnings)
  if (existing && isDefaulted(target, decoded.value, existing)) return decoded
  return { ...decoded, value: strategy.defaults(decoded.value) }
}

/** The same for what replaces an object: it must bear the name that the URL names. */
export function decodeReplacement(target: Target, body: unknown, existing: KubernetesObject | undefined): Result<KubernetesObject> {
  const decoded = decodeBody(target, body, existing)
  if (!decoded.ok) return decoded
  const fault = nameFault(decoded.value.metadata.name, target.name)
  return fault ? withWarnings(refused(fault), decoded.warnings) : decoded
}

/** What lies in a namespace may leave it out, and name no other than the URL does. */
export function namespaceFault(given: string | undefined, wanted: string | undefined): Status | undefined {
  return given && given !== wanted ? badRequest('the namespace of the provided object does not match the namespace sent on the request') : undefined
}

export function nameFault(given: string | undefined, wanted: string): Status | undefined {
  if (!given) return badRequest(`the name of the object (${wanted} based on URL) was undeterminable: name must be provided`)
  return given === wanted ? undefined : badRequest(`the name of the object (${given}) does not match the name on the URL (${wanted})`)
}

/** Reads the body of a DELETE: there need not be one. */
export function decodeDeleteOptions(body: unknown): Result<DeleteOptions> {
  if (body === undefined || body === null) return accepted({})
  // Every group has this kind, and means the same by it.
  const decoded = decodeAs<DeleteOptions>(deleteOptions, isObject(body) && body['kind'] === deleteOptions.kind ? { ...body, apiVersion: deleteOptions.apiVersion } : body)
  return decoded.ok || decoded.problem === undefined ? decoded : refused(badRequest(decoded.problem))
}

/** Reads a body of a kind that is never stored: a binding, a scale. */
export function decodeAs<T>(kind: BodyKind, body: unknown): Result<T> {
  return body instanceof Composed ? accepted(body.object as T) : decodeObject(kind, body, 'Ignore') as Result<T>
}

const deleteOptions: BodyKind = { group: 'meta.k8s.io', version: 'v1', apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions' }

/** Most updates leave alone what has defaults: what is stored has them already. */
function isDefaulted({ strategy: { defaulted } }: Target, sent: KubernetesObject, existing: KubernetesObject): boolean {
  return defaulted !== undefined && defaulted.every((part) => (sent as Parts)[part] === (existing as Parts)[part])
}

type Parts = KubernetesObject & Readonly<Record<string, unknown>>
