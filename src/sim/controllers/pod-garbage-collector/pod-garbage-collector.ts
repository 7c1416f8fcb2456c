// Upstream: pkg/controller/podgc (v1.36). Left out: metrics.
import type { Millis } from '../../kernel/agenda.ts'
import type { Pod } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import type { ComponentContext, Lister } from '../../client/component.ts'
import type { Node } from '../../api/generated/types.ts'
import { runInSteps, type Steps } from '../../client/steps.ts'
import { defaultControllerManagerFlags } from '../flags.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { withPodCondition } from '../pod-condition.ts'
import { podsByNode } from '../pods-by-node.ts'
import { NodeQuarantine } from './node-quarantine.ts'
import { isFinished, planOrphaned, planOutOfService, planTerminated, planUnscheduledTerminating } from './plan-pod-garbage.ts'
import type { PodRemoval } from './plan-pod-garbage.ts'

/** Upstream: gcCheckPeriod. */
export const checkPeriod: Millis = 20_000

const looks = 'pod-garbage-collector: looks for pods to remove'

/** Removes pods that no kubelet will remove: of nodes that are gone or out of service, never scheduled, or finished and too many. */
export function startPodGarbageCollector(context: ComponentContext, options: Partial<ControllerManagerFlags> = {}): void {
  const { terminatedPodGcThreshold } = { ...defaultControllerManagerFlags, ...options }
  const { agenda, informers } = context
  const pods = informers.of('pods')
  const nodes = informers.of('nodes')
  const quarantine = new NodeQuarantine()
  pods.addIndex(garbage, garbageIndex, (old, pod) => old.metadata.deletionTimestamp === pod.metadata.deletionTimestamp && old.status.phase === pod.status.phase)
  const { nodesWithPods } = podsByNode(pods)
  informers.whenSynced(pass)

  function pass(): void {
    runInSteps(agenda, looks, collect())
  }

  function* collect(): Steps<void> {
    const terminating = pods.lister.byIndex(garbage, 'terminating')
    yield* removeAll(context, planTerminated(pods.lister.byIndex(garbage, 'finished'), terminatedPodGcThreshold))
    yield* removeAll(context, planOutOfService(terminating, (name) => nodes.lister.get(name)))
    const gone = goneNodes(context, nodesWithPods(), nodes.lister, quarantine)
    if (gone.size > 0) yield* removeAll(context, planOrphaned(pods.lister.list(), gone))
    yield* removeAll(context, planUnscheduledTerminating(terminating))
    // Not because of what this look found.
    agenda.because(0, () => agenda.after(checkPeriod, looks, pass))
  }
}

/** The few pods that may have to go are found without a look at the others. */
const garbage = 'podgc/garbage'

const notGarbage: readonly string[] = []

function garbageIndex(pod: Pod): readonly string[] {
  const isTerminating = pod.metadata.deletionTimestamp !== undefined
  if (!isTerminating && !isFinished(pod)) return notGarbage
  return [...(isTerminating ? ['terminating'] : []), ...(isFinished(pod) ? ['finished'] : [])]
}

/** The cache may be late: only what the server does not know either is gone. */
function goneNodes({ client, agenda }: ComponentContext, nodeNames: Iterable<string>, nodes: Lister<Node>, quarantine: NodeQuarantine): ReadonlySet<string> {
  for (const name of nodeNames) if (!nodes.get(name)) quarantine.admit(name, agenda.now)
  const gone = quarantine.release(agenda.now).filter((name) => {
    if (nodes.get(name)) return false
    const live = client.get('nodes', name)
    return !live.ok && live.status.reason === 'NotFound'
  })
  return new Set(gone)
}

function* removeAll(context: ComponentContext, removals: readonly PodRemoval[]): Steps<void> {
  if (removals.length > 0) context.decided('planPodGarbage', 'pods', removals.map(({ pod, condition }) => ({ pod: keyOf(pod), reason: condition?.reason })))
  for (const removal of removals) {
    markFailedAndDelete(context, removal)
    yield
  }
}

/** Failed first: of a pod on a lost node nobody else would say that it is over. */
function markFailedAndDelete({ client, wall }: ComponentContext, { pod, condition }: PodRemoval): void {
  const key = keyOf(pod)
  if (!isFinished(pod)) {
    const added = condition && withPodCondition(pod.status, condition, wall.time()).filter(({ type }) => type === condition.type)
    const patched = client.patch('pods', key, 'strategic', { metadata: { uid: pod.metadata.uid }, status: { phase: 'Failed', ...(added && { conditions: added }) } }, 'status')
    if (!patched.ok) return
  }
  client.delete('pods', key, { gracePeriodSeconds: 0 })
}
