// Upstream: pkg/apis/core/validation ValidateServiceCreate (v1.36).
import type { FieldError } from '../field-errors.ts'
import type { Service } from '../generated/types.ts'
import { nameIsDnsLabel } from '../names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'

export function validateService(service: Service): FieldError[] {
  return validateObjectMeta(service.metadata, true, nameIsDnsLabel)
}
export function validateServiceUpdate(next: Service, old: Service): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateServiceStatusUpdate(next: Service, old: Service): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
