import type { FieldError } from '../field-errors.ts'
import { invalid, notSupported, required } from '../field-errors.ts'
import { checkDns1123Label, checkDns1123Subdomain, checkPortName, checkPortNumber, checkQualifiedName } from '../names.ts'

/** One fault of `value` for each message. */
export function faultsOf(path: string, value: unknown, messages: readonly string[]): FieldError[] {
  return messages.length === 0 ? [] : messages.map((message) => invalid(path, value, message))
}

export function checkLabel(path: string, value: string): FieldError[] {
  return faultsOf(path, value, checkDns1123Label(value))
}

export function checkSubdomain(path: string, value: string): FieldError[] {
  return faultsOf(path, value, checkDns1123Subdomain(value))
}

export function checkQualified(path: string, value: string): FieldError[] {
  return faultsOf(path, value, checkQualifiedName(value))
}

export function checkNonNegative(path: string, value: number | undefined): FieldError[] {
  return (value ?? 0) < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : []
}

/** A value that must be there and be one of a few; `supported` in the order in which the message lists them. */
export function checkChoice(path: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (!value) return [required(path, '')]
  return supported.includes(value) ? [] : [notSupported(path, value, supported)]
}

/** A value that may be missing, else is one of a few. */
export function checkOptionalChoice(path: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(path, value, supported)]
}

export function checkRequired(path: string, value: string | undefined): FieldError[] {
  return value ? [] : [required(path, '')]
}

/** A port by number or by name. */
export function checkPort(path: string, port: number | string | undefined): FieldError[] {
  return typeof port === 'string' ? faultsOf(path, port, checkPortName(port)) : faultsOf(path, port ?? 0, checkPortNumber(port ?? 0))
}

/** The permissions of a file. */
export function checkMode(path: string, mode: number | undefined): FieldError[] {
  return mode !== undefined && (mode > 511 || mode < 0) ? [invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')] : []
}

/** A path that stays below where it starts. */
export function checkDescendingPath(path: string, value: string): FieldError[] {
  return [...(value.startsWith('/') ? [invalid(path, value, 'must be a relative path')] : []), ...checkNoBacksteps(path, value)]
}

export function checkNoBacksteps(path: string, value: string): FieldError[] {
  return value.split('/').includes('..') ? [invalid(path, value, "must not contain '..'")] : []
}

/** A descending path whose name is not one of those that volumes use for themselves. */
export function checkNonReservedPath(path: string, value: string): FieldError[] {
  const reserved = value.startsWith('..') && !value.startsWith('../')
  return [...checkDescendingPath(path, value), ...(reserved ? [invalid(path, value, "must not start with '..'")] : [])]
}
