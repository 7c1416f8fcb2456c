import { addAll } from '../kernel/add-all.ts'
import { forbidden, invalid, required, tooLong, type FieldError } from './field-errors.ts'
import type { LabelSelector, ObjectMeta, OwnerReference } from './generated/types.ts'
import { byteLength } from './go-text.ts'
import {
  checkFieldManager, checkFinalizerName, checkImmutable, checkLabelValue, checkNoNewFinalizers, checkQualifiedName, nameIsDnsLabel, type NameCheck,
} from './names.ts'

/** All annotations of an object together, keys and values. */
const annotationBytes = 256 * 1024

/** The faults of the metadata of an object that is to be created. */
export function validateObjectMeta(meta: ObjectMeta, namespaced: boolean, checkName: NameCheck, path = 'metadata'): FieldError[] {
  const errors: FieldError[] = []
  const { generateName, name, namespace, generation = 0 } = meta
  if (generateName) note(errors, path, 'generateName', generateName, checkName(generateName, true))
  if (name) note(errors, path, 'name', name, checkName(name, false))
  else errors.push(required(`${path}.name`, 'name or generateName is required'))
  if (!namespaced) {
    if (namespace) errors.push(forbidden(`${path}.namespace`, 'not allowed on this type'))
  } else if (namespace) note(errors, path, 'namespace', namespace, nameIsDnsLabel(namespace, false))
  else errors.push(required(`${path}.namespace`, ''))
  if (generation < 0) errors.push(invalid(`${path}.generation`, generation, 'must be greater than or equal to 0'))
  judgeShared(errors, meta, path)
  if (meta.finalizers) addAll(errors, validateFinalizers(meta.finalizers, `${path}.finalizers`))
  if (meta.managedFields) addAll(errors, validateManagedFields(meta.managedFields, `${path}.managedFields`))
  return errors
}

/** The faults of the metadata that is to replace another. */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, path = 'metadata'): FieldError[] {
  const errors: FieldError[] = []
  if (old.deletionTimestamp) addAll(errors, checkNoNewFinalizers(`${path}.finalizers`, meta.finalizers ?? [], old.finalizers ?? []))
  if (!meta.resourceVersion) errors.push(invalid(`${path}.resourceVersion`, '', 'must be specified for an update'))
  if ((meta.generation ?? 0) < (old.generation ?? 0)) errors.push(invalid(`${path}.generation`, meta.generation ?? 0, 'must not be decremented'))
  for (const field of ['name', 'namespace', 'uid'] as const) {
    addAll(errors, checkImmutable(`${path}.${field}`, meta[field] ?? '', (meta[field] ?? '') === (old[field] ?? '')))
  }
  for (const field of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    addAll(errors, checkImmutable(`${path}.${field}`, meta[field] ?? null, (meta[field] ?? null) === (old[field] ?? null)))
  }
  judgeShared(errors, meta, path)
  if (meta.managedFields) addAll(errors, validateManagedFields(meta.managedFields, `${path}.managedFields`))
  return errors
}

/** What new and changed metadata must both be like. */
function judgeShared(errors: FieldError[], { labels, annotations, ownerReferences }: ObjectMeta, path: string): void {
  if (labels) judgeLabels(errors, labels, `${path}.labels`)
  if (annotations) addAll(errors, validateAnnotations(annotations, `${path}.annotations`))
  if (ownerReferences) judgeOwnerReferences(errors, ownerReferences, `${path}.ownerReferences`)
}

/** The faults of labels, wherever they stand. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (labels) judgeLabels(errors, labels, path)
  return errors
}

function judgeLabels(errors: FieldError[], labels: Readonly<Record<string, string>>, path: string): void {
  if (areSound(labels)) return
  for (const key of Object.keys(labels).sort()) {
    const value = labels[key] ?? ''
    addAll(errors, faultsOf(path, key, checkQualifiedName(key)), faultsOf(path, value, checkLabelValue(value)))
  }
}

/** Nearly all are, and then their order is nothing. */
function areSound(labels: Readonly<Record<string, string>>): boolean {
  for (const key in labels) if (checkQualifiedName(key).length > 0 || checkLabelValue(labels[key] ?? '').length > 0) return false
  return true
}

/** The faults of a label selector that a spec holds. */
export function validateLabelSelector(selector: LabelSelector | undefined, path: string): FieldError[] {
  if (!selector) return []
  const errors = validateLabels(selector.matchLabels, `${path}.matchLabels`)
  for (const [at, { key = '', operator = '', values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const here = `${path}.matchExpressions[${at}]`
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) errors.push(required(`${here}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) errors.push(forbidden(`${here}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
    } else errors.push(invalid(`${here}.operator`, operator, 'not a valid selector operator'))
    addAll(errors, faultsOf(`${here}.key`, key, checkQualifiedName(key)))
    for (const [index, value] of values.entries()) addAll(errors, faultsOf(`${here}.values[${index}]`, value, checkLabelValue(value)))
  }
  return errors
}

/** The faults of annotations: keys may have capitals in their prefix, and all together are bounded. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, path: string): FieldError[] {
  if (!annotations) return []
  const errors: FieldError[] = []
  let bytes = 0
  for (const key of Object.keys(annotations).sort()) {
    bytes += byteLength(key) + byteLength(annotations[key] ?? '')
    addAll(errors, faultsOf(path, key, checkQualifiedName(key.toLowerCase())))
  }
  if (bytes > annotationBytes) errors.push(tooLong(path, annotationBytes))
  return errors
}

function judgeOwnerReferences(errors: FieldError[], owners: readonly OwnerReference[], path: string): void {
  let controller = ''
  for (const owner of owners) {
    judgeOwnerReference(errors, owner, path)
    if (owner.controller !== true) continue
    const name = `${owner.kind}/${owner.name}`
    if (controller === '') controller = name
    else errors.push(invalid(path, owners, `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`))
  }
}

function judgeOwnerReference(errors: FieldError[], owner: OwnerReference, path: string): void {
  const { apiVersion = '', kind } = owner
  const slash = apiVersion.indexOf('/')
  const version = slash === apiVersion.lastIndexOf('/') ? apiVersion.slice(slash + 1) : ''
  if (version === '') errors.push(invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty'))
  for (const field of ['kind', 'name', 'uid'] as const) if (!owner[field]) errors.push(invalid(`${path}.${field}`, '', 'must not be empty'))
  if (apiVersion === 'v1' && kind === 'Event') errors.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'))
}

function validateFinalizers(finalizers: readonly string[], path: string): FieldError[] {
  const errors = finalizers.flatMap((finalizer) => checkFinalizerName(path, finalizer))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'))
  }
  return errors
}

function validateManagedFields(entries: NonNullable<ObjectMeta['managedFields']>, path: string): FieldError[] {
  return entries.flatMap((entry, at) => {
    const here = `${path}[${at}]`
    const errors: FieldError[] = []
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') errors.push(invalid(`${here}.operation`, entry.operation ?? '', 'must be `Apply` or `Update`'))
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') errors.push(invalid(`${here}.fieldsType`, entry.fieldsType, 'must be `FieldsV1`'))
    addAll(errors, checkFieldManager(`${here}.manager`, entry.manager ?? ''))
    if (byteLength(entry.subresource ?? '') > 256) errors.push(tooLong(`${here}.subresource`, 256))
    return errors
  })
}

function note(errors: FieldError[], path: string, field: string, value: string, messages: readonly string[]): void {
  for (const message of messages) errors.push(invalid(`${path}.${field}`, value, message))
}

function faultsOf(path: string, value: string, messages: readonly string[]): FieldError[] {
  return messages.map((message) => invalid(path, value, message))
}
