import type { Pod, Service } from '../../api/generated/types.ts'
import type { ObjectKey } from '../../api/objects.ts'

interface ServiceTimes {
  service: string
  pods: Map<string, string>
}

/** Knows which change made a pass over a Service necessary: its time goes into the slices, for measuring how long programming the network takes. */
export class TriggerTimes {
  private readonly known = new Map<ObjectKey, ServiceTimes>()

  /** The earliest change since the last pass; null when nothing that has a time changed. RFC 3339 in UTC compares as text. */
  next(key: ObjectKey, service: Service, pods: readonly Pod[]): string | null {
    const created = service.metadata.creationTimestamp
    const last = this.known.get(key)
    const times = last ?? { service: created, pods: new Map<string, string>() }
    let earliest: string | null = null
    for (const pod of pods) {
      const time = readyTime(pod)
      if (time === undefined) continue
      const before = times.pods.get(pod.metadata.name)
      if (time === before) continue
      times.pods.set(pod.metadata.name, time)
      if (time > (before ?? '') && (earliest === null || time < earliest)) earliest = time
    }
    if (times.pods.size > pods.length) forgetOthers(times.pods, pods)
    if (created > times.service && (earliest === null || created < earliest)) earliest = created
    times.service = created
    this.known.set(key, times)
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

function forgetOthers(times: Map<string, string>, pods: readonly Pod[]): void {
  const names = new Set(pods.map(({ metadata }) => metadata.name))
  for (const name of times.keys()) if (!names.has(name)) times.delete(name)
}
