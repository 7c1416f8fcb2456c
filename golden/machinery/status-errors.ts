import * as errors from '../../src/sim/api/errors.ts'
import * as fields from '../../src/sim/api/field-errors.ts'
import { validateDeleteOptions, validatePatchOptions, validateWriteOptions } from '../../src/sim/api/request-options.ts'
import type { Status } from '../../src/sim/api/status.ts'
import { difference, type GoldenSet } from '../harness.ts'
import { recordedForm } from './field-errors.ts'

/** The constructors of Status errors and of field errors, and the validation of request options. */
export const statusErrors: GoldenSet = {
  name: 'machinery/status-errors',
  run({ in: input, out }) {
    if (input.validate) return difference(out, { errors: validated(input).map(recordedForm) })
    const faults: fields.FieldError[] = (input.fieldErrors ?? []).map(fieldError)
    const status = input.constructor === 'NewInvalid' ? errors.invalid(input.groupKind, input.name, faults) : constructed(input.constructor, input.args ?? [])
    const { kind: _, apiVersion: __, ...rest } = status
    const answer = { error: status.message, status: rest, ...(input.fieldErrors ? { fieldErrors: faults.map(recordedForm) } : { reason: status.reason ?? '' }) }
    return difference(out, answer)
  },
}

interface Validated {
  readonly validate: string
  readonly patchType?: string
  readonly options: object
}

function validated({ validate, patchType, options }: Validated): fields.FieldError[] {
  if (validate === 'DeleteOptions') return validateDeleteOptions(options)
  if (validate === 'PatchOptions') return validatePatchOptions(options, patchType === 'application/apply-patch+yaml')
  return validateWriteOptions(options)
}

interface Fault {
  readonly fn: string
  readonly path: string
  readonly value?: unknown
  readonly detail?: string
  readonly supported?: string[]
  readonly max?: number
  readonly actual?: number
}

function fieldError({ fn, path, value, detail = '', supported = [], max = 0, actual = 0 }: Fault): fields.FieldError {
  // A path without an element prints like this in Go.
  const field = path || '<nil>'
  switch (fn) {
    case 'Required':
      return fields.required(field, detail)
    case 'Invalid':
      return fields.invalid(field, value, detail)
    case 'NotSupported':
      return fields.notSupported(field, value, supported)
    case 'Duplicate':
      return fields.duplicate(field, value)
    case 'Forbidden':
      return fields.forbidden(field, detail)
    case 'TooLong':
      return fields.tooLong(field, max)
    case 'TooMany':
      return fields.tooMany(field, actual < 0 ? undefined : actual, max)
    case 'TypeInvalid':
      return fields.typeInvalid(field, value, detail)
    case 'InternalError':
      return fields.internal(field, detail)
    case 'NotFound':
      return fields.notFound(field, value)
    default:
      throw new Error(`unknown constructor ${fn}`)
  }
}

// oxlint-disable-next-line no-explicit-any
function constructed(name: string, args: any[]): Status {
  const [first, second, third] = args
  switch (name) {
    case 'NewNotFound':
      return errors.notFound(resource(first), second)
    case 'NewAlreadyExists':
      return errors.alreadyExists(resource(first), second)
    case 'NewGenerateNameConflict':
      return errors.generateNameConflict(resource(first), second, third)
    case 'NewUnauthorized':
      return errors.unauthorized(first)
    case 'NewForbidden':
      return errors.forbidden(resource(first), second, third)
    case 'NewConflict':
      return errors.conflict(resource(first), second, third)
    case 'NewApplyConflict':
      return errors.applyConflict(first, second)
    case 'NewGone':
      return errors.gone(first)
    case 'NewResourceExpired':
      return errors.expired(first)
    case 'NewBadRequest':
      return errors.badRequest(first)
    case 'NewTooManyRequests':
      return errors.tooManyRequests(first, second)
    case 'NewTooManyRequestsError':
      return errors.tooManyRequestsError(first)
    case 'NewServiceUnavailable':
      return errors.serviceUnavailable(first)
    case 'NewMethodNotSupported':
      return errors.methodNotSupported(resource(first), second)
    case 'NewServerTimeout':
    case 'NewServerTimeoutForKind':
      return errors.serverTimeout(resource(first), second, third)
    case 'NewInternalError':
      return errors.internalError(first)
    case 'NewTimeoutError':
      return errors.timeout(first, second)
    case 'NewRequestEntityTooLargeError':
      return errors.requestEntityTooLarge(first)
    case 'NewGenericServerResponse':
      return errors.genericServerResponse(first, second, resource(third), args[3], args[4], args[5], args[6])
    default:
      throw new Error(`unknown constructor ${name}`)
  }
}

function resource(text: string): errors.GroupResource {
  const dot = text.indexOf('.')
  return dot < 0 ? { group: '', resource: text } : { resource: text.slice(0, dot), group: text.slice(dot + 1) }
}
