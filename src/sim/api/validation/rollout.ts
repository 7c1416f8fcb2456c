// Upstream: pkg/apis/apps/validation: update strategies (v1.36).
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, notSupported, required } from '../field-errors.ts'
import type { DaemonSetUpdateStrategy, DeploymentStrategy, IntOrString } from '../generated/types.ts'
import { checkPercent } from '../names.ts'
import { checkNonNegative, faultsOf } from './checks.ts'
import { internalForm } from './internal-form.ts'

export function validateDeploymentStrategy({ type, rollingUpdate }: DeploymentStrategy, path: string): FieldError[] {
  const here = `${path}.rollingUpdate`
  if (type === 'Recreate') return rollingUpdate ? [forbidden(here, "may not be specified when strategy `type` is 'Recreate'")] : []
  if (type !== 'RollingUpdate') return [notSupported(path, internalForm('UpdateStrategy', { type, rollingUpdate }), ['Recreate', 'RollingUpdate'])]
  if (!rollingUpdate) return [required(here, 'this should be defaulted and never be nil')]
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
  return [
    ...checkIntOrPercent(`${here}.maxUnavailable`, maxUnavailable),
    ...checkIntOrPercent(`${here}.maxSurge`, maxSurge),
    ...(amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0 ? [invalid(`${here}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')] : []),
    ...checkAtMostAll(`${here}.maxUnavailable`, maxUnavailable),
  ]
}

export function validateDaemonSetStrategy({ type, rollingUpdate }: DaemonSetUpdateStrategy, path: string): FieldError[] {
  const here = `${path}.rollingUpdate`
  if (type === 'OnDelete') return []
  if (type !== 'RollingUpdate') return [notSupported(path, internalForm('UpdateStrategy', { type, rollingUpdate }), ['RollingUpdate', 'OnDelete'])]
  if (!rollingUpdate) return [required(here, '')]
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
  const faults = (['maxUnavailable', 'maxSurge'] as const).flatMap((field) => {
    const value = rollingUpdate[field] ?? 0
    return [...checkIntOrPercent(`${here}.${field}`, value), ...checkAtMostAll(`${here}.${field}`, value)]
  })
  const unavailable = amountOf(maxUnavailable) !== 0
  const surge = amountOf(maxSurge) !== 0
  if (unavailable && surge) faults.push(invalid(`${here}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'))
  if (!unavailable && !surge) faults.push(required(`${here}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'))
  return faults
}

function checkIntOrPercent(path: string, value: IntOrString): FieldError[] {
  return typeof value === 'string' ? faultsOf(path, value, checkPercent(value)) : checkNonNegative(path, value)
}

function checkAtMostAll(path: string, value: IntOrString): FieldError[] {
  return isPercent(value) && amountOf(value) > 100 ? [invalid(path, value, 'must not be greater than 100%')] : []
}

function isPercent(value: IntOrString): boolean {
  return typeof value === 'string' && checkPercent(value).length === 0
}

/** The number, with or without a percent sign; what is neither counts as 0. */
function amountOf(value: IntOrString): number {
  if (typeof value === 'number') return value
  return isPercent(value) ? Number(value.slice(0, -1)) : /^[+-]?\d+$/.test(value) ? Number(value) : 0
}
