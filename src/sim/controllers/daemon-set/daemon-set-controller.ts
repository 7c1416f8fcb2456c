// Upstream: pkg/controller/daemon (v1.36). Left out: ControllerRevision objects (the hash is taken from the template directly; revisionHistoryLimit has nothing to limit).
import { controllerOf, keyOf, type ObjectKey } from '../../api/objects.ts'
import { matchesLabelSelector } from '../../api/labels.ts'
import { semanticEqual } from '../../api/semantic.ts'
import type { DaemonSet, DaemonSetStatus, Node, Pod } from '../../api/generated/types.ts'
import type { Status } from '../../api/status.ts'
import type { Change, ComponentContext } from '../../client/component.ts'
import { Expectations } from '../../client/expectations.ts'
import { WorkQueue, type Requeue } from '../../client/work-queue.ts'
import { nextAvailableAt } from '../active-pods.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaim, resolveController } from '../ownership.ts'
import { createPods, deletePod, podFromTemplate, throwIfRefused } from '../pod-control.ts'
import { affinityToNode, daemonPodTemplate, nodeFit, revisionOf, targetNodeOf, type Revision } from './daemon-pod.ts'
import { allowsSurge, countNodes, daemonSetStatus, holdsNode, planNode, planRollingUpdate, type NodeCounts, type PodsByNode, type UpdatePlan } from './daemon-set-plan.ts'
import { DaemonTally } from './daemon-tally.ts'
import { FailedPodBackOff } from './failed-pod-back-off.ts'

/** Upstream flag --concurrent-daemonset-syncs. */
const concurrentSyncs = 2
/** Upstream: BurstReplicas; no pass makes or deletes more. */
const burstReplicas = 250

/** Keeps one pod of each DaemonSet on every node that is eligible. */
export function startDaemonSetController(context: ComponentContext): void {
  const daemonSets = context.informers.of('daemonsets')
  const pods = context.informers.of('pods')
  const nodes = context.informers.of('nodes')
  indexByController(pods)
  const tally = new DaemonTally(pods, nodes.lister)
  const expectations = new Expectations(context.agenda)
  const backOff = new FailedPodBackOff(context.agenda)
  const queue = new WorkQueue(context.agenda, 'daemonset', reconcile, { workers: concurrentSyncs, client: context.client })
  queue.pause()
  context.informers.whenSynced(() => queue.resume())

  daemonSets.onChange(({ old, new: current }) => {
    const known = current ?? old
    if (!known) return
    if (!current || (old && old.metadata.uid !== current.metadata.uid)) forget(old ?? known)
    queue.add(keyOf(known))
  })
  pods.onChange((change) => {
    tally.observePod(change)
    observePod(change)
  })
  nodes.onChange(observeNode)

  function forget(daemonSet: DaemonSet): void {
    expectations.forget(keyOf(daemonSet))
    backOff.forget(daemonSet.metadata.uid)
    tally.forget(daemonSet.metadata.uid)
  }

  function observePod({ old, new: current }: Change<Pod>): void {
    if (!old && current) return current.metadata.deletionTimestamp === undefined ? observeNew(current) : observeGone(current)
    if (!current) return old && observeGone(old)
    if (old && old.metadata.resourceVersion === current.metadata.resourceVersion) return
    if (current.metadata.deletionTimestamp !== undefined) return observeGone(current)
    const before = old && controllerOf(old)
    if (old && before && before.uid !== controllerOf(current)?.uid) enqueueOwner(old)
    if (controllerOf(current)) return enqueueOwner(current)
    if (old && (before || !semanticEqual(old.metadata.labels, current.metadata.labels))) enqueueAdopters(current)
  }

  function observeNew(pod: Pod): void {
    const owner = resolveController(daemonSets.lister, 'DaemonSet', pod)
    if (owner) expectations.observeCreate(keyOf(owner))
    if (owner) queue.add(keyOf(owner))
    else if (!controllerOf(pod)) enqueueAdopters(pod)
  }

  function observeGone(pod: Pod): void {
    const owner = resolveController(daemonSets.lister, 'DaemonSet', pod)
    if (!owner) return
    expectations.observeDelete(keyOf(owner), keyOf(pod))
    queue.add(keyOf(owner))
  }

  function enqueueOwner(pod: Pod): void {
    const owner = resolveController(daemonSets.lister, 'DaemonSet', pod)
    if (owner) queue.add(keyOf(owner))
  }

  function enqueueAdopters(pod: Pod): void {
    for (const daemonSet of daemonSets.lister.list(pod.metadata.namespace)) {
      if (matchesLabelSelector(daemonSet.spec.selector, pod.metadata.labels)) queue.add(keyOf(daemonSet))
    }
  }

  /** Only what decides where daemon pods run matters: heartbeats do not. */
  function observeNode({ old, new: current }: Change<Node>): void {
    if (old && current && old.metadata.labels === current.metadata.labels && old.spec === current.spec) return
    const known = current ?? old
    if (known) tally.observeNode(known.metadata.name)
    for (const daemonSet of daemonSets.lister.list()) {
      const [before, after] = [old, current].map((node) => node && nodeFit(daemonSet.spec.template, node))
      const changed = before?.shouldRun !== after?.shouldRun || before?.shouldContinueRunning !== after?.shouldContinueRunning
      if (changed && (before?.shouldContinueRunning || after?.shouldContinueRunning)) queue.add(keyOf(daemonSet))
    }
  }

  function reconcile(key: ObjectKey): Requeue {
    const daemonSet = daemonSets.lister.get(key)
    if (!daemonSet) {
      expectations.forget(key)
      return 'whenChanged'
    }
    const { selector } = daemonSet.spec
    if (Object.keys(selector).length === 0) {
      context.events.event(daemonSet, 'Warning', 'SelectingAll', 'This daemon set is selecting all pods. A non-empty selector is required.')
      return 'whenChanged'
    }
    if (daemonSet.metadata.deletionTimestamp !== undefined) return 'whenChanged'
    const revision = revisionOf(daemonSet)
    const mayManage = expectations.satisfied(key)
    const { work, ...counts } = tally.countsOf(daemonSet, revision)
    if ((work === 0 || !mayManage) && isSimple(daemonSet)) {
      updateStatus(daemonSet, { ...counts, available: counts.ready }, mayManage)
      return 'whenChanged'
    }
    const held = claimPods(daemonSet)
    const byNode = podsByNode(held)
    const { refusal, retryAfter } = mayManage ? manage(daemonSet, held, byNode, revision) : { refusal: null, retryAfter: null }
    updateStatus(daemonSet, countNodes(daemonSet, nodes.lister.list(), byNode, revision, context.wall.epochMillis), mayManage)
    throwIfRefused(refusal)
    return nextLook(daemonSet, held, retryAfter)
  }

  /** Nothing to wait for, nothing beside one another, nobody to take in: then the tally says all there is to know. */
  function isSimple(daemonSet: DaemonSet): boolean {
    const { minReadySeconds = 0, selector } = daemonSet.spec
    return minReadySeconds === 0 && !allowsSurge(daemonSet) && orphansIn(pods.lister, daemonSet.metadata.namespace).every((pod) => planClaim(daemonSet, selector, pod) === 'ignore')
  }

  function nextLook(daemonSet: DaemonSet, held: readonly Pod[], retryAfter: number | null): Requeue {
    const now = context.wall.epochMillis
    const next = nextAvailableAt(held, daemonSet.spec.minReadySeconds ?? 0, now)
    const waits = [next === null ? null : next - now, retryAfter].filter((wait) => wait !== null)
    return waits.length === 0 ? 'whenChanged' : { after: Math.min(...waits) }
  }

  function claimPods(daemonSet: DaemonSet): readonly Pod[] {
    const { uid, namespace } = daemonSet.metadata
    const candidates = [...controlledBy(pods.lister, uid), ...orphansIn(pods.lister, namespace)]
    return claim(context, 'pods', candidates, { owner: daemonSet, ownerResource: 'daemonsets', selector: daemonSet.spec.selector })
  }

  function manage(daemonSet: DaemonSet, held: readonly Pod[], byNode: PodsByNode, revision: Revision): { refusal: Status | null; retryAfter: number | null } {
    const { plan, retryAfter } = planPods(daemonSet, held, byNode, revision)
    const refusal = carryOut(daemonSet, plan, revision)
    if (refusal || daemonSet.spec.updateStrategy.type !== 'RollingUpdate' || !expectations.satisfied(keyOf(daemonSet))) return { refusal, retryAfter }
    const update = planRollingUpdate(daemonSet, nodes.lister.list(), byNode, revision, context.wall.epochMillis)
    return { refusal: carryOut(daemonSet, update, revision), retryAfter }
  }

  /** What all nodes need; ended pods go with an event, and not faster than their back-off lets them. */
  function planPods(daemonSet: DaemonSet, held: readonly Pod[], byNode: PodsByNode, revision: Revision): { plan: UpdatePlan; retryAfter: number | null } {
    const rules = { surge: allowsSurge(daemonSet), revision, minReadySeconds: daemonSet.spec.minReadySeconds ?? 0, now: context.wall.epochMillis }
    const creates: string[] = []
    const deletes: Pod[] = []
    let retryAfter: number | null = null
    for (const node of nodes.lister.list()) {
      const { name } = node.metadata
      const plan = planNode(nodeFit(daemonSet.spec.template, node), byNode.get(name), rules)
      if (plan.create) creates.push(name)
      for (const pod of plan.ended) {
        const pause = pod.status.phase === 'Failed' ? backOff.pauseOrStart(`${daemonSet.metadata.uid}/${daemonSet.status.observedGeneration ?? 0}/${name}`) : null
        if (pause !== null) retryAfter = Math.min(pause, retryAfter ?? pause)
        else {
          reportEnded(daemonSet, pod, name)
          deletes.push(pod)
        }
      }
      deletes.push(...plan.deletes)
    }
    // Pods that wait for a node that is gone would wait for ever.
    deletes.push(...held.filter((pod) => !pod.spec.nodeName && pod.metadata.deletionTimestamp === undefined && !nodes.lister.get(targetNodeOf(pod) ?? '')))
    return { plan: { creates, deletes }, retryAfter }
  }

  function reportEnded(daemonSet: DaemonSet, pod: Pod, node: string): void {
    const { type, reason, message } = endedEvent(pod, node)
    context.events.event(daemonSet, type, reason, message)
  }

  function carryOut(daemonSet: DaemonSet, plan: UpdatePlan, revision: Revision): Status | null {
    const key = keyOf(daemonSet)
    const creates = plan.creates.slice(0, burstReplicas)
    const deletes = plan.deletes.slice(0, burstReplicas)
    if (creates.length === 0 && deletes.length === 0) return null
    context.decided(`update pods of ${key}`, `daemonsets/${key}`, { creates, deletes: deletes.map(keyOf) })
    expectations.expect(key, { creates: creates.length, deletes: deletes.map(keyOf) })
    const template = daemonPodTemplate(daemonSet.spec.template, revision)
    const drafts = creates.map((node) => podFromTemplate(daemonSet, template, { ...template.spec, affinity: affinityToNode(template.spec.affinity, node) }))
    const { failed, error } = createPods(context, daemonSet, drafts)
    expectations.lowerCreates(key, failed)
    let refusal = error
    for (const pod of deletes) {
      const refused = deletePod(context, daemonSet, pod)
      if (!refused) continue
      expectations.observeDelete(key, keyOf(pod))
      if (refused.status.reason !== 'NotFound') refusal ??= refused.status
    }
    return refusal
  }

  function updateStatus(daemonSet: DaemonSet, counts: NodeCounts, isObserved: boolean): void {
    const counted = daemonSetStatus(daemonSet, counts)
    const observed = isObserved ? daemonSet.metadata.generation : daemonSet.status.observedGeneration
    const status: DaemonSetStatus = { ...counted, ...(observed !== undefined && { observedGeneration: observed }) }
    if (semanticEqual(status, daemonSet.status)) return
    const updated = context.client.updateStatus('daemonsets', { ...daemonSet, status })
    if (updated.ok) return
    // One more try with what the server has now (StatusUpdateRetries).
    const fresh = context.client.get('daemonsets', keyOf(daemonSet))
    if (!fresh.ok) return throwIfRefused(fresh.status)
    const again = context.client.updateStatus('daemonsets', { ...fresh.value, status })
    if (!again.ok) throwIfRefused(again.status)
  }
}

/** What is said about a daemon pod that ended, which none should. */
export function endedEvent(pod: Pod, node: string): { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string } {
  const key = keyOf(pod)
  return pod.status.phase === 'Failed'
    ? { type: 'Warning', reason: 'FailedDaemonPod', message: `Found failed daemon pod ${key} on node ${node}, will try to kill it` }
    : { type: 'Normal', reason: 'SucceededDaemonPod', message: `Found succeeded daemon pod ${key} on node ${node}, will try to delete it` }
}

function podsByNode(held: readonly Pod[]): PodsByNode {
  const byNode = new Map<string, Pod[]>()
  for (const pod of held) {
    const node = targetNodeOf(pod)
    if (node === undefined || !holdsNode(pod)) continue
    const onNode = byNode.get(node)
    if (onNode) onNode.push(pod)
    else byNode.set(node, [pod])
  }
  return byNode
}
