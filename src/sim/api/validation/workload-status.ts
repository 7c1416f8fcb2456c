// Upstream: pkg/apis/apps/validation, pkg/apis/core/validation: status updates (v1.36).
import type { FieldError } from '../field-errors.ts'
import { invalid } from '../field-errors.ts'
import type { DaemonSet, Deployment, ReplicaSet, ReplicationController } from '../generated/types.ts'
import { checkNonNegative } from './checks.ts'
import { validateObjectMetaUpdate } from './metadata.ts'

export function validateDeploymentStatusUpdate(next: Deployment, old: Deployment): FieldError[] {
  const { status } = next
  return [
    ...validateObjectMetaUpdate(next.metadata, old.metadata),
    ...counts(status, ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount']),
    ...notMoreThanReplicas(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas']),
    ...notDecremented(status.collisionCount, old.status.collisionCount),
  ]
}

/** Of a ReplicationController too: its status is the same but for what is terminating. */
export function validateReplicaSetStatusUpdate(next: ReplicaSet | ReplicationController, old: ReplicaSet | ReplicationController): FieldError[] {
  const status: ReplicaSet['status'] = next.status
  return [
    ...validateObjectMetaUpdate(next.metadata, old.metadata),
    ...counts(status, ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'terminatingReplicas', 'observedGeneration']),
    ...notMoreThanReplicas(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']),
  ]
}

export function validateDaemonSetStatusUpdate(next: DaemonSet, old: DaemonSet): FieldError[] {
  const { status } = next
  return [
    ...validateObjectMetaUpdate(next.metadata, old.metadata),
    ...counts(status, [
      'currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady', 'observedGeneration', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable',
    ]),
    ...notDecremented(status.collisionCount, old.status.collisionCount),
  ]
}

type Counts<F extends string> = Readonly<Partial<Record<F, number>>>

function counts<F extends string>(status: Counts<F>, fields: readonly F[]): FieldError[] {
  return fields.flatMap((field) => checkNonNegative(`status.${field}`, status[field]))
}

function notMoreThanReplicas<F extends string>(status: Counts<F | 'replicas' | 'readyReplicas' | 'availableReplicas'>, fields: readonly F[]): FieldError[] {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status
  const faults = fields.flatMap((field) => ((status[field] ?? 0) > replicas ? [invalid(`status.${field}`, status[field] ?? 0, 'cannot be greater than status.replicas')] : []))
  if (availableReplicas > readyReplicas) faults.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'))
  return faults
}

function notDecremented(next: number | undefined, old: number | undefined): FieldError[] {
  const decremented = old !== undefined && (next === undefined || next < old)
  return decremented ? [invalid('status.collisionCount', next, 'cannot be decremented')] : []
}
