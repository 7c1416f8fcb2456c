import type { PreEnqueuePlugin, Refusal } from './framework.ts'
import type { PodState } from './pod-state.ts'

const waits: Refusal = { plugin: 'DefaultPreemption', code: 'UnschedulableAndUnresolvable', reasons: ['waiting for the preemption for this pod to be finished'] }

/** Holds a preemptor back until all that makes room for it has been asked for. */
export class PreemptionGate implements PreEnqueuePlugin {
  readonly name = 'DefaultPreemption'
  readonly events = []
  private readonly closed = new Set<string>()

  close(uid: string): void {
    this.closed.add(uid)
  }

  open(uid: string): void {
    this.closed.delete(uid)
  }

  preEnqueue(pod: PodState): Refusal | null {
    return this.closed.has(pod.uid) ? waits : null
  }
}
