import type { EndpointSlice } from '../api/generated/types.ts'
import type { ObjectKey } from '../api/objects.ts'

/**
 * Which generation of which slice this controller wrote last, by Service: until its cache shows those, a pass over the Service would do the same again.
 */
export class SliceTracker {
  private readonly generations = new Map<ObjectKey, Map<string, number | 'deleted'>>()

  wrote(service: ObjectKey, slice: EndpointSlice): void {
    this.of(service).set(slice.metadata.uid, generationOf(slice))
  }

  deleted(service: ObjectKey, slice: EndpointSlice): void {
    this.of(service).set(slice.metadata.uid, 'deleted')
  }

  /** A slice was seen to be gone. True: somebody else deleted it, so the Service needs a pass. */
  sawDeletion(service: ObjectKey, slice: EndpointSlice): boolean {
    const generation = this.generations.get(service)?.get(slice.metadata.uid)
    this.generations.get(service)?.delete(slice.metadata.uid)
    return generation !== undefined && generation !== 'deleted'
  }

  /** True when the slice is not, or no longer, as this controller wrote it. */
  isNews(service: ObjectKey, slice: EndpointSlice): boolean {
    const generation = this.generations.get(service)?.get(slice.metadata.uid)
    return generation === undefined || (generation !== 'deleted' && generationOf(slice) > generation)
  }

  /** True while the cache does not show all that was written. */
  isStale(service: ObjectKey, slices: readonly EndpointSlice[]): boolean {
    const tracked = this.generations.get(service)
    if (!tracked) return false
    const shown = new Map(slices.map((slice) => [slice.metadata.uid, slice]))
    for (const [uid, generation] of tracked) {
      const slice = shown.get(uid)
      if (generation === 'deleted' ? slice && slice.metadata.deletionTimestamp === undefined : !slice || generationOf(slice) < generation) return true
    }
    return false
  }

  forget(service: ObjectKey): void {
    this.generations.delete(service)
  }

  private of(service: ObjectKey): Map<string, number | 'deleted'> {
    let tracked = this.generations.get(service)
    if (!tracked) this.generations.set(service, (tracked = new Map()))
    return tracked
  }
}

function generationOf(slice: EndpointSlice): number {
  return slice.metadata.generation ?? 0
}
