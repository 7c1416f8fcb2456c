import type { Endpoint, EndpointPort, Node, Pod, Service } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import type { ObjectKey } from '../../api/objects.ts'
import type { AddressType } from './endpoint-of-pod.ts'

/** A pod as the slices of one Service show it. */
export interface PreparedPod {
  readonly node: Node | undefined
  readonly ports: readonly EndpointPort[]
  readonly portsKey: string
  readonly endpoint: Endpoint
  readonly identity: string
}

/** From one pass over a Service to the next most of its pods are the same objects: what was made of them is kept. */
export class PreparedPods {
  private readonly services = new Map<ObjectKey, { readonly service: Service; readonly byType: Map<AddressType, WeakMap<Pod, PreparedPod>> }>()

  of(service: Service, addressType: AddressType): WeakMap<Pod, PreparedPod> {
    const key = keyOf(service)
    let known = this.services.get(key)
    if (known?.service !== service) this.services.set(key, (known = { service, byType: new Map() }))
    let pods = known.byType.get(addressType)
    if (!pods) known.byType.set(addressType, (pods = new WeakMap()))
    return pods
  }

  forget(service: ObjectKey): void {
    this.services.delete(service)
  }
}
