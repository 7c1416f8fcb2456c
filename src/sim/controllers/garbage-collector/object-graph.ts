import type { KubernetesObject, Uid } from '../../api/objects.ts'
import type { ObjectMeta, OwnerReference } from '../../api/generated/types.ts'
import type { Resource } from '../../api/resources.ts'

/** An object as the garbage collector knows it. `isVirtual`: only an ownerReference speaks of it so far. */
export interface GraphNode {
  readonly uid: Uid
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string | undefined
  readonly name: string
  readonly resource: Resource | undefined
  isVirtual: boolean
  owners: readonly OwnerReference[]
  /** Made when there is a first one. */
  dependents: Set<GraphNode> | null
  isBeingDeleted: boolean
  /** In foreground deletion: it waits until those dependents are gone that block it. */
  isDeletingDependents: boolean
}

const nothing: ReadonlySet<GraphNode> = new Set()
const noOwners: readonly OwnerReference[] = []

export function dependentsOf(node: GraphNode): ReadonlySet<GraphNode> {
  return node.dependents ?? nothing
}

/** The dependents that an owner in foreground deletion waits for. */
export function blockingDependents(node: GraphNode): readonly GraphNode[] {
  return [...dependentsOf(node)].filter(({ owners }) => owners.some((owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true))
}

/** Where the collector is told what to look at. */
export interface GraphListener {
  /** Its owners, or for a virtual object its very existence, are to be looked at. */
  attemptToDelete(node: GraphNode): void
  attemptToOrphan(node: GraphNode): void
  /** The owner is not where the dependent is. */
  invalidNamespace(dependent: GraphNode, owner: OwnerReference): void
}

/** Who owns whom, by uid, over all resources: pkg/controller/garbagecollector GraphBuilder. */
export class ObjectGraph {
  private readonly nodes = new Map<Uid, GraphNode>()

  constructor(private readonly listener: GraphListener) {}

  get(uid: Uid): GraphNode | undefined {
    return this.nodes.get(uid)
  }

  /** An object appeared or changed. */
  put(resource: Resource, object: KubernetesObject, old: KubernetesObject | undefined): void {
    const { metadata } = object
    const known = this.nodes.get(metadata.uid)
    if (known && !known.isVirtual && old && !concerns(old.metadata, metadata)) return
    const node = this.observe(resource, object, known)
    this.changeOwners(node, metadata.ownerReferences ?? noOwners)
    if (metadata.deletionTimestamp !== undefined) node.isBeingDeleted = true
    this.processTransitions(node, old?.metadata, metadata)
  }

  /** The object of that uid is gone, or never was. Who comes later and names it as its owner is another one to ask about it. */
  remove(uid: Uid): void {
    const node = this.nodes.get(uid)
    if (!node) return
    this.removeFromOwners(node, node.owners)
    for (const { uid: ownerUid } of node.owners) {
      const owner = this.nodes.get(ownerUid)
      if (owner?.isDeletingDependents) this.listener.attemptToDelete(owner)
    }
    this.nodes.delete(uid)
    for (const dependent of dependentsOf(node)) this.listener.attemptToDelete(dependent)
  }

  private observe(resource: Resource, { apiVersion, kind, metadata }: KubernetesObject, known: GraphNode | undefined): GraphNode {
    if (known && !known.isVirtual) return known
    const { uid, namespace, name } = metadata
    const node: GraphNode = { uid, apiVersion, kind, namespace, name, resource, isVirtual: false, owners: noOwners, dependents: known?.dependents ?? null, isBeingDeleted: false, isDeletingDependents: false }
    this.nodes.set(uid, node)
    for (const dependent of dependentsOf(node)) {
      const reference = dependent.owners.find((owner) => owner.uid === uid)
      if (reference && isMismatch(dependent, node, reference)) this.refuse(dependent, node, reference)
    }
    return node
  }

  private changeOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    const before = node.owners
    if (before === owners) return
    const added = owners.filter(({ uid }) => !before.some((owner) => owner.uid === uid))
    const removed = before.filter(({ uid }) => !owners.some((owner) => owner.uid === uid))
    const unblocked = before.filter((owner) => owner.blockOwnerDeletion === true && !owners.some(({ uid, blockOwnerDeletion }) => uid === owner.uid && blockOwnerDeletion === true))
    node.owners = owners
    for (const { uid } of unblocked) {
      const owner = this.nodes.get(uid)
      if (owner) this.listener.attemptToDelete(owner)
    }
    this.addToOwners(node, added)
    this.removeFromOwners(node, removed)
  }

  private addToOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    for (const reference of owners) {
      let owner = this.nodes.get(reference.uid)
      if (!owner) {
        const { uid, apiVersion, kind, name } = reference
        owner = { uid, apiVersion, kind, name, namespace: node.namespace, resource: undefined, isVirtual: true, owners: noOwners, dependents: null, isBeingDeleted: false, isDeletingDependents: false }
        this.nodes.set(uid, owner)
        // Nobody has seen it: it is made sure that it exists.
        this.listener.attemptToDelete(owner)
      } else if (!owner.isVirtual && isMismatch(node, owner, reference)) this.refuse(node, owner, reference)
      owner.dependents ??= new Set()
      owner.dependents.add(node)
    }
  }

  private removeFromOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    for (const { uid } of owners) {
      const owner = this.nodes.get(uid)
      owner?.dependents?.delete(node)
      if (owner?.isVirtual && dependentsOf(owner).size === 0) this.nodes.delete(uid)
    }
  }

  private refuse(dependent: GraphNode, owner: GraphNode, reference: OwnerReference): void {
    if (owner.namespace !== undefined && owner.namespace !== dependent.namespace) this.listener.invalidNamespace(dependent, reference)
    this.listener.attemptToDelete(dependent)
  }

  private processTransitions(node: GraphNode, old: ObjectMeta | undefined, current: ObjectMeta): void {
    if (begins('orphan', old, current)) {
      this.listener.attemptToOrphan(node)
      return
    }
    if (!begins('foregroundDeletion', old, current)) return
    node.isDeletingDependents = true
    for (const dependent of dependentsOf(node)) this.listener.attemptToDelete(dependent)
    this.listener.attemptToDelete(node)
  }
}

/** Most changes of an object are of no concern here. */
function concerns(old: ObjectMeta, current: ObjectMeta): boolean {
  return old.ownerReferences !== current.ownerReferences || old.deletionTimestamp !== current.deletionTimestamp || old.finalizers !== current.finalizers
}

function begins(finalizer: string, old: ObjectMeta | undefined, current: ObjectMeta): boolean {
  const waits = (metadata: ObjectMeta | undefined): boolean => metadata?.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer)
  return waits(current) && !waits(old)
}

function isMismatch(dependent: GraphNode, owner: GraphNode, { apiVersion, kind, name }: OwnerReference): boolean {
  return owner.name !== name || owner.kind !== kind || owner.apiVersion !== apiVersion || (owner.namespace !== undefined && owner.namespace !== dependent.namespace)
}
