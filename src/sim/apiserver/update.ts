import { conflict, invalid, modifiedMessage, notFound, unexplained } from '../api/errors.ts'
import type { FieldError } from '../api/field-errors.ts'
import { settled, type KubernetesObject } from '../api/objects.ts'
import { Composed } from '../api/request.ts'
import { semanticEqual } from '../api/semantic.ts'
import { accepted, refused, type Result, type Status } from '../api/status.ts'
import { withoutDisabledFields } from '../api/strategy/disabled-fields.ts'
import type { Strategy, StrategyEnvironment } from '../api/strategy/strategy.ts'
import { admitUpdate } from './admission.ts'
import { commit, readObject } from './core.ts'
import { create } from './create.ts'
import { decodeReplacement } from './decode.ts'
import { leaseFor } from './event-ttl.ts'
import { storageKey } from './object-homes.ts'
import { chargeQuotas } from './quotas.ts'
import { discard, reserve } from './reservations.ts'
import type { Target } from './target.ts'
import { withWarnings } from './warnings.ts'

/** How one kind of update treats what it was given: a whole object, its status alone, its scale. */
export interface UpdateRules {
  prepare(object: KubernetesObject, old: KubernetesObject, environment: StrategyEnvironment): KubernetesObject
  validate(object: KubernetesObject, old: KubernetesObject): readonly FieldError[]
  warnings?(object: KubernetesObject, old: KubernetesObject): readonly string[]
  /** An object without a resourceVersion overwrites whatever is there. */
  readonly unconditional: boolean
  readonly createsMissing: boolean
  /** The object may need other addresses and ports than before. */
  readonly reserves: boolean
}

const rulesOfObjects = new Map<Strategy, UpdateRules>()
const rulesOfStatuses = new Map<Strategy, UpdateRules>()

/** PUT and PATCH of the object itself. */
export function wholeObject({ strategy }: Target): UpdateRules {
  return known(rulesOfObjects, strategy, () => ({
    prepare: (object, old, environment) => strategy.prepareForUpdate(object, old, environment),
    validate: (object, old) => strategy.validateUpdate(object, old),
    warnings: (object, old) => strategy.warningsOnUpdate?.(object, old) ?? [],
    unconditional: strategy.allowUnconditionalUpdate,
    createsMissing: strategy.allowCreateOnUpdate,
    reserves: true,
  }))
}

/** PUT and PATCH of the status subresource: the rest of the object stays as it is. */
export function statusOnly({ strategy }: Target): UpdateRules {
  return known(rulesOfStatuses, strategy, () => ({
    prepare: (object, old, environment) => strategy.status?.prepareForUpdate(object, old, environment) ?? old,
    validate: (object, old) => strategy.status?.validateUpdate(object, old) ?? [],
    warnings: (object) => strategy.status?.warnings?.(object) ?? [],
    unconditional: strategy.allowUnconditionalUpdate,
    createsMissing: false,
    reserves: false,
  }))
}

/** Most requests are updates: their rules are made once. */
function known(rules: Map<Strategy, UpdateRules>, strategy: Strategy, make: () => UpdateRules): UpdateRules {
  let found = rules.get(strategy)
  if (!found) rules.set(strategy, (found = make()))
  return found
}

/** PUT: replaces the object by what was sent, if it was made from the newest version. */
export function update(target: Target, body: unknown, rules: UpdateRules): Result<KubernetesObject> {
  const { core, definition, namespace, name } = target
  const existing = readObject(core, definition, namespace, name)
  const decoded = body instanceof Composed ? accepted(body.object) : decodeReplacement(target, body, existing)
  return decoded.ok ? withWarnings(replaceOrCreate(target, body, decoded.value, existing, rules), decoded.warnings) : decoded
}

function replaceOrCreate(target: Target, body: unknown, sent: KubernetesObject, existing: KubernetesObject | undefined, rules: UpdateRules): Result<KubernetesObject> {
  const { definition, name } = target
  const { uid } = sent.metadata
  if (!existing) {
    if (!rules.createsMissing) return refused(notFound(definition, name))
    // An update of this life of an object makes no other.
    const refusal = uid ? uidMismatch(target, uid, '') : unreadableVersion(sent)
    return refusal ? refused(refusal) : create(target, body)
  }
  if (uid && uid !== existing.metadata.uid) return refused(uidMismatch(target, uid, existing.metadata.uid))
  return replace(target, sent, existing, rules)
}

/** What PUT and PATCH have in common from the moment the new object is known. */
export function replace(target: Target, sent: KubernetesObject, existing: KubernetesObject, rules: UpdateRules): Result<KubernetesObject> {
  const { core, definition, name, strategy } = target
  const stale = versionRefusal(target, sent, existing, rules)
  if (stale) return refused(stale)
  const admitted = admitUpdate(target, withSystemFields(sent, existing))
  if (!admitted.ok) return admitted
  const reservation = rules.reserves ? reserve(target, admitted.value, existing) : null
  if (reservation && !reservation.ok) return reservation
  const prepared = rules.prepare(withoutDisabledFields(reservation?.value.object ?? admitted.value, core.featureGates, existing), existing, { now: core.wall.time() })
  const errors = rules.validate(prepared, existing)
  const isValid = errors.length === 0
  const refusal = isValid ? chargeQuotas(target, prepared, existing) : invalid(definition, name, errors)
  const warnings = isValid ? rules.warnings?.(prepared, existing) : undefined
  if (refusal) {
    reservation?.value.revert()
    return withWarnings(refused(refusal), warnings)
  }
  const object = strategy.canonicalize?.(prepared) ?? prepared
  if (target.dryRun) reservation?.value.revert()
  else reservation?.value.keep()
  return withWarnings(accepted(store(target, object, existing)), warnings)
}

function store(target: Target, object: KubernetesObject, existing: KubernetesObject): KubernetesObject {
  const { core, by, definition, dryRun } = target
  if (endsDeletion(definition.resource, object, existing)) {
    if (!dryRun) discard(target, existing)
    return settled(object)
  }
  // Nothing is different: nothing is written, and the version stays.
  if (semanticEqual(object, existing)) return existing
  return dryRun ? settled(object) : commit(core, by, definition, object, existing, leaseFor(core, definition))
}

function versionRefusal({ definition, name }: Target, sent: KubernetesObject, existing: KubernetesObject, rules: UpdateRules): Status | undefined {
  const version = sent.metadata.resourceVersion
  if (version === existing.metadata.resourceVersion) return undefined
  if (!version || version === '0') {
    if (rules.unconditional) return undefined
    const error = { type: 'FieldValueInvalid', field: 'metadata.resourceVersion', badValue: 0, detail: 'must be specified for an update' } as const
    return invalid({ group: definition.group, kind: definition.resource }, name, [error])
  }
  return unreadableVersion(sent) ?? conflict(definition, name, modifiedMessage)
}

function unreadableVersion({ metadata: { resourceVersion: version } }: KubernetesObject): Status | undefined {
  return !version || /^\d+$/.test(version) ? undefined : unexplained(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
}

/** What an updater may leave out, and what it cannot change whatever it sends. */
function withSystemFields(sent: KubernetesObject, { metadata: old }: KubernetesObject): KubernetesObject {
  if (sent.metadata === old) return sent
  const { managedFields: _left, generation: _counted, ...metadata } = sent.metadata
  return {
    ...sent,
    metadata: {
      ...metadata,
      ...(old.namespace !== undefined && { namespace: old.namespace }),
      uid: metadata.uid || old.uid,
      resourceVersion: old.resourceVersion,
      creationTimestamp: old.creationTimestamp,
      ...(old.generation !== undefined && { generation: old.generation }),
      // A deletion that has begun cannot be taken back.
      ...(old.deletionTimestamp !== undefined && { deletionTimestamp: old.deletionTimestamp }),
      ...(metadata.deletionGracePeriodSeconds === undefined && old.deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds: old.deletionGracePeriodSeconds }),
    },
  }
}

/** The last finalizer of an object that waits for nothing else is gone: the update is its deletion (ShouldDeleteDuringUpdate). */
function endsDeletion(resource: string, object: KubernetesObject, { metadata: old }: KubernetesObject): boolean {
  if (object.metadata.finalizers?.length || old.deletionTimestamp === undefined) return false
  if (resource === 'namespaces') return !(object as KubernetesObject & { spec?: { finalizers?: readonly string[] } }).spec?.finalizers?.length
  return !old.deletionGracePeriodSeconds
}

/** 409: the object that is meant is another life of the name. */
export function uidMismatch({ definition, namespace, name }: Target, sent: string, stored: string): Status {
  const key = storageKey(definition, namespace, name)
  const message = `Precondition failed: UID in precondition: ${sent}, UID in object meta: ${stored}`
  return conflict(definition, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${message}`)
}
