import type { Endpoint, EndpointPort, Node, Pod, Service } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import type { ObjectKey } from '../../api/objects.ts'
import type { AddressType } from './endpoint-of-pod.ts'
import { placesBefore } from '../places.ts'

/** A pod as the slices of one Service show it. */
export interface PreparedPod {
  readonly node: Node | undefined
  readonly ports: readonly EndpointPort[]
  readonly portsKey: string
  readonly endpoint: Endpoint
  readonly identity: string
}

interface Pass {
  readonly pods: readonly Pod[]
  /** What was made of each; nothing of those that belong in no slice. */
  readonly prepared: readonly (PreparedPod | undefined)[]
}

/** From one pass over a Service to the next most of its pods are the same objects: what was made of them is kept. */
export class PreparedPods {
  private readonly services = new Map<ObjectKey, { readonly service: Service; readonly byType: Map<AddressType, Pass> }>()

  /** What is made of each pod now; `prepare` is asked about those that changed, or whose node did. */
  of(service: Service, addressType: AddressType, pods: readonly Pod[], prepare: (pod: Pod, before: PreparedPod | undefined) => PreparedPod | undefined): Pass['prepared'] {
    const key = keyOf(service)
    let known = this.services.get(key)
    if (known?.service !== service) this.services.set(key, (known = { service, byType: new Map() }))
    const before = known.byType.get(addressType)
    const places = before && placesBefore(before.pods, pods)
    const prepared = pods.map((pod, at) => {
      const place = places?.[at] ?? -1
      return prepare(pod, before?.pods[place] === pod ? before.prepared[place] : undefined)
    })
    known.byType.set(addressType, { pods, prepared })
    return prepared
  }

  forget(service: ObjectKey): void {
    this.services.delete(service)
  }
}
