import { causeOf, messageOf, type FieldError } from './field-errors.ts'
import { quoted } from './go-text.ts'
import type { Status, StatusCause, StatusDetails, StatusReason } from './status.ts'

/** What a message names: a resource of a group, known to us or not. */
export interface GroupResource {
  readonly group: string
  readonly resource: string
}

export interface GroupKind {
  readonly group: string
  readonly kind: string
}

/** 404: there is no such object. */
export function notFound(resource: GroupResource, name: string): Status {
  return failure(404, 'NotFound', `${shown(resource)} ${quoted(name)} not found`, detailsOf(resource, name))
}

/** 409: the name is taken. */
export function alreadyExists(resource: GroupResource, name: string): Status {
  return failure(409, 'AlreadyExists', `${shown(resource)} ${quoted(name)} already exists`, detailsOf(resource, name))
}

/** 409: every name drawn from a generateName was taken. */
export function generateNameConflict(resource: GroupResource, name: string, retryAfterSeconds: number): Status {
  const message = `${shown(resource)} ${quoted(name)} already exists, the server was not able to generate a unique name for the object`
  return failure(409, 'AlreadyExists', message, { ...detailsOf(resource, name), ...retryAfter(retryAfterSeconds) })
}

/** 401: nobody knows who asks. */
export function unauthorized(message: string): Status {
  return failure(401, 'Unauthorized', message || 'not authorized')
}

/** 403: who asks is known and may not; also what admission refuses. */
export function forbidden(resource: GroupResource, name: string, reason: string): Status {
  const subject = resource.resource === '' ? 'forbidden: ' : name === '' ? `${shown(resource)} is forbidden: ` : `${shown(resource)} ${quoted(name)} is forbidden: `
  return failure(403, 'Forbidden', subject + reason, detailsOf(resource, name))
}

/** 409: the object has changed since it was read. */
export function conflict(resource: GroupResource, name: string, reason: string): Status {
  return failure(409, 'Conflict', `Operation cannot be fulfilled on ${shown(resource)} ${quoted(name)}: ${reason}`, detailsOf(resource, name))
}

/** The reason of a conflict over resourceVersion, word for word. */
export const modifiedMessage = 'the object has been modified; please apply your changes to the latest version and try again'

/** 409: server-side apply meets fields that others own. */
export function applyConflict(causes: readonly StatusCause[], message: string): Status {
  return failure(409, 'Conflict', message, { causes })
}

/** 410: it was here and will not come back. */
export function gone(message: string): Status {
  return failure(410, 'Gone', message)
}

/** 410: a resource version or a continue token that is too old to be served. */
export function expired(message: string): Status {
  return failure(410, 'Expired', message)
}

/** So many faults of an object are told one by one: a stranger's may have a million. */
const mostFaults = 1000

/** 422: the object breaks the rules of its kind. Equal faults are said once and listed as often as they were found. */
export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): Status {
  const told = errors.length > mostFaults ? errors.slice(0, mostFaults) : errors
  const messages = [...new Set(told.map(messageOf))]
  if (told !== errors) messages.push(`and ${errors.length - mostFaults} more`)
  const faults = messages.length === 0 ? '' : `: ${messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`}`
  const qualified = kind.group ? `${kind.kind}.${kind.group}` : kind.kind
  const details = { ...detailsOf({ group: kind.group, resource: kind.kind }, name), causes: told.map(causeOf) }
  return failure(422, 'Invalid', `${qualified} ${quoted(name)} is invalid${faults}`, details)
}

/** 400: the request makes no sense. */
export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message)
}

/** 429: the client should come back after `retryAfterSeconds`; also an eviction that a disruption budget forbids for now. */
export function tooManyRequests(message: string, retryAfterSeconds: number): Status {
  return failure(429, 'TooManyRequests', message, retryAfter(retryAfterSeconds))
}

/** 429 without a word about when to come back. */
export function tooManyRequestsError(message: string): Status {
  return failure(429, 'TooManyRequests', `Too many requests: ${message}`)
}

/** 503: the server, or what stands behind it, cannot answer now. */
export function serviceUnavailable(message: string): Status {
  return failure(503, 'ServiceUnavailable', message)
}

/** 405: the resource does not have this verb. */
export function methodNotSupported(resource: GroupResource, action: string): Status {
  return failure(405, 'MethodNotAllowed', `${action} is not supported on resources of kind ${quoted(shown(resource))}`, detailsOf(resource, ''))
}

/** 405: the path is there, but not for this method; said before anybody has looked what it is about. */
export function methodNotAllowed(): Status {
  return genericServerResponse(405, '', { group: '', resource: '' }, '', '', 0, false)
}

/** 500: an error that upstream's server passes on as it is: it has neither reason nor details. */
export function unexplained(message: string): Status {
  return failure(500, undefined, message)
}

/** 500: the client chose the version of what is not there yet; storage.ErrResourceVersionSetOnCreate has neither reason nor details. */
export function versionSetOnCreate(): Status {
  return unexplained('resourceVersion should not be set on objects to be created')
}

/** 500: could not be done in time, and nothing was changed. */
export function serverTimeout(resource: GroupResource, operation: string, retryAfterSeconds: number): Status {
  const message = `The ${operation} operation against ${shown(resource)} could not be completed at this time, please try again.`
  return failure(500, 'ServerTimeout', message, { ...detailsOf(resource, operation), ...retryAfter(retryAfterSeconds) })
}

/** 504: took too long, and nobody knows whether it was done. */
export function timeout(message: string, retryAfterSeconds: number): Status {
  return failure(504, 'Timeout', `Timeout: ${message}`, retryAfter(retryAfterSeconds))
}

/** 500: the server failed. */
export function internalError(message: string): Status {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
}

/** 413: the body, or the number of operations in it, is too large. */
export function requestEntityTooLarge(message: string): Status {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`)
}

/** No answer at all: the caller is cut off from `address`, or nobody listens there. */
export function unreachable(address: string): Status {
  return failure(0, 'Unreachable', `dial tcp ${address}: connect: connection refused`)
}

/** No answer in time: what was asked for may have been done. */
export function noAnswer(address: string): Status {
  return failure(0, 'Unreachable', `https://${address}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`)
}

/** What a client makes of an answer that is not a Status, and the server of a JSON patch that cannot be applied. */
export function genericServerResponse(
  code: number, verb: string, resource: GroupResource, name: string, serverMessage: string, retryAfterSeconds: number, unexpected: boolean,
): Status {
  const [reason, message] = genericMeaning(code, verb, serverMessage)
  const about = resource.resource === '' ? '' : ` (${verb.toLowerCase()} ${shown(resource)}${name ? ` ${name}` : ''})`
  const causes = unexpected ? { causes: [{ reason: 'UnexpectedServerResponse', ...(serverMessage && { message: serverMessage }) }] } : {}
  return failure(code, reason, message + about, { ...detailsOf(resource, name), ...causes, ...retryAfter(retryAfterSeconds) })
}

function genericMeaning(code: number, verb: string, serverMessage: string): [StatusReason | undefined, string] {
  switch (code) {
    case 400:
      return ['BadRequest', 'the server rejected our request for an unknown reason']
    case 401:
      return ['Unauthorized', 'the server has asked for the client to provide credentials']
    case 403:
      return ['Forbidden', serverMessage]
    case 404:
      return ['NotFound', 'the server could not find the requested resource']
    case 405:
      return ['MethodNotAllowed', 'the server does not allow this method on the requested resource']
    case 406:
      return ['NotAcceptable', serverMessage && serverMessage !== 'unknown' ? serverMessage : 'the server was unable to respond with a content type that the client supports']
    case 409:
      return [verb === 'POST' ? 'AlreadyExists' : 'Conflict', 'the server reported a conflict']
    case 415:
      return ['UnsupportedMediaType', serverMessage]
    case 422:
      return ['Invalid', 'the server rejected our request due to an error in our request']
    case 429:
      return ['TooManyRequests', 'the server has received too many requests and has asked us to try again later']
    case 503:
      return ['ServiceUnavailable', 'the server is currently unable to handle the request']
    case 504:
      return ['Timeout', 'the server was unable to return a response in the time allotted, but may still be processing the request']
    default:
      if (code >= 500) return ['InternalError', `an error on the server (${quoted(serverMessage)}) has prevented the request from succeeding`]
      return [undefined, `the server responded with the status code ${code} but did not return more information`]
  }
}

function failure(code: number, reason: StatusReason | undefined, message: string, details?: StatusDetails): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, ...(reason && { reason }), ...(details && { details }), code }
}

function shown(resource: GroupResource): string {
  return resource.group ? `${resource.resource}.${resource.group}` : resource.resource
}

function detailsOf({ group, resource }: GroupResource, name: string): StatusDetails {
  return { ...(name && { name }), ...(group && { group }), ...(resource && { kind: resource }) }
}

function retryAfter(seconds: number): StatusDetails {
  return seconds > 0 ? { retryAfterSeconds: seconds } : {}
}
