import type { Pod } from '../api/generated/types.ts'
import { PodIpam } from '../network/pod-ipam.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'

/** The addresses of a node's pods: its own for those on its network, for the others one from its range. */
export class PodAddresses {
  private ipam: PodIpam | null = null

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly nodeIP: string,
  ) {}

  /** null: the node has no range yet. */
  allocate(pod: Pod, range: string | undefined): string | null {
    if (pod.spec.hostNetwork) return this.nodeIP
    if (range === undefined) return null
    this.ipam ??= new PodIpam(range, [...this.runtime.sandboxes()].filter((sandbox) => sandbox.state === 'ready' && !sandbox.hostNetwork).map((sandbox) => sandbox.ip))
    return this.ipam.allocate()
  }

  /** Only the newest sandbox's: an older one's address went with the boot that gave it, and may be another pod's now. */
  release(podUid: string): void {
    const sandbox = this.runtime.sandboxesOf(podUid).at(-1)
    if (sandbox && !sandbox.hostNetwork && sandbox.createdAt >= this.runtime.bootedAt) this.ipam?.release(sandbox.ip)
  }
}
