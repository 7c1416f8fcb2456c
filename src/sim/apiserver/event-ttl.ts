// Upstream: kube-apiserver --event-ttl and apiserver/pkg/storage/etcd3/lease_manager.go (v1.36).
import type { Millis } from '../kernel/agenda.ts'
import type { ResourceDefinition } from '../api/resources.ts'
import type { LeaseId } from '../etcd/store.ts'
import type { Core } from './core.ts'

/** --event-ttl. */
export const eventTtl: Millis = 60 * 60_000
/** Events of one minute share a lease, which therefore lives that much longer; --lease-reuse-duration-seconds. */
const reuse: Millis = 60_000
const mostObjects = 1000

/** The lease that events of this minute hang on. */
export interface EventLease {
  id: LeaseId
  madeAt: Millis
  objects: number
}

/** The lease that ends a new object's life by itself: events live for an hour. 0: it stays until it is deleted. */
export function leaseFor({ store, agenda, eventLease }: Core, { resource }: ResourceDefinition): LeaseId {
  if (resource !== 'events') return 0
  if (eventLease.id === 0 || agenda.now - eventLease.madeAt >= reuse || eventLease.objects >= mostObjects) {
    eventLease.id = store.grant(eventTtl + reuse)
    eventLease.madeAt = agenda.now
    eventLease.objects = 0
  }
  eventLease.objects += 1
  return eventLease.id
}
