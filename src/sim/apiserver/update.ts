import { conflict, invalid, modifiedMessage, notFound } from '../api/errors.ts'
import type { FieldError } from '../api/field-errors.ts'
import { deepFreeze, type KubernetesObject } from '../api/objects.ts'
import { accepted, refused, type Result, type Status } from '../api/status.ts'
import { atVersion, commit, commitDeletion, readObject, storageKey } from './core.ts'
import { create } from './create.ts'
import { equalJson } from './equality.ts'
import type { Target } from './target.ts'

/** How one kind of update treats what it was given: a whole object, its status alone, its scale. */
export interface UpdateRules {
  prepare(object: KubernetesObject, old: KubernetesObject): KubernetesObject
  validate(object: KubernetesObject, old: KubernetesObject): readonly FieldError[]
  /** An object without a resourceVersion overwrites whatever is there. */
  readonly unconditional: boolean
  readonly createsMissing: boolean
}

export function wholeObject({ strategy }: Target): UpdateRules {
  return {
    prepare: (object, old) => strategy.prepareForUpdate(object, old),
    validate: (object, old) => strategy.validateUpdate(object, old),
    unconditional: strategy.allowUnconditionalUpdate,
    createsMissing: strategy.allowCreateOnUpdate,
  }
}

export function statusOnly({ strategy }: Target): UpdateRules {
  return {
    prepare: (object, old) => strategy.prepareForStatusUpdate(object, old),
    validate: () => [],
    unconditional: strategy.allowUnconditionalUpdate,
    createsMissing: false,
  }
}

/** PUT: replaces the object by what was sent, if it was made from the newest version. */
export function update(target: Target, sent: KubernetesObject, rules: UpdateRules): Result<KubernetesObject> {
  const { core, definition, namespace, name } = target
  const existing = readObject(core, definition, namespace, name)
  if (!existing) return rules.createsMissing ? create(target, sent) : refused(notFound(definition, name))
  const { uid } = sent.metadata
  if (uid && uid !== existing.metadata.uid) return refused(uidMismatch(target, uid, existing.metadata.uid))
  return replace(target, sent, existing, rules)
}

/** What PUT and PATCH have in common from the moment the new object is known. */
export function replace(target: Target, sent: KubernetesObject, existing: KubernetesObject, rules: UpdateRules): Result<KubernetesObject> {
  const { core, definition, name } = target
  const stale = versionRefusal(target, sent, existing, rules)
  if (stale) return refused(stale)
  const object = rules.prepare(withSystemFields(sent, existing), existing)
  const errors = rules.validate(object, existing)
  if (errors.length > 0) return refused(invalid(definition, name, errors))
  if (endsDeletion(object, existing)) {
    const final = atVersion(object, existing.metadata.resourceVersion)
    if (!target.dryRun) commitDeletion(core, target.by, definition, existing)
    return accepted(final)
  }
  if (equalJson(object, existing)) return accepted(existing)
  return accepted(target.dryRun ? deepFreeze(object) : commit(core, target.by, definition, object, existing))
}

function versionRefusal({ definition, name }: Target, sent: KubernetesObject, existing: KubernetesObject, rules: UpdateRules): Status | undefined {
  const version = sent.metadata.resourceVersion
  if (version === existing.metadata.resourceVersion) return undefined
  if (!version || version === '0') {
    if (rules.unconditional) return undefined
    const error = { type: 'FieldValueInvalid', field: 'metadata.resourceVersion', badValue: 0, detail: 'must be specified for an update' } as const
    return invalid({ group: definition.group, kind: definition.resource }, name, [error])
  }
  return conflict(definition, name, modifiedMessage)
}

function withSystemFields(sent: KubernetesObject, { metadata: old }: KubernetesObject): KubernetesObject {
  const { managedFields: _left, ...metadata } = sent.metadata
  return {
    ...sent,
    metadata: {
      ...metadata,
      ...(old.namespace !== undefined && { namespace: old.namespace }),
      uid: metadata.uid || old.uid,
      resourceVersion: old.resourceVersion,
      creationTimestamp: old.creationTimestamp,
      ...(old.generation !== undefined && { generation: old.generation }),
    },
  }
}

/** The last finalizer of an object that waits for nothing else is gone: the update is its deletion (ShouldDeleteDuringUpdate). */
function endsDeletion(object: KubernetesObject, { metadata: old }: KubernetesObject): boolean {
  return !object.metadata.finalizers?.length && old.deletionTimestamp !== undefined && !old.deletionGracePeriodSeconds
}

function uidMismatch({ definition, namespace, name }: Target, sent: string, stored: string): Status {
  const key = storageKey(definition, namespace, name)
  const message = `Precondition failed: UID in precondition: ${sent}, UID in object meta: ${stored}`
  return conflict(definition, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${message}`)
}
