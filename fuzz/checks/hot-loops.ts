import type { Scene } from './check.ts'

/** A reconcile that fails is tried again after 5, 10, 20 … ms (DefaultTypedControllerRateLimiter): eight times in its first second. What comes of changes is more, but not without end. */
const mostInSecond = 100
/** What is told is not worked on: caches see each instant's changes on their own. A scheduling cycle is about whichever pod is next; what is done with each is counted. */
const isOfMany = / sees |^kube-proxy |a watch event comes late$|^kube-scheduler: scheduling cycle$/

/** Row 104: nothing is done for the same thing again and again in one second. Told of what is about to be done by its label. */
export class HotLoops {
  private second = -1
  private counts = new Map<string, number>()

  constructor(private readonly scene: Scene) {}

  /** What the next event is for. */
  next(label: string, at: number): void {
    const second = Math.floor(at / 1000)
    if (second !== this.second) {
      this.second = second
      this.counts.clear()
    }
    const count = (this.counts.get(label) ?? 0) + 1
    this.counts.set(label, count)
    if (count > mostInSecond && !isOfMany.test(label)) this.scene.fail(104, `"${label}" for the ${count}th time in a second`)
  }
}
