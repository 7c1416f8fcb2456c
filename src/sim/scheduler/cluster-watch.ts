import type { Node, Pod } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import type { Change, Informer } from '../client/component.ts'
import type { Cache } from './cache.ts'
import { nodeEvents, nodeMatters, podEvents } from './cluster-event.ts'
import type { DecisionLog } from './decision-log.ts'
import type { Nominations } from './nominations.ts'
import { demandOf, isResized, requestsFell } from './pod-requests.ts'
import { PodState } from './pod-state.ts'
import type { SchedulingQueue } from './scheduling-queue.ts'

interface Watched {
  readonly nodes: Informer<Node>
  readonly pods: Informer<Pod>
  readonly cache: Cache
  readonly queue: SchedulingQueue
  readonly nominations: Nominations
  readonly log: DecisionLog
  readonly schedulerName: string
}

/** Keeps cache and queue in step with what the informers see (upstream: eventhandlers.go). */
export function watchCluster(watched: Watched): void {
  watched.nodes.onChange((change) => nodeChanged(watched, change))
  watched.pods.onChange((change) => podChanged(watched, change))
}

function nodeChanged({ cache, queue }: Watched, { old, new: current }: Change<Node>): void {
  if (!current) {
    if (!old) return
    cache.removeNode(old.metadata.name)
    queue.happened({ resource: 'Node', action: 'Delete', old })
  } else if (!old) {
    cache.setNode(current)
    queue.happened({ resource: 'Node', action: 'Add', new: current })
  } else if (nodeMatters(old, current)) {
    cache.setNode(current)
    for (const event of nodeEvents(old, current)) queue.happened(event)
  }
}

function podChanged(watched: Watched, { old, new: current }: Change<Pod>): void {
  if (old && current && old.metadata.uid !== current.metadata.uid) {
    podGone(watched, old)
    podChanged(watched, { new: current })
  } else if (!current) {
    if (old) podGone(watched, old)
  } else if (current.spec.nodeName) scheduledPodSeen(watched, old, current)
  else waitingPodSeen(watched, old, current)
}

function podGone({ cache, queue, nominations, log }: Watched, pod: Pod): void {
  const { uid } = pod.metadata
  log.podGone(uid, keyOf(pod))
  nominations.delete(uid)
  if (pod.spec.nodeName) cache.removePod(uid)
  else queue.delete(uid)
  queue.happened({ resource: 'Pod', action: 'Delete', old: pod })
}

function scheduledPodSeen({ cache, queue, nominations }: Watched, old: Pod | undefined, pod: Pod): void {
  const { uid } = pod.metadata
  const nodeName = pod.spec.nodeName ?? ''
  const held = cache.pod(uid)
  if (!old?.spec.nodeName) {
    queue.delete(uid)
    nominations.delete(uid)
    if (held && held.node?.name === nodeName && countsAlike(held.pod, pod)) cache.confirm(held, pod)
    else cache.setPod(new PodState(pod), nodeName)
    queue.happened({ resource: 'Pod', action: 'Add', new: pod })
    return
  }
  if (held && isOnlyStatus(old, pod)) {
    held.pod = pod
    return
  }
  const state = new PodState(pod)
  const scaledDown = held !== undefined && requestsFell(held.demand, state.demand, null)
  cache.setPod(state, nodeName)
  for (const event of podEvents(old, pod, scaledDown)) queue.happened(event)
}

function waitingPodSeen(watched: Watched, old: Pod | undefined, pod: Pod): void {
  // Assumed pods have their node already: what is written about them meanwhile does not send them back.
  if (watched.cache.isAssumed(pod.metadata.uid)) return
  const state = podSeen(watched, old, pod)
  const nominated = pod.status?.nominatedNodeName ?? ''
  if (state && (nominated || old?.status?.nominatedNodeName)) watched.nominations.set(state, nominated)
}

/** Queues a pod that has no node, or what changed about it. Null: it is none of this scheduler's business. */
export function podSeen({ queue, schedulerName }: Pick<Watched, 'queue' | 'schedulerName'>, old: Pod | undefined, pod: Pod): PodState | null {
  if (pod.spec.nodeName || (pod.spec.schedulerName || schedulerName) !== schedulerName) return null
  const state = new PodState(pod)
  if (!old) queue.add(state)
  else queue.update(state, podEvents(old, pod, requestsFell(demandOf(old), state.demand, null)))
  return state
}

/** True for a pod that differs from what was assumed by nothing that the scheduler counts. */
function countsAlike({ metadata, spec }: Pod, pod: Pod): boolean {
  if (metadata.labels !== pod.metadata.labels || metadata.deletionTimestamp !== pod.metadata.deletionTimestamp) return false
  if (spec.containers !== pod.spec.containers || spec.initContainers !== pod.spec.initContainers || spec.affinity !== pod.spec.affinity) return false
  return spec.resources === pod.spec.resources && spec.overhead === pod.spec.overhead && spec.priority === pod.spec.priority && !isResized(pod)
}

/** True when nothing that the scheduler counts can have changed: unchanged parts of an object keep their identity. */
function isOnlyStatus(old: Pod, pod: Pod): boolean {
  if (old.spec !== pod.spec || old.metadata.labels !== pod.metadata.labels || old.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp) return false
  return !isResized(old) && !isResized(pod)
}
