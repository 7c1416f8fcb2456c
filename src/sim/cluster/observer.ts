import { keyOf, type KubernetesObject, type ObjectKey } from '../api/objects.ts'
import type { Transport, WatchEvent } from '../api/request.ts'
import { resources, type Resource, type ResourceDefinition } from '../api/resources.ts'
import type { Node } from '../api/generated/types.ts'

/** One object as it is now; null: it is gone. */
export interface ObservedChange {
  readonly resource: Resource
  readonly key: ObjectKey
  readonly object: KubernetesObject | null
}

/**
 * The page's watches: one on every resource, at the instant of the commit. It plans nothing on the agenda, so a run that is looked at
 * is the same run as one that is not.
 */
export class Observer {
  private readonly known = new Map<Resource, Map<ObjectKey, KubernetesObject>>(resources.map(({ resource }) => [resource, new Map()]))
  private changed = new Map<string, ObservedChange>()
  /** Counts the changes that a person would see: no heartbeats, no leases. */
  visibleChanges = 0

  /** Lists and watches everything, from a server that has just started. */
  attach(server: Transport): void {
    for (const definition of resources) this.follow(server, definition)
  }

  object(resource: Resource, key: ObjectKey): KubernetesObject | undefined {
    return this.known.get(resource)!.get(key)
  }

  objects(resource: Resource): Iterable<KubernetesObject> {
    return this.known.get(resource)!.values()
  }

  /** What changed since the last drain, each object once. */
  drain(): ObservedChange[] {
    const changes = [...this.changed.values()]
    this.changed = new Map()
    return changes
  }

  private follow(server: Transport, definition: ResourceDefinition): void {
    const { group, version, resource } = definition
    const listed = server.request({ verb: 'list', group, version, resource, user: 'page' })
    if (!listed.ok) return
    const { items, metadata } = listed.value as { items: readonly KubernetesObject[]; metadata: { resourceVersion: string } }
    const present = new Set<ObjectKey>()
    for (const object of items) {
      present.add(keyOf(object))
      this.put(resource, object)
    }
    for (const [key, object] of this.known.get(resource)!) if (!present.has(key)) this.remove(resource, object)
    server.watch({ verb: 'watch', group, version, resource, user: 'page', options: { resourceVersion: metadata.resourceVersion } }, { event: (event) => this.receive(resource, event), closed: () => {} })
  }

  private receive(resource: Resource, { type, object }: WatchEvent): void {
    if (type === 'DELETED') this.remove(resource, object)
    else if (type === 'ADDED' || type === 'MODIFIED') this.put(resource, object)
  }

  private put(resource: Resource, object: KubernetesObject): void {
    const key = keyOf(object)
    const known = this.known.get(resource)!
    const before = known.get(key)
    if (before === object || before?.metadata.resourceVersion === object.metadata.resourceVersion) return
    known.set(key, object)
    if (before === undefined || isVisible(resource, before, object)) this.count(resource)
    this.changed.set(`${resource}/${key}`, { resource, key, object })
  }

  private remove(resource: Resource, object: KubernetesObject): void {
    const key = keyOf(object)
    this.known.get(resource)!.delete(key)
    this.count(resource)
    this.changed.set(`${resource}/${key}`, { resource, key, object: null })
  }

  private count(resource: Resource): void {
    if (drawn.has(resource)) this.visibleChanges += 1
  }
}

/** What the page draws; the rest it only lists. */
const drawn = new Set<Resource>(['nodes', 'pods', 'services', 'deployments', 'replicasets', 'daemonsets', 'replicationcontrollers', 'endpointslices'])

function isVisible(resource: Resource, before: KubernetesObject, after: KubernetesObject): boolean {
  return resource !== 'nodes' || standingOf(before as Node) !== standingOf(after as Node)
}

/** What a node's card shows, without its heartbeats. */
function standingOf({ spec, status, metadata }: Node): string {
  const conditions = (status.conditions ?? []).map((condition) => `${condition.type}=${condition.status}/${condition.reason ?? ''}`).join()
  return `${conditions}|${(spec.taints ?? []).map((taint) => `${taint.key}:${taint.effect}`).join()}|${spec.unschedulable === true}|${metadata.deletionTimestamp ?? ''}`
}
