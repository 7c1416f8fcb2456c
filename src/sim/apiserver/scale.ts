// Upstream: pkg/registry/apps/{deployment,replicaset}/storage, pkg/registry/core/replicationcontroller/storage ScaleREST (v1.36).
import { invalid, notFound } from '../api/errors.ts'
import { invalid as invalidField } from '../api/field-errors.ts'
import type { Deployment, ReplicaSet, ReplicationController, Scale } from '../api/generated/types.ts'
import { formatLabelSelector } from '../api/labels.ts'
import { isObject } from '../api/patch/json-values.ts'
import type { PatchType } from '../api/request.ts'
import { decodeObject, type BodyKind, type FieldValidation } from '../api/schema.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { readObject } from './core.ts'
import { nameFault, namespaceFault } from './decode.ts'
import { applyPatch, readPatched } from './patch.ts'
import type { Target } from './target.ts'
import { replace, uidMismatch, wholeObject } from './update.ts'
import { withWarnings } from './warnings.ts'

type Scalable = Deployment | ReplicaSet | ReplicationController

const scales: BodyKind = { group: 'autoscaling', version: 'v1', apiVersion: 'autoscaling/v1', kind: 'Scale' }

/** GET …/scale: the few numbers of the object that an autoscaler needs. */
export function getScale(target: Target): Result<Scale> {
  const found = find(target)
  return found.ok ? accepted(scaleOf(found.value)) : found
}

/** PUT …/scale: changes the number of replicas and nothing else. */
export function updateScale(target: Target, body: unknown): Result<Scale> {
  const sent = readScale(target, body, target.fieldValidation)
  if (!sent.ok) return sent
  const found = find(target)
  return found.ok ? withWarnings(apply(target, found.value, sent.value), sent.warnings) : found
}

/** PATCH …/scale. */
export function patchScale(target: Target, type: PatchType, body: unknown): Result<Scale> {
  const found = find(target)
  if (!found.ok) return found
  const scale = scaleOf(found.value)
  const patched = patchDocument(type, body, scale, target.fieldValidation)
  if (!patched.ok) return patched
  const sent = readPatched(scales, target.fieldValidation, type, body, patched, (document, validation) => readScale(target, document, validation))
  return sent.ok ? withWarnings(apply(target, found.value, sent.value), sent.warnings) : sent
}

/** A Scale has no lists: there a strategic merge patch is a merge patch. */
function patchDocument(type: PatchType, body: unknown, scale: Scale, validation: FieldValidation): Result<unknown> {
  return applyPatch(scale, type === 'strategic' && isObject(body) ? 'merge' : type, body, scale, validation)
}

function readScale({ name, namespace }: Target, body: unknown, validation: FieldValidation): Result<Scale> {
  const sent = decodeObject(scales, body, validation) as Result<Scale>
  if (!sent.ok) return sent
  const { metadata } = sent.value
  const fault = namespaceFault(metadata.namespace, namespace) ?? nameFault(metadata.name, name)
  return fault ? withWarnings(refused(fault), sent.warnings) : sent
}

function find({ core, definition, namespace, name }: Target): Result<Scalable> {
  const object = readObject(core, definition, namespace, name)
  // The scale subresource is only in the table for kinds of this shape.
  return object ? accepted(object as Scalable) : refused(notFound(definition, name))
}

function scaleOf(object: Scalable): Scale {
  const { metadata, spec, status } = object
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  const selector = formatLabelSelector(object.kind === 'ReplicationController' ? { matchLabels: object.spec.selector } : object.spec.selector)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace !== undefined && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { ...(spec.replicas && { replicas: spec.replicas }) },
    status: { replicas: status?.replicas ?? 0, ...(selector && { selector }) },
  }
}

function apply(target: Target, existing: Scalable, { metadata: { uid, resourceVersion }, spec: { replicas = 0 } }: Scale): Result<Scale> {
  const { name } = target
  if (uid && uid !== existing.metadata.uid) return refused(uidMismatch(target, uid, existing.metadata.uid))
  if (replicas < 0) return refused(invalid({ group: 'autoscaling', kind: 'Scale' }, name, [invalidField('spec.replicas', replicas, 'must be greater than or equal to 0')]))
  const metadata = resourceVersion ? { ...existing.metadata, resourceVersion } : existing.metadata
  const scaled = { ...existing, metadata, spec: { ...existing.spec, replicas } }
  const result = replace(target, scaled, existing, wholeObject(target))
  return result.ok ? { ...result, value: scaleOf(result.value as Scalable) } : result
}
