// Upstream: apiserver/pkg/endpoints/handlers/patch.go (v1.36). Left out: server-side apply.
import { badRequest, genericServerResponse, notFound, requestEntityTooLarge } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { PatchType } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { readObject } from './core.ts'
import { decodeReplacement } from './decode.ts'
import type { Target } from './target.ts'
import { replace, type UpdateRules } from './update.ts'

/** maxJSONPatchOperations. */
const mostOperations = 10_000

/** PATCH: the stored object with the patch applied, sent as if by PUT. What is not there cannot be patched. */
export function patch(target: Target, type: PatchType, body: unknown, rules: UpdateRules): Result<KubernetesObject> {
  const { core, definition, namespace, name } = target
  const existing = readObject(core, definition, namespace, name)
  if (!existing) return refused(notFound(definition, name))
  const patched = applyPatch(target, type, body, existing)
  if (!patched.ok) return patched
  const decoded = decodeReplacement(target, patched.value)
  if (!decoded.ok) return decoded
  return replace(target, decoded.value, existing, rules, decoded.warnings)
}

/** What the patch makes of a document, before anybody has looked at whether that makes sense. */
export function applyPatch(_target: Target, type: PatchType, body: unknown, document: unknown): Result<unknown> {
  switch (type) {
    case 'json': {
      if (!Array.isArray(body)) return refused(badRequest(`error decoding patch: json: cannot unmarshal ${goKind(body)} into Go value of type []handlers.jsonPatchOp`))
      if (body.length > mostOperations) return refused(requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${mostOperations}, got ${body.length}`))
      return accepted(document)
    }
    case 'merge':
      return accepted(mergePatch(document, body))
    case 'strategic':
      return accepted(mergePatch(document, body))
  }
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value
}

void genericServerResponse

function mergePatch(document: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change
  const base = typeof document === 'object' && document !== null && !Array.isArray(document) ? (document as Record<string, unknown>) : {}
  const merged = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(change)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}
