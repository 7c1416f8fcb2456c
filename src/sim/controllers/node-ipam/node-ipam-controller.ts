// Upstream: pkg/controller/nodeipam, range allocator (v1.36). Left out: IPv6, ranges from a cloud.
import { StatusError } from '../../api/status.ts'
import type { ComponentContext } from '../../client/component.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import { defaultControllerManagerFlags } from '../flags.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { CidrSet } from './cidr-set.ts'

/** Upstream: cidrUpdateWorkers. */
export const rangeWorkers = 30

/** Gives every node a range of addresses for its pods. */
export function startNodeIpamController(context: ComponentContext, options: Partial<ControllerManagerFlags> = {}): void {
  const { clusterCidr, nodeCidrMaskSize } = { ...defaultControllerManagerFlags, ...options }
  const { agenda, client, informers, events } = context
  const nodes = informers.of('nodes')
  const ranges = new CidrSet(clusterCidr, nodeCidrMaskSize)
  /** What each node has, as far as this controller knows: its own writes are seen late. */
  const allocated = new Map<string, string>()
  const queue = new WorkQueue(agenda, 'node-ipam', reconcile, { workers: rangeWorkers, client })
  queue.pause()
  nodes.onChange(({ old, new: node }) => queue.add((node ?? old)!.metadata.name))
  informers.whenSynced(() => {
    for (const node of nodes.lister.list()) if (node.spec.podCIDR) occupy(node.metadata.name, node.spec.podCIDR)
    queue.resume()
  })

  function occupy(name: string, range: string): void {
    allocated.set(name, range)
    ranges.occupy(range)
  }

  function reconcile(name: string): 'whenChanged' {
    const node = nodes.lister.get(name)
    if (!node) {
      const range = allocated.get(name)
      if (range !== undefined) ranges.release(range)
      allocated.delete(name)
      return 'whenChanged'
    }
    if (node.spec.podCIDR) {
      occupy(name, node.spec.podCIDR)
      return 'whenChanged'
    }
    const podCIDR = allocated.get(name) ?? ranges.allocate()
    if (podCIDR === null) {
      events.event(node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`)
      return 'whenChanged'
    }
    allocated.set(name, podCIDR)
    const patched = client.patch('nodes', name, 'strategic', { spec: { podCIDR, podCIDRs: [podCIDR] } })
    if (!patched.ok) throw new StatusError(patched.status)
    return 'whenChanged'
  }
}
