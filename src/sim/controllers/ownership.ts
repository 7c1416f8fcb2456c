import { controllerOf, keyOf, type KubernetesObject, type ObjectKey, type Uid } from '../api/objects.ts'
import { must, StatusError, type Status } from '../api/status.ts'
import { matchesLabelSelector } from '../api/labels.ts'
import type { LabelSelector } from '../api/generated/types.ts'
import type { Resource } from '../api/resources.ts'
import type { ComponentContext, Informer, Lister } from '../client/component.ts'
import { controllerReference } from './pod-control.ts'

const ownerIndex = 'controlledBy'

/** Lets a controller find what an object controls, and what nobody controls, without looking at anything else. */
export function indexByController<T extends KubernetesObject>(informer: Informer<T>): void {
  const valuesOf = (object: T): readonly string[] => [controllerOf(object)?.uid ?? orphansOf(object.metadata.namespace)]
  informer.addIndex(ownerIndex, valuesOf, (old, object) => old.metadata.ownerReferences === object.metadata.ownerReferences)
}

/** What an object controls, by its uid (needs `indexByController`). */
export function controlledBy<T>(lister: Lister<T>, uid: Uid): readonly T[] {
  return lister.byIndex(ownerIndex, uid)
}

/** What nobody controls in a namespace (needs `indexByController`). */
export function orphansIn<T>(lister: Lister<T>, namespace: string | undefined): readonly T[] {
  return lister.byIndex(ownerIndex, orphansOf(namespace))
}

function orphansOf(namespace: string | undefined): string {
  return `orphans of ${namespace ?? ''}`
}

/** The living owner behind an object's controller reference, if it is of this kind and has this uid. */
export function resolveController<T extends KubernetesObject>(lister: Lister<T>, kind: string, object: KubernetesObject): T | undefined {
  const reference = controllerOf(object)
  if (reference?.kind !== kind) return undefined
  const owner = lister.find(object.metadata.namespace, reference.name)
  return owner?.metadata.uid === reference.uid ? owner : undefined
}

/** What a controller object does about one object that it owns or could own (ControllerRefManager.ClaimObject). */
export type Claim = 'keep' | 'adopt' | 'release' | 'ignore'

/** Pure: an object belongs to whom its reference names by uid; orphans that match are taken in, own ones that no longer match are let go. */
export function planClaim(owner: KubernetesObject, selector: LabelSelector, object: KubernetesObject): Claim {
  const reference = controllerOf(object)
  const isLeaving = owner.metadata.deletionTimestamp !== undefined
  if (reference) {
    if (reference.uid !== owner.metadata.uid) return 'ignore'
    if (matchesLabelSelector(selector, object.metadata.labels)) return 'keep'
    return isLeaving ? 'ignore' : 'release'
  }
  const adoptable = !isLeaving && object.metadata.deletionTimestamp === undefined && object.metadata.namespace === owner.metadata.namespace
  return adoptable && matchesLabelSelector(selector, object.metadata.labels) ? 'adopt' : 'ignore'
}

interface ClaimOptions {
  readonly owner: KubernetesObject
  /** The resource of the owner: it is asked for afresh before the first adoption. */
  readonly ownerResource: Resource
  readonly selector: LabelSelector
}

/** Adopts and releases through the API, and returns what the owner holds afterwards (ControllerRefManager.Claim…). */
export function claim<T extends KubernetesObject>(
  context: ComponentContext,
  resource: Resource,
  objects: readonly T[],
  { owner, ownerResource, selector }: ClaimOptions,
): readonly T[] {
  const held: T[] = []
  let refusal: Status | null = null
  let mayAdopt = false
  for (const object of objects) {
    const plan = planClaim(owner, selector, object)
    if (plan === 'keep') held.push(object)
    if (plan === 'release') refusal ??= release(context, resource, owner, object)
    if (plan !== 'adopt') continue
    if (!mayAdopt) recheck(context, ownerResource, owner)
    mayAdopt = true
    const adopted = context.client.patch(resource, keyOf(object), 'strategic', adoption(owner, object))
    if (adopted.ok) held.push(object)
    else if (adopted.status.reason !== 'NotFound') refusal ??= adopted.status
  }
  if (refusal) throw new StatusError(refusal)
  return held
}

function adoption(owner: KubernetesObject, object: KubernetesObject): unknown {
  return { metadata: { ownerReferences: [controllerReference(owner)], uid: object.metadata.uid } }
}

function release(context: ComponentContext, resource: Resource, owner: KubernetesObject, object: KubernetesObject): Status | null {
  const patch = { metadata: { ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }], uid: object.metadata.uid } }
  const released = context.client.patch(resource, keyOf(object), 'strategic', patch)
  // Gone, or another life of the same name: there is nothing left to let go of.
  return released.ok || released.status.reason === 'NotFound' || released.status.reason === 'Invalid' ? null : released.status
}

/** Adopting on behalf of an owner that is gone would leave the adopted to the garbage collector: the cache is not trusted here. */
function recheck(context: ComponentContext, resource: Resource, owner: KubernetesObject): void {
  const key: ObjectKey = keyOf(owner)
  const fresh = must(context.client.get(resource, key))
  const { uid, deletionTimestamp } = fresh.metadata
  if (uid !== owner.metadata.uid) throw goneOwner(`original ${owner.kind} ${key} is gone: got uid ${uid}, wanted ${owner.metadata.uid}`)
  if (deletionTimestamp !== undefined) throw goneOwner(`${key} has just been deleted at ${deletionTimestamp}`)
}

function goneOwner(message: string): StatusError {
  return new StatusError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `can't adopt: ${message}`, reason: 'Conflict', code: 409 })
}
