import { objectKey, type KubernetesObject } from '../api/objects.ts'
import type { ResourceDefinition } from '../api/resources.ts'
import type { Directory, Place } from '../etcd/directory.ts'
import type { KeyValue, Store } from '../etcd/store.ts'

/** Where a resource lives in etcd: the old ones keep the names that Kubernetes gave them first. */
export function prefixOf(definition: ResourceDefinition): string {
  return prefixes.get(definition.resource) ?? `/registry/${definition.resource}/`
}

const prefixes = new Map([['nodes', '/registry/minions/'], ['services', '/registry/services/specs/'], ['endpoints', '/registry/services/endpoints/'], ['replicationcontrollers', '/registry/controllers/']])

/** The key of an object in etcd. */
export function storageKey(definition: ResourceDefinition, namespace: string | undefined, name: string): string {
  return prefixOf(definition) + objectKey(namespace, name)
}

/** The homes of one resource's objects, by namespace, and the one that was asked for last. */
interface Homes {
  readonly byNamespace: Map<string | undefined, Directory<KubernetesObject>>
  namespace: string | undefined
  last: Directory<KubernetesObject> | undefined
}

/** The directories of etcd where the objects of each resource and namespace lie: found without putting keys together. */
export class ObjectHomes {
  private readonly homes = new Map<ResourceDefinition, Homes>()

  constructor(private readonly store: Store<KubernetesObject>) {}

  get(definition: ResourceDefinition, namespace: string | undefined, name: string): KeyValue<KubernetesObject> | undefined {
    return this.homeOf(definition, namespace)?.get(name)
  }

  /** The place of an object, whether or not it is there. */
  placeOf(definition: ResourceDefinition, namespace: string | undefined, name: string): Place<KubernetesObject> {
    return this.homeOf(definition, namespace)?.placeOf(name) ?? this.store.placeOf(storageKey(definition, namespace, name))
  }

  /** Undefined: nothing has ever been there. What is asked for by strangers makes no directories. */
  private homeOf(definition: ResourceDefinition, namespace: string | undefined): Directory<KubernetesObject> | undefined {
    let homes = this.homes.get(definition)
    if (!homes) this.homes.set(definition, (homes = { byNamespace: new Map(), namespace: undefined, last: undefined }))
    if (homes.last && homes.namespace === namespace) return homes.last
    const home = homes.byNamespace.get(namespace) ?? this.store.directory(namespace ? `${prefixOf(definition)}${namespace}/` : prefixOf(definition))
    if (!home) return undefined
    homes.byNamespace.set(namespace, home)
    homes.namespace = namespace
    return (homes.last = home)
  }
}
