import type { Pod } from '../api/generated/types.ts'
import { keyOf, type Labels, type ObjectKey } from '../api/objects.ts'
import { affinityTermsOf, type PodAffinityTerms } from './affinity-terms.ts'
import { hostPortsOf, type HostPort } from './host-ports.ts'
import { countedRequestsOf, requestsOf } from './pod-requests.ts'

const noLabels: Labels = {}

/** A pod with all that the scheduler asks of it worked out once (upstream: framework.PodInfo). */
export class PodState {
  /** Replaced when only its status moved on. */
  pod: Pod
  readonly key: ObjectKey
  readonly uid: string
  readonly namespace: string
  readonly labels: Labels
  readonly priority: number
  readonly cpu: number
  readonly memory: number
  readonly ephemeral: number
  readonly extended: ReadonlyMap<string, number>
  /** With stand-in numbers where a container states no request. */
  readonly countedCpu: number
  readonly countedMemory: number
  readonly ports: readonly HostPort[]
  readonly affinity: PodAffinityTerms

  constructor(pod: Pod) {
    this.pod = pod
    this.key = keyOf(pod)
    this.uid = pod.metadata.uid
    this.namespace = pod.metadata.namespace ?? ''
    this.labels = pod.metadata.labels ?? noLabels
    this.priority = pod.spec.priority ?? 0
    const requests = requestsOf(pod)
    this.cpu = requests.cpu
    this.memory = requests.memory
    this.ephemeral = requests.ephemeral
    this.extended = requests.extended
    const counted = countedRequestsOf(pod)
    this.countedCpu = counted.cpu
    this.countedMemory = counted.memory
    this.ports = hostPortsOf(pod)
    this.affinity = affinityTermsOf(pod)
  }

  get isTerminating(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined
  }
}
