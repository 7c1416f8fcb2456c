// Upstream: pkg/apis/apps/validation (v1.36).
import type { FieldError } from '../field-errors.ts'
import type { DaemonSet, Deployment, ReplicaSet } from '../generated/types.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'

export function validateDeployment(deployment: Deployment): FieldError[] {
  return validateObjectMeta(deployment.metadata, true, nameIsDnsSubdomain)
}
export function validateDeploymentUpdate(next: Deployment, old: Deployment): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateDeploymentStatusUpdate(next: Deployment, old: Deployment): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateReplicaSet(replicaSet: ReplicaSet): FieldError[] {
  return validateObjectMeta(replicaSet.metadata, true, nameIsDnsSubdomain)
}
export function validateReplicaSetUpdate(next: ReplicaSet, old: ReplicaSet): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateReplicaSetStatusUpdate(next: ReplicaSet, old: ReplicaSet): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateDaemonSet(daemonSet: DaemonSet): FieldError[] {
  return validateObjectMeta(daemonSet.metadata, true, nameIsDnsSubdomain)
}
export function validateDaemonSetUpdate(next: DaemonSet, old: DaemonSet): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateDaemonSetStatusUpdate(next: DaemonSet, old: DaemonSet): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
