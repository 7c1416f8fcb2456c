// Upstream: pkg/kubelet/kuberuntime/kuberuntime_gc.go, pkg/kubelet/pod_container_deletor.go (v1.36). Left out: a limit of dead containers on the whole node (there is none by default), log directories (a log goes with its container).
import type { Agenda, Millis } from '../kernel/agenda.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerRecord, SandboxRecord } from '../runtime/node-disk.ts'
import { kubeletConstants } from './flags.ts'

/** Clears the machine of what has ended: dead containers but the newest of each name, older sandboxes, pods that are no more. A minute in which nothing is left over costs nothing. */
export class ContainerCollector {
  private readonly startedAt: Millis
  private isPlanned = false
  /** Pods, by uid, that are no more; null: all of them are cleared away. */
  private dropped: Set<string> | null = null

  constructor(
    private readonly agenda: Agenda,
    private readonly nodeName: string,
    private readonly runtime: ContainerRuntime,
    /** Told of each container before it goes. */
    private readonly removing: (record: ContainerRecord) => void,
  ) {
    this.startedAt = agenda.now
  }

  /** A pod is no more: what is left of it goes with the next pass. */
  drop(podUid: string): void {
    this.dropped ??= new Set()
    this.dropped.add(podUid)
    this.planPass()
  }

  /** A pod is there, maybe again: a static one has the uid that it had. */
  keep(podUid: string): void {
    this.dropped?.delete(podUid)
  }

  isDropped(podUid: string): boolean {
    return this.dropped?.has(podUid) === true
  }

  /** Something of a pod has changed: of the dead of one name only the newest stay, of a pod that is no more none. */
  clearDead(podUid: string): void {
    const sandboxes = this.runtime.sandboxesOf(podUid)
    const kept = this.isDropped(podUid) ? 0 : kubeletConstants.minDeadContainerInPod
    for (const record of deadBeyond(sandboxes, kept)) this.remove(record)
    if (sandboxes.length > 1 && emptyBeforeNewest(this.runtime.sandboxesOf(podUid)).length > 0) this.planPass()
  }

  /** The collection that comes round next finds something to do. */
  private planPass(): void {
    if (this.isPlanned) return
    this.isPlanned = true
    const { agenda } = this
    const passes = Math.floor((agenda.now - this.startedAt) / kubeletConstants.containerGCPeriod) + 1
    agenda.because(0, () => agenda.at(this.startedAt + passes * kubeletConstants.containerGCPeriod, `kubelet ${this.nodeName}: container garbage collection`, () => this.pass()))
  }

  private remove(record: ContainerRecord): void {
    this.removing(record)
    this.runtime.removeContainer(record)
  }

  private pass(): void {
    this.isPlanned = false
    for (const podUid of this.dropped ?? []) {
      for (const { containers } of this.runtime.sandboxesOf(podUid)) for (const record of containers) this.removing(record)
      this.runtime.removePod(podUid)
    }
    this.dropped = null
    for (const podUid of new Set([...this.runtime.sandboxes()].map((sandbox) => sandbox.podUid))) {
      for (const record of deadBeyond(this.runtime.sandboxesOf(podUid), kubeletConstants.minDeadContainerInPod)) this.remove(record)
      for (const sandbox of emptyBeforeNewest(this.runtime.sandboxesOf(podUid))) this.runtime.removeSandbox(sandbox)
    }
  }
}

/** Dead containers of a pod, of each name all but the newest so many. */
function deadBeyond(sandboxes: readonly SandboxRecord[], kept: number): readonly ContainerRecord[] {
  if (!hasMoreDead(sandboxes, kept)) return none
  const dead = sandboxes.flatMap(({ containers }) => containers.filter(({ state }) => state === 'exited'))
  const newer = new Map<string, number>()
  return dead.toReversed().filter(({ name }) => {
    const before = newer.get(name) ?? 0
    newer.set(name, before + 1)
    return before >= kept
  })
}

const none: readonly ContainerRecord[] = []

function hasMoreDead(sandboxes: readonly SandboxRecord[], than: number): boolean {
  let dead = 0
  for (const { containers } of sandboxes) for (const { state } of containers) if (state === 'exited') dead += 1
  return dead > than
}

/** The newest stays as long as its pod is there. */
function emptyBeforeNewest(sandboxes: readonly SandboxRecord[]): readonly SandboxRecord[] {
  return sandboxes.slice(0, -1).filter(({ state, containers }) => state === 'notReady' && containers.length === 0)
}
