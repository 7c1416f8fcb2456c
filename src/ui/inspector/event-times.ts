import type { Event } from '../../sim/api/generated/types.ts'
import { parseTime } from '../../sim/api/time.ts'

/** Sorting asks often; an event that changes is another object. */
const times = new WeakMap<Event, number>()

/** When an event happened last, in milliseconds since 1970; 0 when it does not say. */
export function lastSeen(event: Event): number {
  let known = times.get(event)
  if (known === undefined) times.set(event, (known = parseTime(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp) ?? 0))
  return known
}

export function newestFirst(a: Event, b: Event): number {
  const difference = lastSeen(b) - lastSeen(a)
  return difference !== 0 ? difference : Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion)
}
