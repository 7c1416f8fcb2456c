import type { Agenda, CauseId } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'
import type { Pod } from '../api/generated/types.ts'
import { keyOf, type ObjectKey } from '../api/objects.ts'
import type { Lister } from '../client/component.ts'

/** New pods are admitted in the order of their making, after all that came with them has been seen: what is gone makes room. */
export class PodArrivals {
  /** Pods that came in this instant, each because of what it came for. */
  private arrived: Arrival[] = []
  private readonly label: string

  constructor(
    private readonly agenda: Agenda,
    nodeName: string,
    private readonly pods: Lister<Pod>,
    private readonly admit: (pod: Pod) => void,
  ) {
    this.label = flatText(`kubelet ${nodeName}: new pods`)
  }

  add(pod: Pod): void {
    const { agenda } = this
    const key = keyOf(pod)
    if (this.arrived.length === 0) agenda.after(0, this.label, () => this.admitAll())
    else if (this.arrived.some((other) => other.key === key)) return
    this.arrived.push({ key, cause: agenda.cause })
  }

  admitAll(): void {
    const { arrived } = this
    this.arrived = []
    const pods: { readonly pod: Pod; readonly cause: CauseId }[] = []
    for (const { key, cause } of arrived) {
      const pod = this.pods.get(key)
      if (pod) pods.push({ pod, cause })
    }
    if (pods.length > 1) pods.sort(byAge)
    for (const { pod, cause } of pods) this.agenda.because(cause, () => this.admit(pod))
  }
}

interface Arrival {
  readonly key: ObjectKey
  readonly cause: CauseId
}

function byAge({ pod: a }: { readonly pod: Pod }, { pod: b }: { readonly pod: Pod }): number {
  return a.metadata.creationTimestamp === b.metadata.creationTimestamp ? (keyOf(a) < keyOf(b) ? -1 : 1) : a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1
}
