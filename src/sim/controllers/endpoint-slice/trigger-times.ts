import type { Pod, Service } from '../../api/generated/types.ts'
import type { ObjectKey } from '../../api/objects.ts'

interface ServiceTimes {
  readonly service: string
  readonly pods: ReadonlyMap<string, string>
}

/** Knows which change made a pass over a Service necessary: its time goes into the slices, for measuring how long programming the network takes. */
export class TriggerTimes {
  private readonly known = new Map<ObjectKey, ServiceTimes>()

  /** The earliest change since the last pass; null when nothing that has a time changed. RFC 3339 in UTC compares as text. */
  next(key: ObjectKey, service: Service, pods: readonly Pod[]): string | null {
    const last = this.known.get(key)
    const times = new Map<string, string>()
    let earliest: string | null = null
    for (const pod of pods) {
      const time = pod.status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime
      if (time === undefined) continue
      times.set(pod.metadata.name, time)
      if (time > (last?.pods.get(pod.metadata.name) ?? '') && (earliest === null || time < earliest)) earliest = time
    }
    const created = service.metadata.creationTimestamp
    if (created > (last?.service ?? '') && (earliest === null || created < earliest)) earliest = created
    this.known.set(key, { service: created, pods: times })
    return last ? earliest : created
  }

  forget(key: ObjectKey): void {
    this.known.delete(key)
  }
}
