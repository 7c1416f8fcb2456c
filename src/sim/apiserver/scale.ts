// Upstream: pkg/registry/apps/{deployment,replicaset}/storage, pkg/registry/core/replicationcontroller/storage ScaleREST (v1.36).
import { badRequest, conflict, invalid, modifiedMessage, notFound } from '../api/errors.ts'
import { invalid as invalidField } from '../api/field-errors.ts'
import type { Deployment, ReplicaSet, ReplicationController, Scale } from '../api/generated/types.ts'
import { formatLabelSelector } from '../api/labels.ts'
import { isObject } from '../api/patch/json-values.ts'
import type { PatchType } from '../api/request.ts'
import type { BodyKind } from '../api/schema.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { readObject } from './core.ts'
import { decodeAs } from './decode.ts'
import { applyPatch } from './patch.ts'
import type { Target } from './target.ts'
import { replace, wholeObject } from './update.ts'

type Scalable = Deployment | ReplicaSet | ReplicationController

const scales: BodyKind = { group: 'autoscaling', version: 'v1', apiVersion: 'autoscaling/v1', kind: 'Scale' }

/** GET …/scale: the few numbers of the object that an autoscaler needs. */
export function getScale(target: Target): Result<Scale> {
  const found = find(target)
  return found.ok ? accepted(scaleOf(found.value)) : found
}

/** PUT …/scale: changes the number of replicas and nothing else. */
export function updateScale(target: Target, body: unknown): Result<Scale> {
  const found = find(target)
  return found.ok ? apply(target, found.value, body) : found
}

/** PATCH …/scale. */
export function patchScale(target: Target, type: PatchType, body: unknown): Result<Scale> {
  const found = find(target)
  if (!found.ok) return found
  const scale = scaleOf(found.value)
  // A Scale has no lists: there a strategic merge patch is a merge patch.
  const patched = applyPatch(scale, type === 'strategic' ? 'merge' : type, body, scale)
  return patched.ok ? apply(target, found.value, patched.value) : patched
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

function apply(target: Target, existing: Scalable, body: unknown): Result<Scale> {
  const { definition, name } = target
  // Nobody guesses that a body is a Scale: what it leaves out the URL does not tell.
  if (!isObject(body) || body['kind'] !== scales.kind || body['apiVersion'] !== scales.apiVersion) return refused(badRequest('no kind is registered for the type v1.Scale in scheme "pkg/api/legacyscheme/scheme.go:30"'))
  const sent = decodeAs<Scale>(scales, body)
  if (!sent.ok) return sent
  const { metadata: { name: given, resourceVersion: version }, spec: { replicas = 0 } } = sent.value
  if (!given) return refused(badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`))
  if (given !== name) return refused(badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`))
  if (version && version !== existing.metadata.resourceVersion) return refused(conflict(definition, name, modifiedMessage))
  if (replicas < 0) return refused(invalid({ group: 'autoscaling', kind: 'Scale' }, name, [invalidField('spec.replicas', replicas, 'must be greater than or equal to 0')]))
  const scaled = { ...existing, spec: { ...existing.spec, replicas } }
  const result = replace(target, scaled, existing, wholeObject(target))
  return result.ok ? { ...result, value: scaleOf(result.value as Scalable) } : result
}
