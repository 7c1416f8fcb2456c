// Upstream: pkg/apis/core/validation ValidatePodCreate, ValidatePodUpdate (v1.36).
import type { FieldError } from '../field-errors.ts'
import type { Pod } from '../generated/types.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'

export function validatePod(pod: Pod): FieldError[] {
  return validateObjectMeta(pod.metadata, true, nameIsDnsSubdomain)
}
export function validatePodUpdate(next: Pod, old: Pod): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validatePodStatusUpdate(next: Pod, old: Pod): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
