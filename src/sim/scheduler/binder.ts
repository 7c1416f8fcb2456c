import type { Status } from '../api/status.ts'
import type { ComponentContext } from '../client/component.ts'
import type { NodeState } from './node-state.ts'
import { runPoint, type PlacementPlugin, type PlacementRefusal } from './placement-plugins.ts'
import type { QueuedPod } from './queued-pod.ts'

interface BindingHooks {
  bound(queued: QueuedPod): void
  /** A plugin would not have it. */
  refused(queued: QueuedPod, refusal: PlacementRefusal): void
  failed(queued: QueuedPod, status: Status): void
}

/** The binding cycles: they run beside the scheduling cycle, as fast as the client's rate limit lets them. */
export class Binder {
  /** Those from `next` to before `end`. Mostly it is one at a time, over and over in the same place. */
  private readonly waiting: ({ readonly queued: QueuedPod; readonly node: NodeState } | undefined)[] = []
  private next = 0
  private end = 0
  private isPlanned = false

  constructor(
    private readonly context: ComponentContext,
    private readonly plugins: readonly PlacementPlugin[],
    private readonly hooks: BindingHooks,
  ) {}

  bind(queued: QueuedPod, node: NodeState): void {
    this.waiting[this.end] = { queued, node }
    this.end += 1
    this.plan()
  }

  private plan(): void {
    if (this.isPlanned || this.next === this.end) return
    this.isPlanned = true
    const { agenda, client } = this.context
    const { key, cause } = this.waiting[this.next]!.queued
    agenda.because(cause, () => agenda.at(Math.max(agenda.now, client.busyUntil), `kube-scheduler: binding cycle of ${key}`, () => this.bindNext()))
  }

  private bindNext(): void {
    const { queued, node } = this.waiting[this.next]!
    this.waiting[this.next] = undefined
    this.next += 1
    if (this.next === this.end) this.next = this.end = 0
    else if (this.next > 1_000 && this.next * 2 > this.end) {
      this.waiting.splice(0, this.next)
      this.end -= this.next
      this.next = 0
    }
    this.bindTo(queued, node)
    this.isPlanned = false
    this.plan()
  }

  private bindTo(queued: QueuedPod, node: NodeState): void {
    const { client, events } = this.context
    const { key, state } = queued
    const refusal = runPoint(this.plugins, 'preBind', state, node)
    if (refusal) return this.hooks.refused(queued, refusal)
    this.context.decided(`place ${key} on ${node.name}`, `pods/${key}`, { node: node.name })
    const result = client.bind(key, state.uid, node.name)
    if (!result.ok) return this.hooks.failed(queued, result.status)
    events.event(state.pod, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${node.name}`, { action: 'Binding' })
    for (const plugin of this.plugins) plugin.postBind?.(state, node)
    this.hooks.bound(queued)
  }
}
