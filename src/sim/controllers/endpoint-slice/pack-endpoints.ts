import type { Endpoint, EndpointPort, EndpointSlice, Service } from '../../api/generated/types.ts'
import { endpointIdentity, saysTheSame } from '../endpoint-identity.ts'
import type { AddressType } from './endpoint-of-pod.ts'
import { draftOf, labelsDiffer, newSlice, sliceLabels } from './slice-draft.ts'
import type { SliceDraft } from './slice-draft.ts'

/** What is to be done about the slices of one set of ports. */
export interface SliceChanges {
  readonly create: SliceDraft[]
  readonly update: SliceDraft[]
  readonly delete: EndpointSlice[]
}

/** Endpoints that slices are to have, by what makes them the same endpoint: address, host name and pod name. */
export type EndpointSet = Map<string, Endpoint>

/** A group of slices: all endpoints in it are reached at the same ports. */
export interface PortGroup {
  readonly addressType: AddressType
  readonly ports: readonly EndpointPort[]
  /** Emptied by packing. */
  readonly desired: EndpointSet
}

/**
 * Changes as few slices as possible: what is wanted stays where it is; slices that must change anyway are filled first, the fullest first;
 * what is left goes together into the fullest unchanged slice that can take it all, or into new ones.
 */
export function packEndpoints(service: Service, existing: readonly EndpointSlice[], group: PortGroup, maxEndpoints: number): SliceChanges {
  const left = group.desired
  const { changed, unchanged, emptied } = keepWanted(service, existing, left)
  for (const draft of [...changed].sort((a, b) => b.endpoints.length - a.endpoints.length)) fill(draft, left, maxEndpoints)
  const create: SliceDraft[] = []
  while (left.size > 0) {
    const roomy = left.size < maxEndpoints ? closestFit(unchanged, left.size, maxEndpoints) : undefined
    const draft = roomy ? draftOf(roomy) : newSlice(service, group.addressType, group.ports)
    fill(draft, left, maxEndpoints)
    if (roomy) {
      unchanged.splice(unchanged.indexOf(roomy), 1)
      changed.push(draft)
    } else create.push(draft)
  }
  return { create, update: changed, delete: emptied }
}

function keepWanted(service: Service, existing: readonly EndpointSlice[], left: EndpointSet) {
  const changed: SliceDraft[] = []
  const unchanged: EndpointSlice[] = []
  const emptied: EndpointSlice[] = []
  for (const slice of existing) {
    const endpoints = slice.endpoints ?? []
    const kept: Endpoint[] = []
    let isUpdated = false
    const identities = identitiesOf(slice)
    for (const [at, endpoint] of endpoints.entries()) {
      const identity = identities[at]!
      const wanted = left.get(identity)
      if (!wanted) continue
      kept.push(wanted)
      left.delete(identity)
      isUpdated ||= !saysTheSame(wanted, endpoint)
    }
    if (isUpdated || kept.length !== endpoints.length) {
      if (kept.length === 0) emptied.push(slice)
      else changed.push({ ...draftOf(slice), endpoints: kept, labels: sliceLabels(service) })
    } else if (labelsDiffer(slice, service)) changed.push({ ...draftOf(slice), labels: sliceLabels(service) })
    else unchanged.push(slice)
  }
  return { changed, unchanged, emptied }
}

const identitiesOfSlice = new WeakMap<EndpointSlice, readonly string[]>()

/** Stored slices never change, and most are met again and again. */
function identitiesOf(slice: EndpointSlice): readonly string[] {
  let identities = identitiesOfSlice.get(slice)
  if (!identities) identitiesOfSlice.set(slice, (identities = (slice.endpoints ?? []).map(endpointIdentity)))
  return identities
}

function fill(draft: SliceDraft, left: EndpointSet, maxEndpoints: number): void {
  for (const [identity, endpoint] of left) {
    if (draft.endpoints.length >= maxEndpoints) return
    draft.endpoints.push(endpoint)
    left.delete(identity)
  }
}

/** The slice that would be closest to full with so many more. */
function closestFit(slices: readonly EndpointSlice[], more: number, maxEndpoints: number): EndpointSlice | undefined {
  let closest: EndpointSlice | undefined
  let leastRoom = maxEndpoints
  for (const slice of slices) {
    const room = maxEndpoints - more - (slice.endpoints ?? []).length
    if (room < 0 || room >= leastRoom) continue
    leastRoom = room
    closest = slice
  }
  return closest
}
