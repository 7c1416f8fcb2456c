// Upstream: apiserver/pkg/endpoints/handlers/patch.go (v1.36). Left out: server-side apply.
import { badRequest, genericServerResponse, invalid, notFound, requestEntityTooLarge, unexplained } from '../api/errors.ts'
import { invalid as invalidField } from '../api/field-errors.ts'
import { goJson } from '../api/go-text.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { applyJsonPatch, readOperations, unknownFieldsOf, type Patched } from '../api/patch/json-patch.ts'
import { goText, isObject, jsonType, type JsonObject } from '../api/patch/json-values.ts'
import { applyMergePatch } from '../api/patch/merge-patch.ts'
import { patchTypeOf } from '../api/patch/patch-schema.ts'
import { applyStrategicPatch } from '../api/patch/strategic-merge-patch.ts'
import type { PatchType } from '../api/request.ts'
import type { BodyKind, FieldValidation } from '../api/schema.ts'
import { restore } from '../api/schema/restore.ts'
import { accepted, refused, type Accepted, type Result, type Status } from '../api/status.ts'
import { readObject } from './core.ts'
import { decodeReplacement } from './decode.ts'
import type { Target } from './target.ts'
import { replace, type UpdateRules } from './update.ts'
import { withWarnings } from './warnings.ts'

/** maxJSONPatchOperations. */
const mostOperations = 10_000

/** PATCH: the stored object with the patch applied, sent as if by PUT. What is not there cannot be patched. */
export function patch(target: Target, type: PatchType, body: unknown, rules: UpdateRules): Result<KubernetesObject> {
  const { core, definition, namespace, name } = target
  const existing = readObject(core, definition, namespace, name)
  if (!existing) return refused(notFound(definition, name))
  const patched = applyPatch(existing, type, body, existing, target.fieldValidation)
  if (!patched.ok) return patched
  const decoded = readPatched(definition, target.fieldValidation, type, body, patched, (document, fieldValidation) => decodeReplacement({ ...target, fieldValidation }, document, existing))
  return decoded.ok ? withWarnings(replace(target, decoded.value, existing, rules), decoded.warnings) : decoded
}

/**
 * Reads what a patch has made of a document: one that cannot be read any more is the fault of the patch. After a strategic merge patch upstream never makes
 * JSON of it again: other faults are found, and what it says of apiVersion and kind does not count.
 */
export function readPatched<T>({ apiVersion, kind }: BodyKind, validation: FieldValidation, type: PatchType, body: unknown, { value: document, warnings: ofPatch = [] }: Accepted<unknown>, read: (document: unknown, validation: FieldValidation) => Result<T>): Result<T> {
  const lenient = validation === 'Ignore' ? validation : 'Warn'
  const isStrategic = type === 'strategic'
  let decoded = read(document, lenient)
  if (!decoded.ok && decoded.problem !== undefined) {
    if (!isStrategic) return refused(unreadable(goJson(document), decoded.problem))
    const restored = restore(kind, document as JsonObject)
    if (!restored.ok) return refused(unreadable(goText(body), restored.error))
    decoded = read({ ...restored.value, apiVersion, kind }, lenient)
  }
  const { warnings = [] } = decoded
  if (warnings.length + ofPatch.length === 0) return decoded
  const unknown = isStrategic ? [...warnings].sort() : [...ofPatch, ...warnings]
  return validation === 'Strict' ? refused(unreadable(isStrategic ? goText(body) : goJson(document), `strict decoding error: ${unknown.join(', ')}`)) : { ...decoded, warnings: unknown }
}

function unreadable(shown: string, problem: string): Status {
  return invalid({ group: '', kind: '' }, '', [invalidField('patch', shown, problem)])
}

/** What the patch makes of a document of a kind, before anybody has looked at whether that makes sense; with warnings about the patch itself. */
export function applyPatch(of: Pick<KubernetesObject, 'apiVersion' | 'kind'>, type: PatchType, body: unknown, document: unknown, validation: FieldValidation): Result<unknown> {
  switch (type) {
    case 'json': {
      const unknown = validation === 'Ignore' ? noUnknownFields : unknownFieldsOf(body)
      if (!unknown.ok) return refused(badRequest(`error decoding patch: ${unknown.error}`))
      const operations = readOperations(body)
      if (!operations.ok) return refused(badRequest(operations.error))
      const count = operations.value.length
      if (count > mostOperations) return refused(requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${mostOperations}, got ${count}`))
      const patched = applyJsonPatch(document, operations.value)
      if (!patched.ok) return refused(genericServerResponse(422, '', { group: '', resource: '' }, '', patched.error, 0, false))
      return withWarnings(accepted(patched.value), unknown.value.map((field) => `json patch unknown field "${field}"`))
    }
    case 'merge':
      if (validation !== 'Ignore' && body !== null && !isObject(body)) return refused(badRequest(`error decoding patch: ${noMap(body)}`))
      return resultOf(applyMergePatch(document, body))
    case 'strategic':
      if (body !== null && !isObject(body)) return refused(badRequest(noMap(body)))
      return resultOf(applyStrategicPatch(patchTypeOf(of.apiVersion, of.kind), document, body))
  }
}

const noUnknownFields = { ok: true, value: [] } as const

function noMap(body: unknown): string {
  return `json: cannot unmarshal ${jsonType(body)} into Go value of type map[string]interface {}`
}

/** Which faults are the patch's upstream knows by their texts: others it takes for its own. */
function resultOf(patched: Patched): Result<unknown> {
  if (patched.ok) return accepted(patched.value)
  if (badPatches.has(patched.error)) return refused(badRequest(patched.error))
  return refused(unprocessable.has(patched.error) ? genericServerResponse(422, '', { group: '', resource: '' }, '', patched.error, 0, false) : unexplained(patched.error))
}

const badPatches: ReadonlySet<string> = new Set([
  'Invalid JSON Patch', 'invalid JSON document', 'invalid patch format of primitive list', 'invalid patch format of retainKeys', 'invalid patch format of setElementOrder list',
  'strategic merge patch format is not supported',
])

const unprocessable: ReadonlySet<string> = new Set(['lists of lists are not supported', "patch content doesn't match retainKeys list"])
