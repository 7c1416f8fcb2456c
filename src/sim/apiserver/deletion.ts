// Upstream: apiserver/pkg/registry (v1.36). Left out: unsafe deletion of corrupt objects, shard selectors.
import { conflict, invalid, notFound } from '../api/errors.ts'
import { accepted, refused, type Result, type Status } from '../api/status.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { ObjectList } from '../api/request.ts'
import { validateDeleteOptions, type DeleteOptions } from '../api/request-options.ts'
import { settledObject } from '../api/schema/settle.ts'
import { semanticEqual } from '../api/semantic.ts'
import { formatTime, parseTime } from '../api/time.ts'
import { commit, readObject } from './core.ts'
import { admitDelete } from './admission.ts'
import { decodeDeleteOptions } from './decode.ts'
import { discard } from './reservations.ts'
import type { Target } from './target.ts'

const orphanFinalizer = 'orphan'
const foregroundFinalizer = 'foregroundDeletion'

/** registry Store.ReturnDeletedObject: these answer with the object, the others with a Status. */
const returnsDeletedObject: ReadonlySet<string> = new Set(['pods', 'services', 'serviceaccounts', 'namespaces', 'podtemplates', 'resourcequotas'])

/** DELETE of one object: at once, after a grace period, or when its finalizers are gone. */
export function remove(target: Target, body: unknown): Result<unknown> {
  const options = readOptions(body)
  return options.ok ? removeOne(target, options.value) : options
}

function readOptions(body: unknown): Result<DeleteOptions> {
  const options = decodeDeleteOptions(body)
  const faults = options.ok ? validateDeleteOptions(options.value) : []
  return faults.length > 0 ? refused(invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', faults)) : options
}

function removeOne(target: Target, options: DeleteOptions): Result<unknown> {
  const admitted = admitDelete(target)
  if (!admitted.ok) return admitted
  const { core, definition, namespace, name } = target
  const object = readObject(core, definition, namespace, name)
  if (!object) return refused(notFound(definition, name))
  const mismatch = preconditionRefusal(target, object, options)
  if (mismatch) return refused(mismatch)
  if (definition.resource === 'namespaces') return removeNamespace(target, object, options)
  return removeObject(target, object, options)
}

function removeObject(target: Target, object: KubernetesObject, options: DeleteOptions): Result<unknown> {
  const graceful = planGrace(target, object, options)
  if (graceful === 'pending') return accepted(answer(target, object))
  const finalizers = finalizersFor(target, object, options)
  const marked = graceful ?? (finalizers.length > 0 ? markAsDeleting(target, object) : undefined)
  if (!marked) return accepted(deleteNow(target, object))
  const before = object.metadata.finalizers ?? []
  const { finalizers: _old, ...metadata } = marked.metadata
  const same = before.length === finalizers.length && before.every((finalizer, at) => finalizer === finalizers[at])
  const next = same ? marked : { ...marked, metadata: finalizers.length > 0 ? { ...metadata, finalizers } : metadata }
  const written = write(target, next, object)
  // Without anything to wait for the object goes in the same request: one write that marks it, one that deletes it.
  if (finalizers.length > 0 || (graceful?.metadata.deletionGracePeriodSeconds ?? 0) > 0) return accepted(written)
  return accepted(deleteNow(target, written))
}

/** The object with its deletion planned; 'pending' when it is planned already; undefined when its kind has no grace. */
function planGrace(target: Target, object: KubernetesObject, options: DeleteOptions): KubernetesObject | 'pending' | undefined {
  const { metadata } = object
  const { gracePeriodOf } = target.strategy
  if (!gracePeriodOf) return undefined
  if (metadata.deletionTimestamp !== undefined) {
    const grace = metadata.deletionGracePeriodSeconds
    if (!grace) return undefined
    const period = options.gracePeriodSeconds
    if (period === undefined || period >= grace) return 'pending'
    const requested = (parseTime(metadata.deletionTimestamp) ?? 0) - grace * 1000
    return { ...object, metadata: { ...metadata, deletionTimestamp: formatTime(requested + period * 1000), deletionGracePeriodSeconds: period } }
  }
  const period = gracePeriodOf(object, options)
  if (period === null) return undefined
  const deletionTimestamp = formatTime(target.core.wall.epochMillis + period * 1000)
  const generation = metadata.generation ? { generation: metadata.generation + 1 } : {}
  return { ...object, metadata: { ...metadata, ...generation, deletionTimestamp, deletionGracePeriodSeconds: period } }
}

/** Kinds without a grace period are marked with one of zero when finalizers hold them back. */
function markAsDeleting({ core }: Target, object: KubernetesObject): KubernetesObject {
  const { metadata } = object
  const first = metadata.deletionTimestamp === undefined
  const generation = first && metadata.generation ? { generation: metadata.generation + 1 } : {}
  const deletionTimestamp = metadata.deletionTimestamp ?? core.wall.time()
  return { ...object, metadata: { ...metadata, ...generation, deletionTimestamp, deletionGracePeriodSeconds: 0 } }
}

/** Its finalizers, with those that the garbage collector waits for as the propagation policy asks. */
function finalizersFor({ definition, strategy }: Target, { metadata }: KubernetesObject, { propagationPolicy: named, orphanDependents }: DeleteOptions): readonly string[] {
  const old = metadata.finalizers ?? []
  if (definition.resource === 'events') return old
  const propagationPolicy = named ?? (orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background')
  const orphans = propagationPolicy ? propagationPolicy === 'Orphan' : old.includes(orphanFinalizer) || (strategy.orphansDependents === true && !old.includes(foregroundFinalizer))
  const waits = propagationPolicy ? propagationPolicy === 'Foreground' : !orphans && old.includes(foregroundFinalizer)
  if (orphans === old.includes(orphanFinalizer) && waits === old.includes(foregroundFinalizer)) return old
  const kept = old.filter((finalizer) => finalizer !== orphanFinalizer && finalizer !== foregroundFinalizer)
  return [...kept, ...(orphans ? [orphanFinalizer] : []), ...(waits ? [foregroundFinalizer] : [])]
}

/** A namespace first turns Terminating; it goes when the namespace controller has emptied it and finalized its spec. */
function removeNamespace(target: Target, object: KubernetesObject, options: DeleteOptions): Result<unknown> {
  const namespace = object as KubernetesObject & { readonly spec?: { readonly finalizers?: readonly string[] }; readonly status?: object }
  if (namespace.metadata.deletionTimestamp === undefined) {
    const finalizers = finalizersFor(target, object, options)
    const metadata = { ...object.metadata, deletionTimestamp: target.core.wall.time(), ...(finalizers.length > 0 && { finalizers }) }
    return accepted(write(target, { ...namespace, metadata, status: { ...namespace.status, phase: 'Terminating' } } as KubernetesObject, object))
  }
  if (namespace.spec?.finalizers?.length) return accepted(object)
  return removeObject(target, object, options)
}

function write({ core, by, definition, dryRun }: Target, object: KubernetesObject, before: KubernetesObject): KubernetesObject {
  // Deleting again what its finalizers hold changes nothing, so nothing is written and nobody is told.
  if (semanticEqual(object, before)) return before
  return dryRun ? settledObject(object, before.metadata.resourceVersion) : commit(core, by, definition, object, before)
}

function deleteNow(target: Target, object: KubernetesObject): unknown {
  if (!target.dryRun) discard(target, object)
  return answer(target, object)
}

function answer({ definition }: Target, object: KubernetesObject): unknown {
  if (returnsDeletedObject.has(definition.resource)) return object
  const { name, uid } = object.metadata
  const details = { name, ...(definition.group && { group: definition.group }), kind: definition.resource, uid }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }
}

function preconditionRefusal({ definition, name }: Target, { metadata }: KubernetesObject, { preconditions }: DeleteOptions): Status | undefined {
  const kind = { group: definition.group, resource: definition.kind }
  if (preconditions?.uid !== undefined && preconditions.uid !== metadata.uid) {
    const reason = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`
    return conflict(kind, name, reason)
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== metadata.resourceVersion) {
    const reason = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`
    return conflict(kind, name, reason)
  }
  return undefined
}

/** DELETE of a collection: each object by the rules for one; answers the list as it was. */
export function removeCollection(target: Target, listed: Result<ObjectList>, body: unknown): Result<unknown> {
  if (!listed.ok) return listed
  const options = readOptions(body)
  if (!options.ok) return options
  for (const { metadata } of listed.value.items) {
    const result = removeOne({ ...target, namespace: metadata.namespace, name: metadata.name }, options.value)
    if (!result.ok && result.status.reason !== 'NotFound') return result
  }
  return listed
}
