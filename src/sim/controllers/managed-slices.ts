import type { EndpointSlice } from '../api/generated/types.ts'
import { keyOf, objectKey, type ObjectKey } from '../api/objects.ts'
import { must, StatusError } from '../api/status.ts'
import type { Change, Client, Draft } from '../client/component.ts'
import type { Steps } from '../client/steps.ts'
import { managedByLabel, serviceNameLabel } from './service-labels.ts'
import type { SliceTracker } from './slice-tracker.ts'

const none: readonly ObjectKey[] = []

/** The slices that one controller keeps, as it meets them in its cache. */
export class ManagedSlices {
  constructor(
    private readonly controller: string,
    private readonly tracker: SliceTracker,
  ) {}

  /** The Service of a slice, if it is one of the controller's. */
  servicesOf(slice: EndpointSlice): readonly ObjectKey[] {
    return this.has(slice) ? [serviceOf(slice)] : none
  }

  /** The Services whose slices somebody else changed. */
  servicesToRedo({ old, new: current }: Change<EndpointSlice>): readonly ObjectKey[] {
    const { tracker } = this
    if (!current) return old && this.has(old) && tracker.sawDeletion(serviceOf(old), old) ? [serviceOf(old)] : none
    const isTaken = old !== undefined && (serviceOf(old) !== serviceOf(current) || this.has(old) !== this.has(current))
    if (isTaken) return [...new Set([serviceOf(old), serviceOf(current)])]
    return this.has(current) && tracker.isNews(serviceOf(current), current) ? [serviceOf(current)] : none
  }

  private has({ metadata: { labels } }: EndpointSlice): boolean {
    return labels?.[managedByLabel] === this.controller
  }
}

/** What is to become of the slices of one Service. */
interface SliceWrites {
  readonly create: readonly Draft<'endpointslices'>[]
  readonly update: readonly EndpointSlice[]
  readonly delete: readonly EndpointSlice[]
}

/** Writes them one after the other, and keeps in mind what the cache has to show before the next pass. */
export function* writeSlices(client: Client, tracker: SliceTracker, service: ObjectKey, slices: SliceWrites): Steps<void> {
  for (const draft of slices.create) {
    const created = client.create('endpointslices', draft)
    // A namespace that is going takes no new slice, and needs none.
    if (!created.ok && created.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')) return
    tracker.wrote(service, must(created))
    yield weightOf(draft)
  }
  for (const slice of slices.update) {
    tracker.wrote(service, must(client.update('endpointslices', slice)))
    yield weightOf(slice)
  }
  for (const slice of slices.delete) {
    const deleted = client.delete('endpointslices', keyOf(slice))
    if (!deleted.ok && deleted.status.reason !== 'NotFound') throw new StatusError(deleted.status)
    if (deleted.ok) tracker.deleted(service, slice)
    yield
  }
}

/** A slice of a hundred endpoints is worth five small objects. */
function weightOf({ endpoints = [] }: Pick<EndpointSlice, 'endpoints'>): number {
  return Math.ceil(endpoints.length / 20)
}

function serviceOf({ metadata: { namespace, labels } }: EndpointSlice): ObjectKey {
  return objectKey(namespace, labels?.[serviceNameLabel] ?? '')
}
