// Upstream: pkg/apis/coordination/validation (v1.36). Left out: coordinated leader election.
import type { FieldError } from '../field-errors.ts'
import { invalid } from '../field-errors.ts'
import type { Lease } from '../generated/types.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../metadata.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { checkNonNegative } from './checks.ts'
import { isUntouched } from './metadata.ts'

export function validateLease(lease: Lease): FieldError[] {
  return [...validateObjectMeta(lease.metadata, true, nameIsDnsSubdomain), ...validateSpec(lease)]
}

export function validateLeaseUpdate(next: Lease, old: Lease): FieldError[] {
  return [...(isUntouched(next.metadata, old.metadata) ? [] : validateObjectMetaUpdate(next.metadata, old.metadata)), ...validateSpec(next)]
}

function validateSpec({ spec }: Lease): FieldError[] {
  const { leaseDurationSeconds: seconds, leaseTransitions } = spec
  return [...(seconds !== undefined && seconds <= 0 ? [invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0')] : []), ...checkNonNegative('spec.leaseTransitions', leaseTransitions)]
}
