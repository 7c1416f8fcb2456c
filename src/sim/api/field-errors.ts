import { goJson, quoted } from './go-text.ts'
import type { StatusCause } from './status.ts'

/** The kinds of fault a field can have, by the reason that a Status cause carries. */
export type FieldErrorType =
  | 'FieldValueNotFound' | 'FieldValueRequired' | 'FieldValueDuplicate' | 'FieldValueInvalid' | 'FieldValueNotSupported' | 'FieldValueForbidden'
  | 'FieldValueTooLong' | 'FieldValueTooMany' | 'InternalError' | 'FieldValueTypeInvalid'

/** One fault of one field of an object that was sent. */
export interface FieldError {
  readonly type: FieldErrorType
  /** `spec.containers[0].name` */
  readonly field: string
  /** What stood there; undefined when it is not shown. */
  readonly badValue?: unknown
  readonly detail: string
}

/** A field that must be there is not. */
export function required(field: string, detail: string): FieldError {
  return { type: 'FieldValueRequired', field, badValue: '', detail }
}

/** A value that breaks a rule; `detail` says which. */
export function invalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, badValue: badValue ?? null, detail }
}

/** A value outside an enumeration. */
export function notSupported(field: string, badValue: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length > 0 ? `supported values: ${supported.map(quoted).join(', ')}` : ''
  return { type: 'FieldValueNotSupported', field, badValue: badValue ?? null, detail }
}

/** A value that may stand only once. */
export function duplicate(field: string, badValue: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, badValue, detail: '' }
}

/** A field that may not be set, or not be changed, here. */
export function forbidden(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, badValue: '', detail }
}

/** A text of more than `max` bytes. */
export function tooLong(field: string, max: number): FieldError {
  return { type: 'FieldValueTooLong', field, badValue: '<value omitted>', detail: `may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}` }
}

/** A list of more than `max` items; without `actual` the number that came is not shown. */
export function tooMany(field: string, actual: number | undefined, max: number): FieldError {
  return { type: 'FieldValueTooMany', field, badValue: actual, detail: `must have at most ${max} ${max === 1 ? 'item' : 'items'}` }
}

/** A value of the wrong type altogether. */
export function typeInvalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'FieldValueTypeInvalid', field, badValue, detail }
}

/** The check itself could not be made. */
export function internal(field: string, detail: string): FieldError {
  return { type: 'InternalError', field, badValue: null, detail }
}

/** A reference to something that does not exist. */
export function notFound(field: string, badValue: unknown): FieldError {
  return { type: 'FieldValueNotFound', field, badValue, detail: '' }
}

/** The whole sentence: `spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
export function messageOf(error: FieldError): string {
  return `${error.field}: ${bodyOf(error)}`
}

/** The fault as a Status lists it under `details.causes`. */
export function causeOf(error: FieldError): StatusCause {
  return { reason: error.type, message: bodyOf(error), field: error.field }
}

const titles: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
}

/** These never show the value. */
const valueless: ReadonlySet<FieldErrorType> = new Set(['FieldValueRequired', 'FieldValueForbidden', 'FieldValueTooLong', 'InternalError', 'FieldValueTypeInvalid'])

function bodyOf({ type, badValue, detail }: FieldError): string {
  const title = titles[type]
  const shown = valueless.has(type) || badValue === undefined ? title : `${title}: ${shownValue(badValue)}`
  return detail ? `${shown}: ${detail}` : shown
}

function shownValue(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return goJson(value)
}
