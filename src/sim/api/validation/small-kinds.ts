// Upstream: pkg/apis/{discovery,coordination}/validation, pkg/apis/core/validation/events.go (v1.36).
import type { FieldError } from '../field-errors.ts'
import type { EndpointSlice, Event, Lease } from '../generated/types.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'

export function validateEndpointSlice(slice: EndpointSlice): FieldError[] {
  return validateObjectMeta(slice.metadata, true, nameIsDnsSubdomain)
}
export function validateEndpointSliceUpdate(next: EndpointSlice, old: EndpointSlice): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateLease(lease: Lease): FieldError[] {
  return validateObjectMeta(lease.metadata, true, nameIsDnsSubdomain)
}
export function validateLeaseUpdate(next: Lease, old: Lease): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateEvent(event: Event): FieldError[] {
  return validateObjectMeta(event.metadata, true, nameIsDnsSubdomain)
}
export function validateEventUpdate(_next: Event, _old: Event): FieldError[] {
  return []
}
