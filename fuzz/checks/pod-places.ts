import type { Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import type { NodeDisk, SandboxRecord } from '../../src/sim/runtime/node-disk.ts'
import type { Check, Scene, Write } from './check.ts'

/** Looks into the machines now and then: where containers really run. Rows 68, 69 and 72. */
export class PodPlaces implements Check {
  private events = 0

  constructor(private readonly scene: Scene) {}

  /** 68: the kubelet lets a pod go when its containers have stopped. */
  committed({ before, after, request }: Write): void {
    if (before?.kind !== 'Pod' || after || !request?.user.startsWith('kubelet/')) return
    const pod = before as Pod
    if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return
    for (const { podUid, containers } of this.sandboxesOn(pod.spec.nodeName ?? '')) {
      const running = podUid === pod.metadata.uid ? containers.find(({ state }) => state === 'running') : undefined
      if (running) this.scene.fail(68, `pod ${keyOf(pod)} is let go while ${running.name} runs`)
    }
  }

  afterEvent(): void {
    this.events += 1
    if (this.events % 40 === 0) this.look()
  }

  private look(): void {
    const uids = new Map<string, string>()
    const addresses = new Map<string, string>()
    for (const machine of this.scene.cluster.machines.values()) {
      if (!machine.isOn) continue
      // The disk is the machine's own affair; only this check looks into it.
      const { disk } = machine as unknown as { disk: NodeDisk }
      for (const sandbox of [...disk.sandboxes.values()].flat()) {
        const name = `${sandbox.namespace}/${sandbox.podName}`
        const runs = sandbox.containers.filter(({ state }) => state === 'running')
        if (runs.length === 0) continue
        const elsewhere = uids.get(sandbox.podUid)
        if (elsewhere !== undefined) this.scene.fail(72, `pod ${name} runs in two sandboxes, on ${elsewhere} and ${machine.name}`)
        uids.set(sandbox.podUid, machine.name)
        if (new Set(runs.map((container) => container.name)).size !== runs.length) this.scene.fail(72, `a container of pod ${name} runs twice`)
        if (sandbox.hostNetwork) continue
        const other = addresses.get(sandbox.ip)
        if (other !== undefined && !this.scene.hadNodeDeleted) this.scene.fail(69, `pods ${other} and ${name} both have ${sandbox.ip}`)
        addresses.set(sandbox.ip, name)
      }
    }
  }

  /** The disk is the machine's own affair; only this check looks into it. */
  private sandboxesOn(node: string): readonly SandboxRecord[] {
    const machine = this.scene.cluster.machines.get(node)
    return machine ? [...(machine as unknown as { disk: NodeDisk }).disk.sandboxes.values()].flat() : []
  }
}
