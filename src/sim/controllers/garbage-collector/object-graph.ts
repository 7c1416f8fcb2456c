import type { KubernetesObject, Uid } from '../../api/objects.ts'
import type { ObjectMeta, OwnerReference } from '../../api/generated/types.ts'
import type { Resource } from '../../api/resources.ts'

/** What kind of object a node is; one for all that were seen of a resource. */
export interface NodeKind {
  readonly apiVersion: string
  readonly kind: string
  /** Absent while nothing but an ownerReference speaks of it. */
  readonly resource: Resource | undefined
}

/** An object as the garbage collector knows it: there are as many as objects, so they are small. */
export class GraphNode {
  /** Only an ownerReference speaks of it so far. */
  isVirtual: boolean
  owners: readonly OwnerReference[] = noOwners
  /** Made when there is a first one. */
  dependents: GraphNode[] | null = null
  isBeingDeleted = false
  /** In foreground deletion: it waits until those dependents are gone that block it. */
  isDeletingDependents = false

  constructor(
    readonly kind: NodeKind,
    readonly uid: Uid,
    readonly namespace: string | undefined,
    readonly name: string,
  ) {
    this.isVirtual = kind.resource === undefined
  }
}

const nothing: readonly GraphNode[] = []
const noOwners: readonly OwnerReference[] = []

export function dependentsOf(node: GraphNode): readonly GraphNode[] {
  return node.dependents ?? nothing
}

/** The dependents that an owner in foreground deletion waits for. */
export function blockingDependents(node: GraphNode): readonly GraphNode[] {
  return dependentsOf(node).filter(({ owners }) => owners.some((owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true))
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
  private readonly kinds = new Map<Resource, NodeKind>()
  /** What the server no longer has and the caches still show: there may be news of it yet. */
  private readonly outlived = new Set<Uid>()

  constructor(private readonly listener: GraphListener) {}

  get(uid: Uid): GraphNode | undefined {
    return this.nodes.get(uid)
  }

  /** An object appeared or changed. */
  put(resource: Resource, object: KubernetesObject, old: KubernetesObject | undefined): void {
    const { metadata } = object
    // What was seen before is known: most changes need no look at the graph.
    if (old && !concerns(old.metadata, metadata) && !this.outlived.has(metadata.uid)) return
    const node = this.observe(resource, object, this.nodes.get(metadata.uid))
    this.changeOwners(node, metadata.ownerReferences ?? noOwners)
    if (metadata.deletionTimestamp !== undefined) node.isBeingDeleted = true
    this.processTransitions(node, old?.metadata, metadata)
  }

  /** The caches show that the object is gone. */
  remove(uid: Uid): void {
    this.outlived.delete(uid)
    this.drop(uid)
  }

  /** The server says that the object is gone, or never was. Who comes later and names it as its owner is another one to ask about it. */
  denied(node: GraphNode): void {
    if (!node.isVirtual) this.outlived.add(node.uid)
    this.drop(node.uid)
  }

  private drop(uid: Uid): void {
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
    let ofKind = this.kinds.get(resource)
    if (!ofKind) this.kinds.set(resource, (ofKind = { apiVersion, kind, resource }))
    const node = new GraphNode(ofKind, uid, namespace, name)
    node.dependents = known?.dependents ?? null
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
    if (before.length === 0) {
      node.owners = owners
      return this.addToOwners(node, owners)
    }
    const [was, is, blocks] = [uidsOf(before), uidsOf(owners), uidsOf(owners.filter(({ blockOwnerDeletion }) => blockOwnerDeletion === true))]
    const added = owners.filter(({ uid }) => !was.has(uid))
    const removed = before.filter(({ uid }) => !is.has(uid))
    const unblocked = before.filter(({ uid, blockOwnerDeletion }) => blockOwnerDeletion === true && !blocks.has(uid))
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
        owner = new GraphNode({ apiVersion, kind, resource: undefined }, uid, node.namespace, name)
        this.nodes.set(uid, owner)
        // Nobody has seen it: it is made sure that it exists.
        this.listener.attemptToDelete(owner)
      } else if (!owner.isVirtual && isMismatch(node, owner, reference)) this.refuse(node, owner, reference)
      // A reference that stands there twice is one.
      if (!owner.dependents) owner.dependents = [node]
      else if (owner.dependents.at(-1) !== node) owner.dependents.push(node)
    }
  }

  private removeFromOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    for (const { uid } of owners) {
      const owner = this.nodes.get(uid)
      const at = owner?.dependents?.indexOf(node) ?? -1
      if (at >= 0) owner?.dependents?.splice(at, 1)
      if (owner?.isVirtual && dependentsOf(owner).length === 0) this.nodes.delete(uid)
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

function uidsOf(owners: readonly OwnerReference[]): ReadonlySet<Uid> {
  return new Set(owners.map(({ uid }) => uid))
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
  return owner.name !== name || owner.kind.kind !== kind || owner.kind.apiVersion !== apiVersion || (owner.namespace !== undefined && owner.namespace !== dependent.namespace)
}
