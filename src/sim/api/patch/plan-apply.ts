import type { Patched } from './json-patch.ts'
import { goText, isObject, put, sameJson, valueOf, type JsonObject } from './json-values.ts'
import { applyMergePatch } from './merge-patch.ts'
import { patchTypeOf } from './patch-schema.ts'
import { diffObjects } from './strategic-diff.ts'
import { guarded, mergeObjects } from './strategic-merge-patch.ts'

/** What names a kind. */
export interface KindName {
  readonly apiVersion: string
  readonly kind: string
}

/**
 * What `kubectl apply` sends: what the manifest adds to or changes in the live object, and what was applied last time and is gone from the manifest.
 * Whatever others set meanwhile stays. An empty patch: nothing to do.
 */
export function planApply(lastApplied: JsonObject | undefined, manifest: JsonObject, live: JsonObject, kind: KindName): Patched {
  const type = patchTypeOf(kind.apiVersion, kind.kind)
  return checked(guarded(() => {
    const changes = diffObjects(live, manifest, type, { additions: true, deletions: false })
    const deletions = diffObjects(lastApplied ?? {}, manifest, type, { additions: false, deletions: true })
    return mergeObjects(deletions, changes, type, { carriesOut: false })
  }))
}

/** The same as a JSON merge patch, for kinds whose lists nobody knows how to merge. */
export function planCustomApply(lastApplied: JsonObject | undefined, manifest: JsonObject, live: JsonObject): Patched {
  const changes = filtered(mergeDiff(live, manifest), false)
  const deletions = filtered(mergeDiff(lastApplied ?? {}, manifest), true)
  return checked(applyMergePatch(deletions, changes))
}

/** What `kubectl edit`, `label` and the like send: the patch that makes one version of the other. */
export function planEdit(before: JsonObject, after: JsonObject, kind: KindName): Patched {
  const type = patchTypeOf(kind.apiVersion, kind.kind)
  return checked(guarded(() => diffObjects(before, after, type, { additions: true, deletions: true })))
}

/** A patch may not make another object of it. */
function checked(patch: Patched): Patched {
  if (!patch.ok || !isObject(patch.value)) return patch
  const metadata = valueOf(patch.value, 'metadata')
  const renames = isObject(metadata) && Object.hasOwn(metadata, 'name')
  if (!renames && !Object.hasOwn(patch.value, 'apiVersion') && !Object.hasOwn(patch.value, 'kind')) return patch
  return { ok: false, error: `precondition failed for: ${goText(patch.value)}` }
}

/** The JSON merge patch that makes `modified` of `original`. */
function mergeDiff(original: JsonObject, modified: JsonObject): JsonObject {
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(modified)) {
    const value = modified[key]
    const before = valueOf(original, key)
    if (isObject(before) && isObject(value)) {
      const inner = mergeDiff(before, value)
      if (Object.keys(inner).length > 0) put(patch, key, inner)
    } else if (!sameJson(before, value)) put(patch, key, value)
  }
  for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) put(patch, key, null)
  return patch
}

/** Only the deletions of a merge patch, or only the rest. An empty object that is set is a value, not an empty patch. */
function filtered(patch: JsonObject, deletions: boolean): JsonObject {
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    if (isObject(value) && Object.keys(value).length > 0) {
      const inner = filtered(value, deletions)
      if (Object.keys(inner).length > 0) put(result, key, inner)
    } else if ((value === null) === deletions) put(result, key, value)
  }
  return result
}
