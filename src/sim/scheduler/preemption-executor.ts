import type { ComponentContext } from '../client/component.ts'
import type { PreEnqueuePlugin, Refusal } from './framework.ts'
import type { PodState } from './pod-state.ts'
import type { Preemption } from './preemption.ts'

const waits: Refusal = { plugin: 'DefaultPreemption', code: 'UnschedulableAndUnresolvable', reasons: ['waiting for the preemption for this pod to be finished'] }

/** Makes the room that preemption chose, beside the scheduling cycle; until it has asked for all of it the preemptor is held back. */
export class PreemptionExecutor implements PreEnqueuePlugin {
  readonly name = 'DefaultPreemption'
  readonly events = []
  private readonly running = new Set<string>()

  constructor(private readonly context: ComponentContext) {}

  preEnqueue(pod: PodState): Refusal | null {
    return this.running.has(pod.uid) ? waits : null
  }

  start(preemptor: PodState, { chosen, displaced }: Preemption): void {
    if (!chosen) return
    const { agenda, client } = this.context
    for (const { key } of displaced) client.patch('pods', key, 'strategic', { status: { nominatedNodeName: null } }, 'status')
    const victims = chosen.victims.filter((victim) => !victim.isTerminating)
    if (victims.length === 0) return
    this.running.add(preemptor.uid)
    agenda.at(Math.max(agenda.now, client.busyUntil), `kube-scheduler: preemption for ${preemptor.key}`, () => {
      for (const victim of victims.slice(0, -1)) this.evict(victim, preemptor, chosen.node)
      // The last one's deletion has to find the preemptor awake.
      this.running.delete(preemptor.uid)
      this.evict(victims.at(-1)!, preemptor, chosen.node)
    })
  }

  private evict(victim: PodState, preemptor: PodState, node: string): void {
    const { client, events, wall } = this.context
    const generation = victim.pod.metadata.generation
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${preemptor.pod.spec.schedulerName || 'default-scheduler'}: preempting to accommodate a higher priority pod`,
      lastTransitionTime: wall.time(),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    }
    if (!client.patch('pods', victim.key, 'strategic', { status: { conditions: [condition] } }, 'status').ok) return
    if (!client.delete('pods', victim.key).ok) return
    const note = `Preempted by pod ${preemptor.uid} on node ${node}`
    events.event(victim.pod, 'Normal', 'Preempted', note, { action: 'Preempting', related: preemptor.pod })
  }
}
