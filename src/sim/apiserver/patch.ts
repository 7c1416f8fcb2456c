// Upstream: apiserver/pkg/endpoints/handlers/patch.go (v1.36). Left out: server-side apply.
import { badRequest, genericServerResponse, invalid, notFound, requestEntityTooLarge } from '../api/errors.ts'
import { invalid as invalidField } from '../api/field-errors.ts'
import { goJson } from '../api/go-text.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { applyJsonPatch, readOperations, type Patched } from '../api/patch/json-patch.ts'
import { applyMergePatch } from '../api/patch/merge-patch.ts'
import { patchTypeOf } from '../api/patch/patch-schema.ts'
import { applyStrategicPatch } from '../api/patch/strategic-merge-patch.ts'
import type { PatchType } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'
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
  const patched = applyPatch(existing, type, body, existing)
  if (!patched.ok) return patched
  const decoded = decodeReplacement(target, patched.value, existing)
  if (decoded.ok) return withWarnings(replace(target, decoded.value, existing, rules), decoded.warnings)
  // A document that cannot be read any more is the fault of the patch.
  const [, problem] = decoded.status.message?.split(` cannot be handled as a ${definition.kind}: `) ?? []
  if (problem === undefined) return decoded
  return refused(invalid({ group: '', kind: '' }, '', [invalidField('patch', goJson(patched.value), problem)]))
}

/** What the patch makes of a document of a kind, before anybody has looked at whether that makes sense. */
export function applyPatch(of: Pick<KubernetesObject, 'apiVersion' | 'kind'>, type: PatchType, body: unknown, document: unknown): Result<unknown> {
  switch (type) {
    case 'json': {
      const operations = readOperations(body)
      if (!operations.ok) return refused(badRequest(`error decoding patch: ${operations.error}`))
      const count = operations.value.length
      if (count > mostOperations) return refused(requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${mostOperations}, got ${count}`))
      const patched = applyJsonPatch(document, operations.value)
      return patched.ok ? accepted(patched.value) : refused(genericServerResponse(422, '', { group: '', resource: '' }, '', patched.error, 0, false))
    }
    case 'merge':
      return resultOf(applyMergePatch(document, body))
    case 'strategic':
      return resultOf(applyStrategicPatch(patchTypeOf(of.apiVersion, of.kind), document, body))
  }
}

function resultOf(patched: Patched): Result<unknown> {
  return patched.ok ? accepted(patched.value) : refused(badRequest(patched.error))
}
