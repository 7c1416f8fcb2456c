// Upstream: pkg/apis/core/validation: namespaces, config maps, secrets, service accounts (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, required, tooLong } from '../field-errors.ts'
import type { ConfigMap, Namespace, Secret, ServiceAccount } from '../generated/types.ts'
import { byteLength } from '../go-text.ts'
import { checkConfigMapKey, checkFinalizerName, nameIsDnsLabel, nameIsDnsSubdomain } from '../names.ts'
import { jsonKindOf, readJsonText } from '../schema/json-text.ts'
import { semanticEqual } from '../semantic.ts'
import { decodedBytes, decodedLength } from './base64.ts'
import { faultsOf } from './checks.ts'
import { checkStandardFinalizer, validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'

export function validateNamespace(namespace: Namespace): FieldError[] {
  const finalizers = namespace.spec?.finalizers ?? []
  return [...validateObjectMeta(namespace.metadata, false, nameIsDnsLabel), ...finalizers.flatMap((finalizer) => checkFinalizer('spec.finalizers', finalizer))]
}

export function validateNamespaceUpdate(next: Namespace, old: Namespace): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}

export function validateNamespaceStatusUpdate(next: Namespace, old: Namespace): FieldError[] {
  const faults = validateObjectMetaUpdate(next.metadata, old.metadata)
  const { phase } = next.status
  const deleted = next.metadata.deletionTimestamp !== undefined
  if (!deleted && phase !== 'Active') faults.push(invalid('status.Phase', phase ?? '', "may only be 'Active' if `deletionTimestamp` is empty"))
  if (deleted && phase !== 'Terminating') faults.push(invalid('status.Phase', phase ?? '', "may only be 'Terminating' if `deletionTimestamp` is not empty"))
  return faults
}

export function validateNamespaceFinalizeUpdate(next: Namespace, old: Namespace): FieldError[] {
  const finalizers = next.spec?.finalizers ?? []
  return [...validateObjectMetaUpdate(next.metadata, old.metadata), ...finalizers.flatMap((finalizer, at) => checkFinalizer(`spec.finalizers[${at}]`, finalizer))]
}

function checkFinalizer(path: string, finalizer: string): FieldError[] {
  return [...checkFinalizerName(path, finalizer), ...checkStandardFinalizer(path, finalizer)]
}

/** A mebibyte: what one entry of etcd can hold in good conscience. */
const maxBytes = 1_048_576

export function validateConfigMap(configMap: ConfigMap): FieldError[] {
  const faults: FieldError[] = validateObjectMeta(configMap.metadata, true, nameIsDnsSubdomain)
  const binary = configMap.binaryData ?? {}
  let bytes = 0
  for (const [key, value] of sorted(configMap.data ?? {})) {
    addAll(faults, faultsOf(`data[${key}]`, key, checkConfigMapKey(key)))
    if (Object.hasOwn(binary, key)) faults.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'))
    bytes += byteLength(value)
  }
  for (const [key, value] of sorted(binary)) {
    addAll(faults, faultsOf(`binaryData[${key}]`, key, checkConfigMapKey(key)))
    bytes += decodedLength(value)
  }
  if (bytes > maxBytes) faults.push(tooLong('', maxBytes))
  return faults
}

export function validateConfigMapUpdate(next: ConfigMap, old: ConfigMap): FieldError[] {
  return [...validateObjectMetaUpdate(next.metadata, old.metadata), ...keptImmutable(next, old, ['data', 'binaryData']), ...validateConfigMap(next)]
}

/** What was once made immutable stays so, and stays what it is. */
function keptImmutable<F extends string>(next: Freezable<F>, old: Freezable<F>, fields: readonly F[]): FieldError[] {
  if (!old.immutable) return []
  const why = 'field is immutable when `immutable` is set'
  const changed = fields.filter((field) => !semanticEqual(next[field] ?? {}, old[field] ?? {})).map((field) => forbidden(field, why))
  return [...(next.immutable ? [] : [forbidden('immutable', why)]), ...changed]
}

type Freezable<F extends string> = { readonly immutable?: boolean } & { readonly [field in F]?: Readonly<Record<string, string>> }

export function validateSecret(secret: Secret): FieldError[] {
  const faults = validateObjectMeta(secret.metadata, true, nameIsDnsSubdomain)
  let bytes = 0
  for (const [key, value] of sorted(secret.data ?? {})) {
    addAll(faults, faultsOf(`data[${key}]`, key, checkConfigMapKey(key)))
    bytes += decodedLength(value)
  }
  if (bytes > maxBytes) faults.push(tooLong('data', maxBytes))
  return [...faults, ...validateSecretType(secret)]
}

/** What some types of Secrets must hold to be of use. */
function validateSecretType({ type, metadata, data = {} }: Secret): FieldError[] {
  const missing = (key: string): FieldError[] => (Object.hasOwn(data, key) ? [] : [required(`data[${key}]`, '')])
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return metadata.annotations?.[accountName] ? [] : [required(`metadata.annotations[${accountName}]`, '')]
    case 'kubernetes.io/dockercfg':
      return validateJson('.dockercfg', data)
    case 'kubernetes.io/dockerconfigjson':
      return validateJson('.dockerconfigjson', data)
    case 'kubernetes.io/basic-auth':
      return Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password') ? [] : [...missing('username'), ...missing('password')]
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [required('data[ssh-privatekey]', '')]
    case 'kubernetes.io/tls':
      return [...missing('tls.crt'), ...missing('tls.key')]
    default:
      return []
  }
}

const accountName = 'kubernetes.io/service-account.name'

function validateJson(key: string, data: Readonly<Record<string, string>>): FieldError[] {
  if (!Object.hasOwn(data, key)) return [required(`data[${key}]`, '')]
  const fault = jsonObjectFault(decodedBytes(data[key] ?? ''))
  return fault === null ? [] : [invalid(`data[${key}]`, '<secret contents redacted>', fault)]
}

function jsonObjectFault(text: string): string | null {
  const read = readJsonText(text)
  if (!read.ok) return read.error
  const kind = jsonKindOf(read.value)
  return kind === 'object' ? null : `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
}

export function validateSecretUpdate(next: Secret, old: Secret): FieldError[] {
  return [
    ...validateObjectMetaUpdate(next.metadata, old.metadata),
    ...(next.type === old.type ? [] : [invalid('type', next.type, 'field is immutable')]),
    ...keptImmutable(next, old, ['data']),
    ...validateSecret(next),
  ]
}

export function validateServiceAccount(account: ServiceAccount): FieldError[] {
  return validateObjectMeta(account.metadata, true, nameIsDnsSubdomain)
}

export function validateServiceAccountUpdate(next: ServiceAccount, old: ServiceAccount): FieldError[] {
  return [...validateObjectMetaUpdate(next.metadata, old.metadata), ...validateServiceAccount(next)]
}

/** Maps have no order; ours is that of the keys. */
function sorted(data: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(data).sort(([one], [other]) => (one < other ? -1 : 1))
}
