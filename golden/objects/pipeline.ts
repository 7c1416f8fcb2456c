import { admitDefaultTolerations } from '../../src/sim/api/admission/default-tolerations.ts'
import { admitPriority } from '../../src/sim/api/admission/priority.ts'
import { admitServiceAccount } from '../../src/sim/api/admission/service-account.ts'
import { admitNode } from '../../src/sim/api/admission/taint-nodes.ts'
import * as errors from '../../src/sim/api/errors.ts'
import type { Node, Pod, ServiceAccount } from '../../src/sim/api/generated/types.ts'
import { deepFreeze, type KubernetesObject } from '../../src/sim/api/objects.ts'
import { findKind, type ResourceDefinition } from '../../src/sim/api/resources.ts'
import { decodeObject, type FieldValidation } from '../../src/sim/api/schema.ts'
import { accepted, refused, type Result } from '../../src/sim/api/status.ts'
import { createClusterIPPool, createNodePortPool, type Allocators } from '../../src/sim/api/strategy/allocators.ts'
import { withoutDisabledFields } from '../../src/sim/api/strategy/disabled-fields.ts'
import { strategyOf } from '../../src/sim/api/strategy/strategies.ts'
import type { SubresourceStrategy } from '../../src/sim/api/strategy/strategy.ts'
import { asHeaders } from '../../src/sim/apiserver/warnings.ts'
import type { GoldenCase } from '../harness.ts'

/** Whatever stands in a golden file. */
// oxlint-disable-next-line no-explicit-any
export type Json = any

/** What the API server does to an object between its door and its store, without either. */
export interface Pipeline {
  readonly allocators: Allocators
  create(object: unknown, options?: { readonly admission?: boolean; readonly validation?: FieldValidation }): Result<KubernetesObject>
  update(object: unknown, old: KubernetesObject, subresource: string | undefined): Result<KubernetesObject>
}

const now = '2026-01-01T00:00:00Z'
const closedGates = new Set<never>()

/** True for objects of a kind that is built. */
export function isBuilt(object: { readonly apiVersion?: string; readonly kind?: string } | undefined): boolean {
  return object !== undefined && findKind(object.apiVersion ?? '', object.kind ?? '') !== undefined
}

/** Cases about an object of a kind that is built. */
export function aboutBuiltKinds(golden: GoldenCase): boolean {
  return isBuilt(golden.in.object)
}

export function createPipeline(): Pipeline {
  const allocators: Allocators = { clusterIPs: createClusterIPPool(), nodePorts: createNodePortPool() }
  return { allocators, create: (object, options = {}) => create(object, options, allocators), update: (object, old, subresource) => update(object, old, subresource, allocators) }
}

function create(body: unknown, { admission = false, validation = 'Strict' as FieldValidation }, allocators: Allocators): Result<KubernetesObject> {
  const { apiVersion, kind } = body as KubernetesObject
  const definition = findKind(apiVersion, kind)
  if (!definition) throw new Error(`${kind} is not built`)
  const strategy = strategyOf(definition.resource)
  const decoded = decodeObject(definition, body, validation)
  if (!decoded.ok) return decoded
  let object = strategy.defaults(inNamespace(definition, decoded.value))
  if (admission) {
    const admitted = admit(definition, object)
    if (!admitted.ok) return admitted
    object = strategy.defaults(admitted.value)
  }
  object = { ...object, metadata: { ...object.metadata, uid: 'uid', creationTimestamp: now } }
  const reservation = strategy.reserve?.(object, null, allocators)
  if (reservation) object = reservation.object
  if (reservation && reservation.errors.length > 0) return refuse(definition, object, reservation.errors)
  const sent = withoutDisabledFields(object, closedGates)
  object = strategy.prepareForCreate(sent, { now })
  const faults = strategy.validate(object)
  if (faults.length > 0) return { ...refuse(definition, object, faults), warnings: asHeaders(strategy.warningsOnPrepare?.(sent) ?? []) }
  return warned(deepFreeze(strategy.canonicalize?.(object) ?? object), strategy.warningsOnCreate?.(object, sent))
}

function update(body: unknown, old: KubernetesObject, subresource: string | undefined, allocators: Allocators): Result<KubernetesObject> {
  const definition = findKind(old.apiVersion, old.kind)
  if (!definition) throw new Error(`${old.kind} is not built`)
  const strategy = strategyOf(definition.resource)
  const decoded = decodeObject(definition, body, 'Strict')
  if (!decoded.ok) return decoded
  let next = strategy.defaults(decoded.value)
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds } = old.metadata
  const metadata = { ...next.metadata, uid: next.metadata.uid || uid, creationTimestamp, resourceVersion: next.metadata.resourceVersion || old.metadata.resourceVersion, deletionTimestamp, deletionGracePeriodSeconds }
  next = { ...next, metadata }
  const door = subresource === undefined ? strategy : doorOf(strategy, subresource)
  if (subresource === undefined) {
    const reservation = strategy.reserve?.(next, old, allocators)
    if (reservation && reservation.errors.length > 0) return refuse(definition, next, reservation.errors)
    if (reservation) next = reservation.object
  }
  next = door.prepareForUpdate(withoutDisabledFields(next, closedGates), old, { now })
  const faults = door.validateUpdate(next, old)
  if (faults.length > 0) return refuse(definition, next, faults)
  const warnings = subresource === undefined ? strategy.warningsOnUpdate?.(next, old) : (door as SubresourceStrategy).warnings?.(next)
  return warned(deepFreeze(strategy.canonicalize?.(next) ?? next), warnings)
}

function warned(value: KubernetesObject, warnings: readonly string[] = []): Result<KubernetesObject> {
  return { ok: true, value, warnings: asHeaders(warnings) }
}

function doorOf(strategy: ReturnType<typeof strategyOf>, subresource: string) {
  const door = subresource === 'status' ? strategy.status : strategy.subresources?.[subresource as 'finalize' | 'ephemeralcontainers']
  if (!door) throw new Error(`no subresource ${subresource}`)
  return door
}

function inNamespace(definition: ResourceDefinition, object: KubernetesObject): KubernetesObject {
  const { namespace, ...metadata } = object.metadata
  if (definition.namespaced) return namespace ? object : { ...object, metadata: { ...metadata, namespace: 'default' } }
  return { ...object, metadata }
}

function admit(definition: ResourceDefinition, object: KubernetesObject): Result<KubernetesObject> {
  if (definition.kind === 'Node') return accepted(admitNode(object as unknown as Node) as unknown as KubernetesObject)
  if (definition.kind !== 'Pod') return accepted(object)
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default', uid: 'account', resourceVersion: '1', creationTimestamp: now } } as ServiceAccount
  const first = admitServiceAccount(object as unknown as Pod, { serviceAccount: () => account, suffix: () => 'abcde', admitted: new WeakMap() })
  if ('refusal' in first) return refused(errors.forbidden(definition, object.metadata.name, first.refusal))
  const second = admitPriority(admitDefaultTolerations(first.pod))
  if ('refusal' in second) return refused(errors.forbidden(definition, object.metadata.name, second.refusal))
  return accepted(second.pod as unknown as KubernetesObject)
}

function refuse(definition: ResourceDefinition, object: KubernetesObject, faults: Parameters<typeof errors.invalid>[2]): Result<never> {
  return refused(errors.invalid(definition, object.metadata.name ?? '', faults))
}
