// Upstream: pkg/kubelet/preemption/preemption.go HandleAdmissionFailure (v1.36). Left out: holding all other pods up meanwhile.
import type { Pod } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import type { WallClock } from '../api/time.ts'
import type { Lack } from './pod-admission.ts'
import type { PodWorker, Verdict } from './pod-worker.ts'
import { podsToPreempt, without } from './preemption.ts'
import { emptyMap, withEntry, type SparseMap } from './sparse-map.ts'
import type { WorkerHost } from './worker-host.ts'

const reason = 'Preempting'
const message = 'Preempted in order to admit critical pod'
const told = 'Pod was preempted by Kubelet to accommodate a critical pod.'

/** Ends pods of a full node so that a critical one fits. */
export class PodPreemptor {
  /** By key: those for whom others are being ended. */
  private waiting: SparseMap<Pod> = emptyMap

  constructor(
    private readonly host: WorkerHost,
    private readonly wall: WallClock,
  ) {}

  /** False: even without all others it would not fit. What is ending already makes room too. */
  makeRoom(pod: Pod, lacks: readonly Lack[], workers: Iterable<PodWorker>): boolean {
    const counted = [...workers].filter((worker) => worker.isCounted)
    const active = counted.filter((worker) => worker.stage === 'syncing')
    const ending = counted.filter((worker) => worker.stage !== 'syncing').map((worker) => worker.pod)
    const victims = podsToPreempt(pod, active.map((worker) => worker.pod), without(lacks, ending))
    if (!victims) return false
    this.waiting = withEntry(this.waiting, keyOf(pod), pod)
    for (const worker of active) if (victims.includes(worker.pod)) this.preempt(worker)
    return true
  }

  /** Something has ended: those who waited, to be looked at again. */
  takeWaiting(): Iterable<Pod> {
    const { waiting } = this
    this.waiting = emptyMap
    return waiting.values()
  }

  private preempt(worker: PodWorker): void {
    const { pod } = worker
    this.host.event(pod, 'Warning', reason, message)
    const disruption: Verdict['disruption'] = Object.freeze({ type: 'DisruptionTarget', observedGeneration: pod.metadata.generation ?? 1, status: 'True', lastTransitionTime: this.wall.time(), reason: 'TerminationByKubelet', message: told })
    worker.terminate(pod.spec.terminationGracePeriodSeconds, { phase: 'Failed', reason, message, disruption })
  }
}
