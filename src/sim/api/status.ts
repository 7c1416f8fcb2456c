/** What the API answers when it refuses: meta/v1 Status, as on the wire. */
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Readonly<Record<string, unknown>>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: StatusReason
  readonly details?: StatusDetails
  /** HTTP status code; 0 when no answer came at all (reason `Unreachable`). */
  readonly code: number
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** Kubernetes' reasons, and our own `Unreachable`: the caller is cut off, or the server is down. */
export type StatusReason =
  | 'Unauthorized' | 'Forbidden' | 'NotFound' | 'AlreadyExists' | 'Conflict' | 'Gone' | 'Invalid' | 'ServerTimeout' | 'StoreReadError' | 'Timeout'
  | 'TooManyRequests' | 'BadRequest' | 'MethodNotAllowed' | 'NotAcceptable' | 'RequestEntityTooLarge' | 'UnsupportedMediaType' | 'InternalError'
  | 'Expired' | 'ServiceUnavailable' | 'Unreachable'

/** What a call to the API returns: branch on `ok`, or `must()` it. Warnings come with either answer, as the headers of that name. */
export type Result<T> = Accepted<T> | Refusal

export type Accepted<T> = { readonly ok: true; readonly value: T; readonly warnings?: readonly string[] }

/** `problem`: of a body that cannot be read, what is wrong with it without the words around it. */
export type Refusal = { readonly ok: false; readonly status: Status; readonly warnings?: readonly string[]; readonly problem?: string }

export function accepted<T>(value: T): Result<T> {
  return { ok: true, value }
}

export function refused(status: Status): Refusal {
  return { ok: false, status }
}

/** A refusal that a reconcile does not handle itself. Only the work queue's worker catches it, to retry with back-off. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly status: Status

  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'refused')
    this.status = status
  }
}

/** The value, or gives up by throwing the one StatusError. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new StatusError(result.status)
  return result.value
}
