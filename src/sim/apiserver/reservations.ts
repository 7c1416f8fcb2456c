import { invalid } from '../api/errors.ts'
import type { Service } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { definitionOf } from '../api/resources.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { compacted } from '../etcd/store.ts'
import { commitDeletion, type Core } from './core.ts'
import { prefixOf } from './object-homes.ts'
import type { Target } from './target.ts'

/** An object with the numbers that were set aside for it: it is stored and they are kept, or it is not and they go back. */
interface Reserved {
  readonly object: KubernetesObject
  revert(): void
  keep(): void
}

/** Sets aside what a kind draws from a common pool (addresses and ports of Services); null: it draws nothing. */
export function reserve({ core, definition, strategy }: Target, object: KubernetesObject, old: KubernetesObject | null): Result<Reserved> | null {
  if (!strategy.reserve) return null
  const reservation = strategy.reserve(object, old, core.allocators)
  if (reservation.errors.length > 0) return refused(invalid(definition, object.metadata.name, reservation.errors))
  return accepted({ object: reservation.object, revert: () => reservation.revert(), keep: () => reservation.commit() })
}

/** Deletes an object from the store; what it held is free again. */
export function discard({ core, by, definition, strategy }: Target, object: KubernetesObject): void {
  commitDeletion(core, by, definition, object)
  strategy.release?.(object, core.allocators)
}

/** A server that starts finds out from the stored Services which addresses and ports are taken. */
export function restoreReservations({ store, allocators }: Core): void {
  const found = store.range(prefixOf(definitionOf('services')))
  if (found === compacted) return
  for (const { value } of found) {
    const { spec } = value as Service
    for (const ip of spec.clusterIPs ?? []) if (ip !== 'None') allocators.clusterIPs.take(ip)
    for (const { nodePort } of spec.ports ?? []) if (nodePort) allocators.nodePorts.take(nodePort)
    if (spec.healthCheckNodePort) allocators.nodePorts.take(spec.healthCheckNodePort)
  }
}
