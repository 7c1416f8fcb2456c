import type { KubernetesObject, ObjectKey } from '../../sim/api/objects.ts'
import { splitKey } from '../../sim/api/objects.ts'
import { definitionOf, resources, type Resource } from '../../sim/api/resources.ts'
import type { ClusterView } from './cluster-view.ts'

/** Whatever can be pointed at: an object of the API, or a component of the control plane. */
export interface Thing {
  readonly resource: Resource | 'components'
  readonly key: ObjectKey
}

/** `pods/shop/web-1`: the name under which countdowns and the trace speak of it. */
export function thingId(thing: Thing): string {
  return `${thing.resource}/${thing.key}`
}

/** The object behind a thing, if it is (still) there. */
export function objectOf(view: ClusterView, thing: Thing): KubernetesObject | undefined {
  return thing.resource === 'components' ? undefined : view.objects[thing.resource].get(thing.key)
}

/** `Pod`, `Deployment`, `Component`. */
export function kindOf(thing: Thing): string {
  return thing.resource === 'components' ? 'Component' : definitionOf(thing.resource).kind
}

export function nameOf(thing: Thing): string {
  return splitKey(thing.key).name
}

/** The thing that a kind and a name speak of, as owner references and events do; null for kinds that are not there. */
export function thingOf(kind: string | undefined, namespace: string | undefined, name: string | undefined): Thing | null {
  const resource = kind === undefined ? undefined : resourceByKind.get(kind)
  if (!resource || !name) return null
  return { resource, key: definitionOf(resource).namespaced && namespace ? `${namespace}/${name}` : name }
}

const resourceByKind = new Map(resources.map(({ kind, resource }) => [kind, resource]))
