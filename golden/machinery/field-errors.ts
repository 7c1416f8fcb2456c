import { messageOf, type FieldError } from '../../src/sim/api/field-errors.ts'

/** A field error as the golden files write it. */
export function recordedForm(error: FieldError): unknown {
  return { type: error.type, field: error.field, ...(error.badValue !== null && { badValue: error.badValue }), detail: error.detail, message: messageOf(error) }
}
