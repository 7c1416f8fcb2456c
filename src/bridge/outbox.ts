import type { Pod } from '../sim/api/generated/types.ts'
import type { ObjectChange } from './protocol.ts'

/** How many drawn things one frame of the page can take without a stutter, and how many that are only listed. */
const drawnAtMost = 64
const listedAtMost = 250

/**
 * What the page has still to be told, each object once, as it is now. A thousand pods that start at once are told over several frames, machine
 * by machine, oldest first: a frame that draws few cards is a short one.
 */
export class Outbox {
  private readonly few = new Map<string, ObjectChange>()
  /** By machine; those without one under ''. */
  private readonly pods = new Map<string, Map<string, ObjectChange>>()
  private readonly listed = new Map<string, ObjectChange>()
  /** The machine under which a pod stands in `pods`. */
  private readonly placeOf = new Map<string, string>()

  get isEmpty(): boolean {
    return this.few.size + this.pods.size + this.listed.size === 0
  }

  put(changes: readonly ObjectChange[]): void {
    for (const change of changes) {
      const id = `${change.resource}/${change.key}`
      if (change.resource === 'pods') this.putPod(change)
      else if (change.resource === 'events' || change.resource === 'leases') this.listed.set(id, change)
      else this.few.set(id, change)
    }
  }

  /** For one frame; `all`: everything that is drawn, whatever it costs. */
  take(all = false): readonly ObjectChange[] {
    const taken = takeFrom(this.few, all ? Infinity : drawnAtMost)
    for (const [place, pods] of this.pods) {
      if (!all && taken.length >= drawnAtMost) break
      const some = takeFrom(pods, all ? Infinity : drawnAtMost - taken.length)
      for (const { key } of some) this.placeOf.delete(key)
      taken.push(...some)
      if (pods.size === 0) this.pods.delete(place)
    }
    // Who is mentioned before it is told of is not lost, only late.
    return [...taken, ...takeFrom(this.listed, listedAtMost)]
  }

  private putPod(change: ObjectChange): void {
    const { key, object } = change
    const before = this.placeOf.get(key)
    const place = (object as Pod | null)?.spec.nodeName ?? before ?? ''
    if (before !== undefined && before !== place) {
      const others = this.pods.get(before)
      others?.delete(key)
      if (others?.size === 0) this.pods.delete(before)
    }
    this.placeOf.set(key, place)
    const pods = this.pods.get(place)
    if (pods) pods.set(key, change)
    else this.pods.set(place, new Map([[key, change]]))
  }
}

/** Takes the oldest out. */
function takeFrom(waiting: Map<string, ObjectChange>, atMost: number): ObjectChange[] {
  const taken: ObjectChange[] = []
  for (const [id, change] of waiting) {
    if (taken.length >= atMost) break
    taken.push(change)
    waiting.delete(id)
  }
  return taken
}
