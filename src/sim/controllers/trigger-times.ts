import type { Pod, Service } from '../api/generated/types.ts'
import type { ObjectKey } from '../api/objects.ts'
import { placesBefore } from './places.ts'

interface ServiceTimes {
  readonly service: string
  readonly pods: readonly Pod[]
  /** When each of them became ready, or no longer was; what is not told any more is still known. */
  readonly times: readonly (string | undefined)[]
}

/** Knows which change made a pass over a Service necessary: its time goes into the slices, for measuring how long programming the network takes. */
export class TriggerTimes {
  private readonly known = new Map<ObjectKey, ServiceTimes>()

  /** The earliest change since the last pass; null when nothing that has a time changed. RFC 3339 in UTC compares as text. */
  next(key: ObjectKey, service: Service, pods: readonly Pod[]): string | null {
    const created = service.metadata.creationTimestamp
    const last = this.known.get(key)
    const before = last ?? { service: created, pods: [], times: [] }
    const places = placesBefore(before.pods, pods)
    let earliest: string | null = null
    const times: (string | undefined)[] = []
    for (const [at, pod] of pods.entries()) {
      const place = places[at]!
      const known = place < 0 ? undefined : before.times[place]
      const time = place >= 0 && before.pods[place] === pod ? known : (readyTime(pod) ?? known)
      times.push(time)
      if (time !== undefined && time !== known && time > (known ?? '') && (earliest === null || time < earliest)) earliest = time
    }
    if (created > before.service && (earliest === null || created < earliest)) earliest = created
    this.known.set(key, { service: created, pods, times })
    return last ? earliest : created
  }

  forget(key: ObjectKey): void {
    this.known.delete(key)
  }
}

function readyTime(pod: Pod): string | undefined {
  for (const condition of pod.status.conditions ?? []) if (condition.type === 'Ready') return condition.lastTransitionTime
  return undefined
}
