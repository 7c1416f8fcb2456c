import type { Namespace } from '../../src/sim/api/generated/types.ts'
import { keyOf, type KubernetesObject } from '../../src/sim/api/objects.ts'
import type { ApiRequest } from '../../src/sim/api/request.ts'
import type { Result } from '../../src/sim/api/status.ts'
import type { Check, Scene, Write } from './check.ts'
import { seenFor } from './sight.ts'

/** Rows 34, 36, 38 and 40: who may go when. */
export class Deletions implements Check {
  /** Since when a namespace is being deleted. */
  private readonly ending = new Map<string, number>()

  constructor(private readonly scene: Scene) {}

  committed({ before, after, request }: Write): void {
    if (before && !after) this.removed(before)
    if (after?.kind === 'Namespace' && after.metadata.deletionTimestamp && !this.ending.has(after.metadata.name)) this.ending.set(after.metadata.name, this.scene.now)
    const namespace = after?.metadata.namespace
    if (!before && after && namespace !== undefined && request?.verb === 'create' && this.ending.has(namespace)) this.scene.fail(40, `${after.kind} ${keyOf(after)} was made in a namespace that ends`)
  }

  /** 38 and 40, at the request: the garbage collector takes only what nobody owns; a namespace loses its pods first. */
  requested(request: ApiRequest, result: Result<unknown>): void {
    if (!result.ok || request.options?.dryRun) return
    if (request.user === 'garbage-collector-controller' && request.verb === 'delete') this.collected(request)
    // Upstream goes on to the other kinds when the pods could not be asked for.
    if (request.user === 'namespace-controller' && !this.scene.areControllersBlurred && (request.verb === 'deletecollection' || request.verb === 'delete') && request.resource !== 'pods' && request.namespace !== undefined) {
      const left = [...this.scene.all('Pod').keys()].find((key) => key.startsWith(`${request.namespace}/`))
      if (left !== undefined) this.scene.fail(40, `${request.resource} of namespace ${request.namespace} go while pod ${left} is there`)
    }
  }

  /**
   * What the request named is gone or being deleted by now: its owners are asked for as of before. Nothing excuses it: the collector asks the API for the
   * object and for each owner that it does not know to be gone (attemptToDeleteItem, isDangling), and goes by no cache.
   */
  private collected({ resource, namespace, name }: ApiRequest): void {
    const last = this.lastDeleted
    const gone = last && last.metadata.name === name && last.metadata.namespace === namespace ? last : this.scene.newest.get(`/registry/${resource}/${namespace === undefined ? '' : `${namespace}/`}${name}`)?.value
    if (!gone) return
    const owners = gone.metadata.ownerReferences ?? []
    // An owner in another namespace is none.
    const living = owners.filter(({ uid }) => {
      const owner = this.scene.byUid.get(uid)
      return owner && (owner.metadata.namespace === undefined || owner.metadata.namespace === namespace) && !waitsForDependents(owner)
    })
    const orphaning = gone.metadata.finalizers?.some((finalizer) => finalizer === 'foregroundDeletion') === true && gone.metadata.deletionTimestamp !== undefined
    if (living.length > 0 && !orphaning) this.scene.fail(38, `${resource} ${name} was collected, and its owner ${living[0]!.kind} ${living[0]!.name} is alive`)
    if (owners.length === 0 && !gone.metadata.deletionTimestamp) this.scene.fail(38, `${resource} ${name} was collected and never had an owner`)
  }

  private lastDeleted: KubernetesObject | null = null

  private removed(last: KubernetesObject): void {
    this.lastDeleted = last
    const { finalizers = [], uid } = last.metadata
    // The write that takes the last finalizer away is the deletion itself: one finalizer may still be seen here, never more.
    if (finalizers.length > 1) this.scene.fail(34, `${last.kind} ${keyOf(last)} was removed with finalizers ${finalizers.join(', ')}`)
    // A delete with another propagation takes the finalizer of the first along.
    const own = finalizers.filter((finalizer) => finalizer !== 'foregroundDeletion' && finalizer !== 'orphan')
    if (own.length === 1 && this.scene.request !== null && this.scene.request.verb !== 'update' && this.scene.request.verb !== 'patch') this.scene.fail(34, `${last.kind} ${keyOf(last)} was removed by a ${this.scene.request.verb} and had the finalizer ${own[0]}`)
    if (last.kind === 'Namespace') this.emptied(last as Namespace)
    if (this.scene.isUser || !(finalizers.includes('foregroundDeletion') || finalizers.includes('orphan'))) return
    for (const { value } of this.scene.newest.values()) {
      // A dependent made while its owner went is the next pass' affair.
      if (value?.metadata.ownerReferences?.some((owner) => owner.uid === uid && (owner.blockOwnerDeletion === true || finalizers.includes('orphan'))) && !this.isNew(value)) this.scene.fail(36, `${last.kind} ${keyOf(last)} went before ${value.kind} ${keyOf(value)}`)
    }
  }

  private isNew(object: KubernetesObject): boolean {
    return this.scene.wallNow - Date.parse(object.metadata.creationTimestamp ?? '') <= seenFor
  }

  private emptied({ metadata: { name } }: Namespace): void {
    this.ending.delete(name)
    for (const { value } of this.scene.newest.values()) if (value?.metadata.namespace === name && value.kind !== 'Event') this.scene.fail(40, `namespace ${name} went before its ${value.kind} ${value.metadata.name}`)
  }
}

function waitsForDependents({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes('foregroundDeletion') === true
}
