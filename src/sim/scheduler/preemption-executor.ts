import type { ComponentContext } from '../client/component.ts'
import type { PodState } from './pod-state.ts'
import { PreemptionGate } from './preemption-gate.ts'
import type { Preemption } from './preemption.ts'

/** Makes the room that preemption chose, beside the scheduling cycle (upstream: framework/preemption executor). */
export class PreemptionExecutor {
  readonly gate = new PreemptionGate()

  constructor(private readonly context: ComponentContext) {}

  start(preemptor: PodState, { chosen, displaced }: Preemption): void {
    if (!chosen) return
    const { agenda, client } = this.context
    for (const { key } of displaced) client.patch('pods', key, 'strategic', { status: { nominatedNodeName: null } }, 'status')
    const victims = chosen.victims.filter((victim) => !victim.isTerminating)
    if (victims.length === 0) return
    this.gate.close(preemptor.uid)
    agenda.at(Math.max(agenda.now, client.busyUntil), `kube-scheduler: preemption for ${preemptor.key}`, () => {
      for (const victim of victims.slice(0, -1)) this.evict(victim, preemptor, chosen.node)
      // The last one's deletion has to find the preemptor awake.
      this.gate.open(preemptor.uid)
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
