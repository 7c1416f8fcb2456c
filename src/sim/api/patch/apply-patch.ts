import type { PatchType } from '../request.ts'
import { applyJsonPatch, readOperations } from './json-patch.ts'
import { isDeeperThan } from './json-values.ts'
import { applyMergePatch } from './merge-patch.ts'
import { patchTypeOf } from './patch-schema.ts'
import { applyStrategicPatch } from './strategic-merge-patch.ts'

/** maxJSONPatchOperations of the API server. */
export const mostOperations = 10_000
/** How deep documents and patches may be nested: recursion is bounded. */
const mostLevels = 64

/**
 * What a patch makes of a document, or why it makes nothing of it: `undecodable` is no patch of this type, `tooMany` has too many operations,
 * `inapplicable` does not fit the document.
 */
export type AppliedPatch =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: 'undecodable' | 'tooMany' | 'inapplicable'; readonly error: string }

/** Applies a patch of any type to a document of a kind. The document is not changed; what the patch does not touch is shared with the result. */
export function applyPatch(type: PatchType, kind: { readonly apiVersion: string; readonly kind: string }, original: unknown, patch: unknown): AppliedPatch {
  if (isDeeperThan(patch, mostLevels)) return { ok: false, fault: 'undecodable', error: 'exceeded max depth' }
  const applied = patched(type, kind, original, patch)
  return applied.ok && isDeeperThan(applied.value, 2 * mostLevels) ? { ok: false, fault: 'inapplicable', error: 'exceeded max depth' } : applied
}

function patched(type: PatchType, kind: { readonly apiVersion: string; readonly kind: string }, original: unknown, patch: unknown): AppliedPatch {
  switch (type) {
    case 'json': {
      const operations = readOperations(patch)
      if (!operations.ok) return { ...operations, fault: 'undecodable' }
      const count = operations.value.length
      if (count > mostOperations) return { ok: false, fault: 'tooMany', error: `The allowed maximum operations in a JSON patch is ${mostOperations}, got ${count}` }
      const result = applyJsonPatch(original, operations.value)
      return result.ok ? result : { ...result, fault: 'inapplicable' }
    }
    case 'merge': {
      const result = applyMergePatch(original, patch)
      return result.ok ? result : { ...result, fault: 'undecodable' }
    }
    case 'strategic': {
      const result = applyStrategicPatch(patchTypeOf(kind.apiVersion, kind.kind), original, patch)
      return result.ok ? result : { ...result, fault: 'inapplicable' }
    }
  }
}
