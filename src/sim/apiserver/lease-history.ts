import type { Lease } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { definitionOf } from '../api/resources.ts'
import type { Differences, Revision } from '../etcd/store.ts'
import type { Difference } from '../etcd/version.ts'
import { prefixOf } from './object-homes.ts'

/**
 * Nodes renew their leases every ten seconds, which is most of what etcd remembers: of a renewed lease its history keeps only when that was.
 * A thousand nodes write a hundred thousand of them between two compactions.
 */
export const leaseHistory: Differences<KubernetesObject> = {
  prefix: prefixOf(definitionOf('leases')),
  between: (older, newer) => (isRenewal(older as Lease, newer as Lease) ? new Renewal((older as Lease).spec.renewTime) : undefined),
}

class Renewal implements Difference<KubernetesObject> {
  constructor(private readonly renewTime: string | undefined) {}

  restore(newer: KubernetesObject, revision: Revision): KubernetesObject {
    const { metadata, spec, ...rest } = newer as Lease
    return Object.freeze({ ...rest, metadata: Object.freeze({ ...metadata, resourceVersion: String(revision) }), spec: Object.freeze({ ...spec, renewTime: this.renewTime }) }) as KubernetesObject
  }
}

function isRenewal(older: Lease, newer: Lease): boolean {
  return typeof older.spec.renewTime === 'string' && typeof newer.spec.renewTime === 'string' && sameBut('renewTime', older.spec, newer.spec) && sameBut('resourceVersion', older.metadata, newer.metadata)
}

/** Whether two objects have the same fields and, but for one of them, the very same values. */
function sameBut<T extends object>(field: keyof T, one: T, other: T): boolean {
  let more = 0
  for (const key in one) {
    if (key !== field && one[key] !== other[key]) return false
    more += 1
  }
  for (const _ in other) more -= 1
  return more === 0
}
