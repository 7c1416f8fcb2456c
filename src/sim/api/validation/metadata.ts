// Upstream: pkg/apis/core/validation ValidateObjectMeta (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { invalid } from '../field-errors.ts'
import type { ObjectMeta } from '../generated/types.ts'
import * as machinery from '../metadata.ts'
import { nameIsPathSegment, type NameCheck } from '../names.ts'

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

/** The metadata of a new object of a built-in kind: besides the general rules, finalizers must be standard ones or carry a domain. */
export function validateObjectMeta(meta: ObjectMeta, namespaced: boolean, checkName: NameCheck): FieldError[] {
  const faults = machinery.validateObjectMeta(meta, namespaced, checkName)
  if (meta.finalizers) addAll(faults, validateFinalizerNames(meta))
  return faults
}

/** The metadata of an updated object of a built-in kind. */
export function validateObjectMetaUpdate(next: ObjectMeta, old: ObjectMeta): FieldError[] {
  if (isUntouched(next, old)) return []
  return [...machinery.validateObjectMetaUpdate(next, old), ...validateFinalizerNames(next)]
}

/** What the registry checks of every update of every kind, before the kind's own rules (rest.BeforeUpdate). */
export function validateCommonFields(next: ObjectMeta, old: ObjectMeta, namespaced: boolean): FieldError[] {
  if (isUntouched(next, old)) return []
  return [...machinery.validateObjectMeta(next, namespaced, nameIsPathSegment), ...machinery.validateObjectMetaUpdate(next, old)]
}

const shared = [
  'name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields',
] as const

/** Shared with an object that was judged already: what heartbeats and status updates send. */
export function isUntouched(next: ObjectMeta, old: ObjectMeta): boolean {
  return next === old || (shared.every((field) => next[field] === old[field]) && (next.generation ?? 0) >= (old.generation ?? 0) && Boolean(next.resourceVersion))
}

function validateFinalizerNames(meta: ObjectMeta): FieldError[] {
  return (meta.finalizers ?? []).flatMap((finalizer, at) => checkStandardFinalizer(`metadata.finalizers[${at}]`, finalizer))
}

/** A finalizer without a domain must be one that Kubernetes knows. */
export function checkStandardFinalizer(path: string, finalizer: string): FieldError[] {
  return finalizer.includes('/') || standardFinalizers.has(finalizer) ? [] : [invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')]
}
