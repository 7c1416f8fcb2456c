import type { Pod } from '../api/generated/types.ts'
import { keyOf, type Labels, type ObjectKey } from '../api/objects.ts'
import { affinityTermsOf, type PodAffinityTerms } from './affinity-terms.ts'
import { hostPortsOf, type HostPort } from './host-ports.ts'
import type { NodeState } from './node-state.ts'
import { demandOf, type Demand } from './pod-requests.ts'

const noLabels: Labels = {}

/** A pod with all that the scheduler asks of it worked out once (upstream: framework.PodInfo). One is kept for every pod: what the object tells is not kept twice. */
export class PodState {
  /** Replaced when only its status moved on. */
  pod: Pod
  readonly demand: Demand
  readonly ports: readonly HostPort[]
  readonly affinity: PodAffinityTerms
  /** Where the cache counts it. */
  node: NodeState | null = null

  constructor(pod: Pod) {
    this.pod = pod
    this.demand = demandOf(pod)
    this.ports = hostPortsOf(pod)
    this.affinity = affinityTermsOf(pod)
  }

  get key(): ObjectKey {
    return keyOf(this.pod)
  }

  get uid(): string {
    return this.pod.metadata.uid
  }

  get namespace(): string {
    return this.pod.metadata.namespace ?? ''
  }

  get labels(): Labels {
    return this.pod.metadata.labels ?? noLabels
  }

  get priority(): number {
    return this.pod.spec.priority ?? 0
  }

  get isTerminating(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined
  }
}
