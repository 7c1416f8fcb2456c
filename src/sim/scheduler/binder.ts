import type { Status } from '../api/status.ts'
import type { ComponentContext } from '../client/component.ts'
import type { QueuedPod } from './queued-pod.ts'

interface BindingHooks {
  bound(queued: QueuedPod): void
  failed(queued: QueuedPod, status: Status): void
}

/** The binding cycles: they run beside the scheduling cycle, as fast as the client's rate limit lets them. */
export class Binder {
  private readonly waiting: { readonly queued: QueuedPod; readonly nodeName: string }[] = []
  private next = 0
  private isPlanned = false

  constructor(
    private readonly context: ComponentContext,
    private readonly hooks: BindingHooks,
  ) {}

  bind(queued: QueuedPod, nodeName: string): void {
    this.waiting.push({ queued, nodeName })
    this.plan()
  }

  private plan(): void {
    if (this.isPlanned || this.next === this.waiting.length) return
    this.isPlanned = true
    const { agenda, client } = this.context
    const { state, cause } = this.waiting[this.next]!.queued
    agenda.because(cause, () => agenda.at(Math.max(agenda.now, client.busyUntil), `kube-scheduler: binding cycle of ${state.key}`, () => this.bindNext()))
  }

  private bindNext(): void {
    const { queued, nodeName } = this.waiting[this.next]!
    this.next += 1
    if (this.next === this.waiting.length || (this.next > 1_000 && this.next * 2 > this.waiting.length)) {
      this.waiting.splice(0, this.next)
      this.next = 0
    }
    const { client, events } = this.context
    const { key, uid, pod } = queued.state
    this.context.decided(`place ${key} on ${nodeName}`, `pods/${key}`, { node: nodeName })
    const result = client.bind(key, uid, nodeName)
    if (result.ok) {
      events.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${nodeName}`, { action: 'Binding' })
      this.hooks.bound(queued)
    } else this.hooks.failed(queued, result.status)
    this.isPlanned = false
    this.plan()
  }
}
