// Upstream: the Reserve, Permit, PreBind and PostBind points of pkg/scheduler/framework (v1.36). Left out: pods that wait in Permit.
import type { NodeState } from './node-state.ts'
import type { PodState } from './pod-state.ts'

/** Takes part in what happens to a pod from the choice of its node until it is bound. The default profile has such plugins for volumes and devices only. */
export interface PlacementPlugin {
  readonly name: string
  /** Takes what the pod needs there, its room being taken already. Here as below, a text is why the pod cannot have the node after all. */
  reserve?(pod: PodState, node: NodeState): string | null
  /** Gives it up again; also asked of plugins that had not come to reserve. */
  unreserve?(pod: PodState, nodeName: string): void
  permit?(pod: PodState, node: NodeState): string | null
  /** The last that is done before the pod is bound. */
  preBind?(pod: PodState, node: NodeState): string | null
  postBind?(pod: PodState, node: NodeState): void
}

/** Who would not let a pod have the node that was chosen. */
export interface PlacementRefusal {
  readonly plugin: string
  readonly reason: string
}

/** Asks the plugins one after the other; the first refusal counts. */
export function runPoint(plugins: readonly PlacementPlugin[], point: 'reserve' | 'permit' | 'preBind', pod: PodState, node: NodeState): PlacementRefusal | null {
  for (const plugin of plugins) {
    const reason = plugin[point]?.(pod, node) ?? null
    if (reason !== null) return { plugin: plugin.name, reason }
  }
  return null
}

/** In the order opposite to that of reserving. */
export function unreserve(plugins: readonly PlacementPlugin[], pod: PodState, nodeName: string): void {
  for (let at = plugins.length - 1; at >= 0; at -= 1) plugins[at]?.unreserve?.(pod, nodeName)
}
