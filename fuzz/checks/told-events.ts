import type { Event, Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import type { Check, Scene, Write } from './check.ts'

/** Row 107: counts of events only rise, and what goes wrong at a pod has been told. */
export class ToldEvents implements Check {
  constructor(private readonly scene: Scene) {}

  committed({ before, after, key }: Write): void {
    if (after?.kind !== 'Event' || !before) return
    const [old, now] = [before as Event, after as Event]
    if ((now.count ?? 0) < (old.count ?? 0)) this.scene.fail(107, `${key}: its count fell from ${old.count} to ${now.count}`)
    if ((now.series?.count ?? 0) < (old.series?.count ?? 0)) this.scene.fail(107, `${key}: the count of its series fell from ${old.series?.count} to ${now.series?.count}`)
  }

  whole(): void {
    const events = [...this.scene.all<Event>('Event').values()]
    const told = new Set(events.map(({ involvedObject, reason }) => `${involvedObject.uid} ${reason}`))
    for (const pod of this.scene.all<Pod>('Pod').values()) {
      const age = this.scene.wallNow - Date.parse(pod.metadata.creationTimestamp ?? '')
      // A kubelet tells of a static pod by the uid it has there, which its mirror carries: kubectl describe looks for that too.
      const uid = pod.metadata.annotations?.['kubernetes.io/config.mirror'] ?? pod.metadata.uid
      // Of an object that tells much the rest is dropped: upstream's spam filter lets 25 through.
      const much = events.reduce((sum, { involvedObject, count }) => sum + (involvedObject.uid === uid ? (count ?? 1) : 0), 0)
      if (age < 400_000 || !pod.spec.nodeName || much >= 20) continue
      for (const { state } of pod.status.containerStatuses ?? []) {
        const reason = state?.waiting?.reason
        if ((reason === 'CrashLoopBackOff' || reason === 'ImagePullBackOff') && !told.has(`${uid} BackOff`)) this.scene.fail(107, `pod ${keyOf(pod)} is in ${reason} and no event tells of it`)
      }
    }
  }
}
