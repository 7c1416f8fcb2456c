import type { Event } from '../../sim/api/generated/types.ts'
import { parseTime } from '../../sim/api/time.ts'

/** When an event happened last, in milliseconds since 1970; 0 when it does not say. */
export function lastSeen(event: Event): number {
  return parseTime(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp) ?? 0
}

export function newestFirst(a: Event, b: Event): number {
  const difference = lastSeen(b) - lastSeen(a)
  return difference !== 0 ? difference : Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion)
}
