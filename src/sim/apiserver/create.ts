import { flatText } from '../kernel/flat-text.ts'
import { alreadyExists, generateNameConflict, invalid, versionSetOnCreate } from '../api/errors.ts'
import type { ObjectMeta } from '../api/generated/types.ts'
import { settled, type KubernetesObject } from '../api/objects.ts'
import { Composed } from '../api/request.ts'
import { draftMetadata, draftObject, takenObject } from '../api/schema/settle.ts'
import { accepted, refused, type Result, type Status } from '../api/status.ts'
import { withoutDisabledFields } from '../api/strategy/disabled-fields.ts'
import { admitCreate } from './admission.ts'
import { commit, readObject } from './core.ts'
import { decodeBody } from './decode.ts'
import { leaseFor } from './event-ttl.ts'
import { chargeQuotas } from './quotas.ts'
import { reserve } from './reservations.ts'
import type { Target } from './target.ts'
import { withWarnings } from './warnings.ts'

/** apiserver/pkg/storage/names: 63 characters in all, five of them random. */
const longestGeneratedBase = 58
/** apiserver/pkg/registry/generic/registry maxNameGenerationCreateAttempts. */
const nameAttempts = 8

/** POST: makes the object that was sent into a stored one. */
export function create(target: Target, body: unknown): Result<KubernetesObject> {
  if (body instanceof Composed) return createOnce(target, body.object, true)
  const decoded = decodeBody(target, body)
  if (!decoded.ok) return decoded
  const sent = decoded.value
  const generates = !sent.metadata.name && sent.metadata.generateName
  let result = createOnce(target, sent)
  for (let attempt = 1; generates && attempt < nameAttempts && !result.ok && result.status.reason === 'AlreadyExists'; attempt += 1) {
    result = createOnce(target, sent)
  }
  return withWarnings(result, decoded.warnings)
}

/** `isOurs`: what was sent is the server's to change. */
function createOnce(target: Target, sent: KubernetesObject, isOurs = false): Result<KubernetesObject> {
  const { core, definition, strategy } = target
  const metadata = withSystemFields(target, sent)
  const draft = isOurs ? takenObject(sent, metadata) : draftObject(sent, metadata)
  const admitted = admitCreate(target, draft)
  if (!admitted.ok) return admitted
  const defaulted = strategy.defaults(admitted.value)
  const reservation = reserve(target, defaulted, null)
  if (reservation && !reservation.ok) return reservation
  const reserved = reservation?.value
  const object = strategy.prepareForCreate(withoutDisabledFields(reserved?.object ?? defaulted, core.featureGates), { now: core.wall.time() })
  const errors = strategy.validate(object)
  const isValid = errors.length === 0
  const refusal = isValid ? refusalOf(target, object, sent) : invalid(definition, object.metadata.name, errors)
  // Told of what is valid, even when it is refused for another reason.
  const warnings = isValid ? strategy.warningsOnCreate?.(object, defaulted) : strategy.warningsOnPrepare?.(defaulted)
  if (refusal) {
    reserved?.revert()
    return withWarnings(refused(refusal), warnings)
  }
  const final = strategy.canonicalize?.(object) ?? object
  if (target.dryRun) reserved?.revert()
  else reserved?.keep()
  const stored = target.dryRun ? withoutVersion(final) : commit(core, target.by, definition, final, undefined, leaseFor(core, definition), final === draft)
  return withWarnings(accepted(stored), warnings)
}

/** Why an object that is valid is not stored. Quotas are charged before the store is asked: what it refuses has been charged, until they are counted again. */
function refusalOf(target: Target, object: KubernetesObject, sent: KubernetesObject): Status | null {
  const { core, definition, by } = target
  const { name, namespace, generateName } = object.metadata
  const beyond = chargeQuotas(target, object, null)
  if (beyond) return beyond
  // The store refuses that before it looks whether the name is free.
  const { resourceVersion } = sent.metadata
  if (resourceVersion && by.verb === 'create' && /^0*[1-9]\d*$/.test(resourceVersion)) return versionSetOnCreate()
  const existing = readObject(core, definition, namespace, name)
  if (!existing) return null
  const taken = generateName ? generateNameConflict(definition, name, 1) : alreadyExists(definition, name)
  return existing.metadata.deletionTimestamp === undefined ? taken : { ...taken, message: `object is being deleted: ${taken.message}` }
}

/** What only the server decides: whatever the client sent in these fields does not count. */
function withSystemFields({ core, definition, namespace }: Target, sent: KubernetesObject): ObjectMeta {
  const { name, generation, labels, annotations, finalizers } = sent.metadata
  const { generateName, ownerReferences } = core.owners.share(sent.metadata)
  const metadata = draftMetadata(definition.kind)
  metadata.name = name || (generateName ? flatText(generateName.slice(0, longestGeneratedBase) + core.names.suffix(5)) : '')
  metadata.uid = flatText(core.uids.uuid())
  metadata.resourceVersion = ''
  metadata.creationTimestamp = core.wall.time()
  if (definition.namespaced && namespace !== undefined) metadata.namespace = namespace
  if (generateName) metadata.generateName = generateName
  if (generation) metadata.generation = generation
  if (labels) metadata.labels = labels
  if (annotations) metadata.annotations = annotations
  if (ownerReferences) metadata.ownerReferences = ownerReferences
  if (finalizers) metadata.finalizers = finalizers
  return metadata as ObjectMeta
}

/** A dry run shows what would be stored; it has no version because nothing was. */
function withoutVersion(object: KubernetesObject): KubernetesObject {
  const { resourceVersion: _none, ...metadata } = object.metadata
  return settled({ ...object, metadata } as KubernetesObject)
}
