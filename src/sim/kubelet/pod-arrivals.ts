import type { Agenda, CauseId } from '../kernel/agenda.ts'
import type { Pod } from '../api/generated/types.ts'
import { keyOf, type ObjectKey } from '../api/objects.ts'
import type { Lister } from '../client/component.ts'

/** New pods are admitted in the order of their making, after all that came with them has been seen: what is gone makes room. */
export class PodArrivals {
  /** Pods that came in this instant, each because of what it came for; null: none did. */
  private arrived: Map<ObjectKey, CauseId> | null = null

  constructor(
    private readonly agenda: Agenda,
    private readonly nodeName: string,
    private readonly pods: Lister<Pod>,
    private readonly admit: (pod: Pod) => void,
  ) {}

  add(pod: Pod): void {
    const { agenda } = this
    const key = keyOf(pod)
    if (!this.arrived) agenda.after(0, `kubelet ${this.nodeName}: new pods`, () => this.admitAll())
    this.arrived ??= new Map()
    if (!this.arrived.has(key)) this.arrived.set(key, agenda.cause)
  }

  admitAll(): void {
    const { arrived } = this
    this.arrived = null
    const pods = [...(arrived?.keys() ?? [])].map((key) => this.pods.get(key)).filter((pod) => pod !== undefined)
    for (const pod of pods.sort(byAge)) this.agenda.because(arrived?.get(keyOf(pod)) ?? 0, () => this.admit(pod))
  }
}

function byAge(a: Pod, b: Pod): number {
  return a.metadata.creationTimestamp === b.metadata.creationTimestamp ? (keyOf(a) < keyOf(b) ? -1 : 1) : a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1
}
