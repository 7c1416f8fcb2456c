import type { Lease, Pod, PodStatus } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { definitionOf } from '../api/resources.ts'
import type { Differences, Revision } from '../etcd/store.ts'
import { Difference } from '../etcd/version.ts'
import { prefixOf } from './object-homes.ts'

/**
 * Nodes renew their leases every ten seconds, which is most of what etcd remembers: of a renewed lease its history keeps only when that was.
 * A thousand nodes write a hundred thousand of them between two compactions.
 */
const leases: Differences<KubernetesObject> = {
  prefix: prefixOf(definitionOf('leases')),
  between: (older, newer) => (isRenewal(older as Lease, newer as Lease) ? new Renewal((older as Lease).spec.renewTime) : undefined),
}

/** Most of what happens to pods happens to their statuses. */
const pods: Differences<KubernetesObject> = {
  prefix: prefixOf(definitionOf('pods')),
  between: (older, newer) => (isOfStatus(older as Pod, newer as Pod) ? new StatusBefore((older as Pod).status) : undefined),
}

/** The resources of which etcd's history keeps what differs, and how. */
export const keptAsDifferences = [leases, pods]

class Renewal extends Difference<KubernetesObject> {
  constructor(private readonly renewTime: string | undefined) {
    super()
  }

  restore(newer: KubernetesObject, revision: Revision): KubernetesObject {
    const { spec, ...rest } = newer as Lease
    return Object.freeze({ ...rest, metadata: metadataAt(newer, revision), spec: Object.freeze({ ...spec, renewTime: this.renewTime }) }) as KubernetesObject
  }
}

function isRenewal(older: Lease, newer: Lease): boolean {
  return typeof older.spec.renewTime === 'string' && typeof newer.spec.renewTime === 'string' && sameBut('renewTime', older.spec, newer.spec) && sameBut('resourceVersion', older.metadata, newer.metadata)
}

class StatusBefore extends Difference<KubernetesObject> {
  constructor(private readonly status: PodStatus) {
    super()
  }

  restore(newer: KubernetesObject, revision: Revision): KubernetesObject {
    return Object.freeze({ ...newer, metadata: metadataAt(newer, revision), status: this.status }) as KubernetesObject
  }
}

function isOfStatus(older: Pod, newer: Pod): boolean {
  return older.spec === newer.spec && sameBut('resourceVersion', older.metadata, newer.metadata)
}

function metadataAt({ metadata }: KubernetesObject, revision: Revision): KubernetesObject['metadata'] {
  return Object.freeze({ ...metadata, resourceVersion: String(revision) })
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
