// Upstream: pkg/apis/core/validation: namespaces, config maps, secrets, service accounts (v1.36).
import type { FieldError } from '../field-errors.ts'
import type { ConfigMap, Namespace, Secret, ServiceAccount } from '../generated/types.ts'
import { nameIsDnsLabel, nameIsDnsSubdomain } from '../names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'

export function validateNamespace(namespace: Namespace): FieldError[] {
  return validateObjectMeta(namespace.metadata, false, nameIsDnsLabel)
}
export function validateNamespaceUpdate(next: Namespace, old: Namespace): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateNamespaceStatusUpdate(next: Namespace, old: Namespace): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateConfigMap(configMap: ConfigMap): FieldError[] {
  return validateObjectMeta(configMap.metadata, true, nameIsDnsSubdomain)
}
export function validateConfigMapUpdate(next: ConfigMap, old: ConfigMap): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateSecret(secret: Secret): FieldError[] {
  return validateObjectMeta(secret.metadata, true, nameIsDnsSubdomain)
}
export function validateSecretUpdate(next: Secret, old: Secret): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
export function validateServiceAccount(account: ServiceAccount): FieldError[] {
  return validateObjectMeta(account.metadata, true, nameIsDnsSubdomain)
}
export function validateServiceAccountUpdate(next: ServiceAccount, old: ServiceAccount): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
