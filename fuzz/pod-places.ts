import type { Cluster } from '../src/sim/cluster/cluster.ts'
import type { NodeDisk } from '../src/sim/runtime/node-disk.ts'

type Fail = (invariant: number, message: string) => never

/** Looks into the machines now and then: where containers really run. Invariants 69 and 72. */
export class PodPlaces {
  private events = 0

  constructor(
    private readonly cluster: Cluster,
    private readonly fail: Fail,
  ) {}

  afterEvent(): void {
    this.events += 1
    if (this.events % 40 === 0) this.look()
  }

  private look(): void {
    const uids = new Map<string, string>()
    const addresses = new Map<string, string>()
    for (const machine of this.cluster.machines.values()) {
      if (!machine.isOn) continue
      // The disk is the machine's own affair; only this check looks into it.
      const { disk } = machine as unknown as { disk: NodeDisk }
      for (const sandbox of disk.sandboxes.values()) {
        const name = `${sandbox.namespace}/${sandbox.podName}`
        const runs = sandbox.containers.filter(({ state }) => state === 'running')
        if (runs.length === 0) continue
        const elsewhere = uids.get(sandbox.podUid)
        if (elsewhere !== undefined) this.fail(72, `pod ${name} runs in two sandboxes, on ${elsewhere} and ${machine.name}`)
        uids.set(sandbox.podUid, machine.name)
        if (new Set(runs.map((container) => container.name)).size !== runs.length) this.fail(72, `a container of pod ${name} runs twice`)
        if (sandbox.hostNetwork) continue
        const other = addresses.get(sandbox.ip)
        if (other !== undefined) this.fail(69, `pods ${other} and ${name} both have ${sandbox.ip}`)
        addresses.set(sandbox.ip, name)
      }
    }
  }
}
