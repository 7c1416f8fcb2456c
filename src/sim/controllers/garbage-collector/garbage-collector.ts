// Upstream: pkg/controller/garbagecollector (v1.36). Left out: discovery of kinds (the table of resources is known), metrics, the dump of the graph.
import { internalError } from '../../api/errors.ts'
import type { OwnerReference } from '../../api/generated/types.ts'
import { objectKey } from '../../api/objects.ts'
import type { KubernetesObject, ObjectKey, Uid } from '../../api/objects.ts'
import { definitionOf, findKind, resources } from '../../api/resources.ts'
import type { Resource } from '../../api/resources.ts'
import { StatusError } from '../../api/status.ts'
import type { Result } from '../../api/status.ts'
import type { Change, ComponentContext, Informer, ObjectReferenceSource } from '../../client/component.ts'
import type { Steps } from '../../client/steps.ts'
import { WorkQueue, type Requeue } from '../../client/work-queue.ts'
import { defaultControllerManagerFlags } from '../flags.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { AbsentOwners } from './absent-owners.ts'
import { blockingDependents, dependentsOf, ObjectGraph } from './object-graph.ts'
import type { GraphNode } from './object-graph.ts'
import { planItem } from './plan-item.ts'
import type { ItemPlan, JudgedOwner, OwnerState } from './plan-item.ts'

/** Removes objects whose owners are all gone, and lets owners go that wait for their dependents, or leave them behind. */
export function startGarbageCollector(context: ComponentContext, options: Partial<ControllerManagerFlags> = {}): void {
  new GarbageCollector(context, { ...defaultControllerManagerFlags, ...options }).start()
}

class GarbageCollector {
  private readonly graph: ObjectGraph
  private readonly absent = new AbsentOwners()
  private readonly deletions: WorkQueue
  private readonly orphanings: WorkQueue

  constructor(
    private readonly context: ComponentContext,
    { concurrentGcSyncs: workers }: ControllerManagerFlags,
  ) {
    const { agenda, client } = context
    this.deletions = new WorkQueue(agenda, 'garbage-collector', (uid) => this.attemptToDelete(uid), { workers, client })
    this.orphanings = new WorkQueue(agenda, 'garbage-collector orphans', (uid) => this.attemptToOrphan(uid), { workers, client })
    this.graph = new ObjectGraph({
      attemptToDelete: ({ uid }) => this.deletions.add(uid),
      attemptToOrphan: ({ uid }) => this.orphanings.add(uid),
      invalidNamespace: (dependent, owner) => this.tellInvalid(dependent, owner),
    })
  }

  start(): void {
    this.deletions.pause()
    this.orphanings.pause()
    // Events come and go by themselves, in numbers: upstream does not look at them either.
    for (const { resource } of resources) if (resource !== 'events') this.watch(resource, this.context.informers.of(resource) as Informer<KubernetesObject>)
    this.context.informers.whenSynced(() => {
      this.deletions.resume()
      this.orphanings.resume()
    })
  }

  private watch(resource: Resource, informer: Informer<KubernetesObject>): void {
    informer.onChange(({ old, new: current }: Change<KubernetesObject>) => {
      // A namesake that came while nobody looked is another object.
      if (old && old.metadata.uid !== current?.metadata.uid) {
        this.graph.remove(old.metadata.uid)
        this.absent.add(old.metadata.uid, old.metadata.namespace)
      }
      if (current) this.graph.put(resource, current, old?.metadata.uid === current.metadata.uid ? old : undefined)
    })
  }

  private attemptToDelete(uid: Uid): 'whenChanged' {
    const node = this.graph.get(uid)
    if (!node || (node.isBeingDeleted && !node.isDeletingDependents)) return 'whenChanged'
    const live = this.read(node)
    if (!live) {
      this.absent.add(uid, node.namespace)
      this.graph.denied(node)
      return 'whenChanged'
    }
    if (node.isVirtual) return 'whenChanged'
    if (node.isDeletingDependents) this.continueForeground(node)
    else this.judgeItem(node, live)
    return 'whenChanged'
  }

  private judgeItem(node: GraphNode, live: KubernetesObject): void {
    const owners: JudgedOwner[] = []
    for (const owner of live.metadata.ownerReferences ?? []) {
      const state = this.judgeOwner(owner, node)
      // Something of the cluster cannot belong to something in a namespace: nobody knows what was meant.
      if (!state) return
      owners.push({ owner, state })
    }
    const dependents = dependentsOf(node)
    const plan = planItem({
      isBeingDeleted: node.isBeingDeleted,
      finalizers: live.metadata.finalizers ?? [],
      owners,
      hasDependents: dependents.length > 0,
      hasWaitingDependent: dependents.some(({ isDeletingDependents }) => isDeletingDependents),
    })
    if (plan.kind !== 'keep') this.context.decided('planItem', `${node.kind.resource ?? ''}/${node.namespace ?? ''}/${node.name}`, { owners, plan })
    this.carryOut(plan, node, live)
  }

  private carryOut(plan: ItemPlan, node: GraphNode, { metadata }: KubernetesObject): void {
    const { uid } = node
    if (plan.kind === 'disown') this.patchOwners(node, plan.owners.map((owner) => ({ $patch: 'delete', uid: owner.uid })))
    if (plan.kind !== 'delete') return
    if (plan.unblock) {
      const blocking = (metadata.ownerReferences ?? []).filter(({ blockOwnerDeletion }) => blockOwnerDeletion === true)
      this.patchOwners(node, blocking.map((owner) => ({ uid: owner.uid, blockOwnerDeletion: false })))
    }
    tolerateAbsence(this.context.client.delete(resourceOf(node), keyOfNode(node), { propagationPolicy: plan.propagationPolicy, preconditions: { uid } }))
  }

  /** null: the owner cannot be one. */
  private judgeOwner({ uid, apiVersion, kind, name }: OwnerReference, { namespace }: GraphNode): OwnerState | null {
    if (this.absent.has(uid, namespace)) return 'absent'
    const definition = findKind(apiVersion, kind)
    if (!definition) throw new StatusError(internalError(`no matches for kind "${kind}" in version "${apiVersion}"`))
    if (definition.namespaced && namespace === undefined) return null
    const live = this.get(definition.resource, definition.namespaced ? objectKey(namespace, name) : name)
    if (live?.metadata.uid !== uid) {
      this.absent.add(uid, namespace)
      return 'absent'
    }
    const isWaiting = live.metadata.deletionTimestamp !== undefined && (live.metadata.finalizers ?? []).includes('foregroundDeletion')
    return isWaiting ? 'waiting' : 'solid'
  }

  private continueForeground(node: GraphNode): void {
    const blocking = blockingDependents(node)
    if (blocking.length === 0) this.removeFinalizer(node, 'foregroundDeletion')
    for (const dependent of blocking) if (!dependent.isDeletingDependents) this.deletions.add(dependent.uid)
  }

  private *attemptToOrphan(uid: Uid): Steps<Requeue> {
    const node = this.graph.get(uid)
    if (!node || node.isVirtual) return 'whenChanged'
    for (const dependent of [...dependentsOf(node)]) {
      this.patchOwners(dependent, [{ $patch: 'delete', uid }])
      yield
    }
    this.removeFinalizer(node, 'orphan')
    return 'whenChanged'
  }

  private patchOwners(node: GraphNode, ownerReferences: readonly unknown[]): void {
    tolerateAbsence(this.context.client.patch(resourceOf(node), keyOfNode(node), 'strategic', { metadata: { uid: node.uid, ownerReferences } }))
  }

  private removeFinalizer(node: GraphNode, finalizer: string): void {
    const live = this.read(node)
    const present = live?.metadata.finalizers ?? []
    if (!live || !present.includes(finalizer)) return
    const finalizers = present.filter((other) => other !== finalizer)
    const { resourceVersion } = live.metadata
    tolerateAbsence(this.context.client.patch(resourceOf(node), keyOfNode(node), 'merge', { metadata: { resourceVersion, finalizers } }))
  }

  /** The object of that uid as the server has it now. */
  private read(node: GraphNode): KubernetesObject | undefined {
    const live = this.get(resourceOf(node), keyOfNode(node))
    return live?.metadata.uid === node.uid ? live : undefined
  }

  private get(resource: Resource, key: ObjectKey): KubernetesObject | undefined {
    const live = this.context.client.get(resource, key)
    if (live.ok) return live.value
    if (live.status.reason === 'NotFound') return undefined
    throw new StatusError(live.status)
  }

  private tellInvalid(dependent: GraphNode, { apiVersion, kind, name, uid }: OwnerReference): void {
    const { namespace = '' } = dependent
    const about = { apiVersion: dependent.kind.apiVersion, kind: dependent.kind.kind, metadata: { namespace, name: dependent.name, uid: dependent.uid } } as ObjectReferenceSource
    const owner = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`
    this.context.events.event(about, 'Warning', 'OwnerRefInvalidNamespace', `ownerRef ${owner} does not exist in namespace "${namespace}"`)
  }
}

function resourceOf({ kind: { resource, apiVersion, kind } }: GraphNode): Resource {
  const found = resource ?? findKind(apiVersion, kind)?.resource
  if (!found) throw new StatusError(internalError(`no matches for kind "${kind}" in version "${apiVersion}"`))
  return found
}

function keyOfNode(node: GraphNode): ObjectKey {
  return definitionOf(resourceOf(node)).namespaced ? objectKey(node.namespace, node.name) : node.name
}

/** What is gone, or is another by now, needs nothing any more. */
function tolerateAbsence(result: Result<unknown>): void {
  if (!result.ok && result.status.reason !== 'NotFound') throw new StatusError(result.status)
}
