import type { CauseId, ProcessAgenda } from '../kernel/agenda.ts'
import { fail } from '../kernel/assert.ts'
import type { Random } from '../kernel/random.ts'
import type { Trace, Write } from '../kernel/trace.ts'
import { weights, type Weight } from '../kernel/trace-columns.ts'
import type { AdmittedSpecs } from '../api/admission/service-account.ts'
import type { FeatureGate } from '../api/feature-gates.ts'
import { definitionOf, type ResourceDefinition } from '../api/resources.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { sealedObject, settledObject } from '../api/schema/settle.ts'
import type { Allocators } from '../api/strategy/allocators.ts'
import type { WallClock } from '../api/time.ts'
import type { Place } from '../etcd/directory.ts'
import type { LeaseId, Store } from '../etcd/store.ts'
import type { AdmissionPlugin } from './admission.ts'
import type { EventLease } from './event-ttl.ts'
import type { ObjectHomes } from './object-homes.ts'
import type { PodsByNode } from './pods-by-node.ts'
import type { Quotas } from './quotas.ts'
import type { SharedOwners } from './shared-owners.ts'

/** What all parts of the API server work with. */
export interface Core {
  readonly agenda: ProcessAgenda
  readonly store: Store<KubernetesObject>
  readonly homes: ObjectHomes
  readonly wall: WallClock
  readonly trace: Trace
  readonly uids: Random
  readonly names: Random
  readonly allocators: Allocators
  readonly eventLease: EventLease
  readonly disabledPlugins: ReadonlySet<AdmissionPlugin>
  readonly featureGates: ReadonlySet<FeatureGate>
  readonly podsByNode: PodsByNode
  readonly quotas: Quotas
  readonly owners: SharedOwners
  readonly admittedSpecs: AdmittedSpecs
}

/** Who writes what, for the trace. */
export interface Authorship {
  readonly user: string
  readonly verb: string
  readonly subresource?: string | undefined
}

/** An object as it is stored now. */
export function readObject(core: Core, definition: ResourceDefinition, namespace: string | undefined, name: string): KubernetesObject | undefined {
  return core.homes.get(definition, namespace, name)?.value
}

export function namespaceOf(core: Core, name: string): KubernetesObject | undefined {
  return readObject(core, definitionOf('namespaces'), undefined, name)
}

/** The node of a pod; empty while it has none, and for what is not there. */
export function nodeNameOf(pod: KubernetesObject | undefined): string {
  return (pod as (KubernetesObject & { readonly spec?: { readonly nodeName?: string } }) | undefined)?.spec?.nodeName ?? ''
}

/** The version of a stored object as the number it is in etcd. */
export function revisionOf(object: KubernetesObject): number {
  return Number(object.metadata.resourceVersion)
}

/**
 * Writes an object over the version that it was made from (`before`; undefined: there was none). Who watches is told because of this write.
 * `isDraft`: it was made for this write alone and can be stored itself.
 */
export function commit(core: Core, by: Authorship, definition: ResourceDefinition, object: KubernetesObject, before: KubernetesObject | undefined, lease?: LeaseId, isDraft = false): KubernetesObject {
  const { namespace, name } = object.metadata
  const place = core.homes.placeOf(definition, namespace, name)
  const write = tellTrace(core, by, definition, namespace, place)
  const swap = core.agenda.because(write, () => core.store.put(place, before ? revisionOf(before) : 0, (revision) => (isDraft ? sealedObject : settledObject)(object, String(revision)), lease))
  // Requests run one after the other, so what was read a moment ago is still there.
  if (!swap.ok) fail(`${definition.resource} ${place.key} changed during a request`)
  return swap.kv.value!
}

/** Deletes the object whose newest version this is. Answers its final state, at the revision of its deletion. */
export function commitDeletion(core: Core, by: Authorship, definition: ResourceDefinition, object: KubernetesObject): KubernetesObject {
  const { namespace, name } = object.metadata
  const place = core.homes.placeOf(definition, namespace, name)
  const write = tellTrace(core, by, definition, namespace, place)
  const swap = core.agenda.because(write, () => core.store.delete(place, revisionOf(object)))
  if (!swap.ok) fail(`${definition.resource} ${place.key} changed during a request`)
  return settledObject(object, String(swap.kv.modRevision))
}

/** What is worth least when it is old: events, and then what merely tells how things stand. */
function weightOf({ resource }: ResourceDefinition, subresource: string | undefined): Weight {
  if (resource === 'events') return weights.note
  return subresource === 'status' ? weights.state : weights.choice
}

/** Told before it is done: what comes of it needs its id. */
function tellTrace(core: Core, { user, verb, subresource }: Authorship, definition: ResourceDefinition, namespace: string | undefined, { name }: Place<KubernetesObject>): CauseId {
  const { resource } = definition
  const told: Write = {
    author: user, verb, resource, subresource,
    namespace,
    // All versions share one text.
    name,
    revision: core.store.revision + 1,
    weight: weightOf(definition, subresource),
  }
  if (resource !== 'leases' || verb !== 'update') return core.trace.write(told)
  // Renewals are most of what a quiet cluster writes and say nothing about why something happened.
  core.trace.count(told)
  return core.agenda.cause
}
