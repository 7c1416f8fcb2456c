import type { Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf, objectKey, type KubernetesObject } from '../../src/sim/api/objects.ts'
import { Composed, type ApiRequest, type ObjectList } from '../../src/sim/api/request.ts'
import { findResource } from '../../src/sim/api/resources.ts'
import { decodeObject } from '../../src/sim/api/schema.ts'
import type { Result } from '../../src/sim/api/status.ts'
import type { Check, Scene } from './check.ts'

/**
 * Row 6, by every request of every component: calls take effect in an instant, so the order in which the server answered them is the one order they must
 * fit. A read shows what is stored at that instant, an acknowledged write is what is stored then, and who is told that there is nothing finds nothing.
 */
export class Answers implements Check {
  constructor(private readonly scene: Scene) {}

  requested(request: ApiRequest, result: Result<unknown>): void {
    const { verb, subresource, options } = request
    if (options?.dryRun) return
    if (request.body instanceof Composed) this.asRead(request, request.body.object)
    if (verb === 'list') return this.listed(request, result as Result<ObjectList>)
    if (subresource !== undefined && subresource !== 'status') return
    if (verb !== 'get' && verb !== 'create' && verb !== 'update' && verb !== 'patch') return
    if (result.ok) this.newest(request, result.value as KubernetesObject)
    else if (result.status.reason === 'NotFound' && verb === 'get') this.nothing(request)
  }

  /** What is stored without being read is what reading would have made of it; of an update of a status that alone counts, of metadata nothing: the server makes them. Row 28. */
  private asRead({ subresource, user, group, resource }: ApiRequest, object: KubernetesObject): void {
    const definition = findResource(group, resource)
    const told = (read: KubernetesObject): string => JSON.stringify(subresource === 'status' ? (read as Pod).status : { ...read, metadata: null })
    const read = definition && decodeObject(subresource === 'binding' ? { ...definition, kind: 'Binding' } : definition, JSON.parse(JSON.stringify(object)), 'Strict')
    if (!read?.ok) this.scene.fail(28, `${user} composed ${resource} ${keyOf(object)} wrongly: ${read?.status.message ?? 'there is no such kind'}`)
    else if (told(read.value) !== told(object)) this.scene.fail(28, `${user} composed ${told(object)}, which reads ${told(read.value)}`)
  }

  private newest({ verb, user }: ApiRequest, told: KubernetesObject): void {
    const stored = this.scene.all<KubernetesObject>(told.kind).get(keyOf(told))
    if (stored && stored.metadata.resourceVersion === told.metadata.resourceVersion) return
    // The write that takes the last finalizer away is answered with what was there.
    if (verb !== 'get' && told.metadata.deletionTimestamp && !stored) return
    this.scene.fail(6, `${user} was answered a ${verb} with version ${told.metadata.resourceVersion} of ${told.kind} ${keyOf(told)}, stored is ${stored?.metadata.resourceVersion ?? 'nothing'}`)
  }

  private nothing({ group, resource, namespace, name = '', user }: ApiRequest): void {
    const { kind, namespaced } = findResource(group, resource)!
    const stored = this.scene.all<KubernetesObject>(kind).get(namespaced ? objectKey(namespace, name) : name)
    if (stored) this.scene.fail(6, `${user} was told that there is no ${kind} ${keyOf(stored)}, it is stored at ${stored.metadata.resourceVersion}`)
  }

  /** Of a list of the newest state: every item as it is stored, and none that is missing. */
  private listed({ group, resource, namespace, options = {}, user }: ApiRequest, result: Result<ObjectList>): void {
    if (!result.ok || options.resourceVersion || options.continue || options.limit) return
    const { items } = result.value
    const { kind } = findResource(group, resource)!
    const all = this.scene.all<KubernetesObject>(kind)
    for (const item of items) if (all.get(keyOf(item))?.metadata.resourceVersion !== item.metadata.resourceVersion) this.scene.fail(6, `${user} was listed version ${item.metadata.resourceVersion} of ${kind} ${keyOf(item)}, stored is ${all.get(keyOf(item))?.metadata.resourceVersion ?? 'nothing'}`)
    if (options.labelSelector || options.fieldSelector) return
    const due = namespace === undefined ? all.size : [...all.values()].filter(({ metadata }) => metadata.namespace === namespace).length
    if (items.length !== due) this.scene.fail(6, `${user} was listed ${items.length} ${resource}, ${due} are stored`)
  }
}
