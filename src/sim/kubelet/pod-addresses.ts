import type { Pod } from '../api/generated/types.ts'
import { PodIpam } from '../network/pod-ipam.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'

/** An address, or why there is none: the node has no range yet, or (the plug-in's words) none is left in it. */
export type AddressAnswer = { readonly ip: string } | { readonly refusal: 'noNetwork' } | { readonly refusal: 'exhausted'; readonly error: string }

/** The addresses of a node's pods: its own for those on its network, for the others one from its range. */
export class PodAddresses {
  private ipam: PodIpam | null = null

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly nodeIP: string,
  ) {}

  allocate(pod: Pod, range: string | undefined): AddressAnswer {
    if (pod.spec.hostNetwork) return { ip: this.nodeIP }
    if (range === undefined) return { refusal: 'noNetwork' }
    this.ipam ??= new PodIpam(range, [...this.runtime.sandboxes()].filter((sandbox) => sandbox.state === 'ready' && !sandbox.hostNetwork).map((sandbox) => sandbox.ip))
    const ip = this.ipam.allocate()
    return ip === null ? { refusal: 'exhausted', error: `failed to allocate for range 0: no IP addresses available in range set: ${this.ipam.rangeText}` } : { ip }
  }

  /** Only the newest sandbox's: an older one's address went with the boot that gave it, and may be another pod's now. */
  release(podUid: string): void {
    const sandbox = this.runtime.sandboxesOf(podUid).at(-1)
    if (sandbox && !sandbox.hostNetwork && sandbox.createdAt >= this.runtime.bootedAt) this.ipam?.release(sandbox.ip)
  }
}
