// Upstream: pkg/controller/replicaset (v1.36). Left out: the consistency store for stale caches (gate StaleControllerConsistencyReplicaSet), metrics.
import { controllerOf, keyOf, type ObjectKey } from '../../api/objects.ts'
import { matchesLabelSelector } from '../../api/labels.ts'
import type { Pod, ReplicaSet, ReplicaSetStatus } from '../../api/generated/types.ts'
import type { Status } from '../../api/status.ts'
import type { Change, ComponentContext } from '../../client/component.ts'
import { Expectations } from '../../client/expectations.ts'
import { WorkQueue, type Requeue } from '../../client/work-queue.ts'
import { isActive, nextAvailableAt } from '../active-pods.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaim, resolveController } from '../ownership.ts'
import { createPods, deletePod, messageOf, podFromTemplate, throwIfRefused } from '../pod-control.ts'
import { semanticEqual } from '../../api/semantic.ts'
import { PodTally } from './pod-tally.ts'
import { burstReplicas, countPods, planReplicas, replicaSetStatus, type ReplicaPlan, type StatusCounts } from './replica-set-plan.ts'

/** Upstream flag --concurrent-replicaset-syncs. */
const concurrentSyncs = 5

interface Holding {
  readonly counts: StatusCounts
  plan(): ReplicaPlan
  /** When the next pod becomes available if nothing else happens. */
  readonly nextAvailable: number | null
}

/** Keeps as many pods alive as each ReplicaSet asks for. */
export function startReplicaSetController(context: ComponentContext): void {
  const replicaSets = context.informers.of('replicasets')
  const pods = context.informers.of('pods')
  indexByController(replicaSets)
  indexByController(pods)
  const podLister = pods.lister
  const tally = new PodTally(podLister)
  const expectations = new Expectations(context.agenda)
  const queue = new WorkQueue(context.agenda, 'replicaset', reconcile, { workers: concurrentSyncs, client: context.client })
  queue.pause()
  context.informers.whenSynced(() => queue.resume())

  replicaSets.onChange(({ old, new: current }) => {
    const known = current ?? old
    if (!known) return
    // A namesake with another uid: what was expected of the one that is gone will never be seen.
    if (old && old.metadata.uid !== current?.metadata.uid) {
      expectations.forget(keyOf(old))
      tally.forget(old.metadata.uid)
    }
    queue.add(keyOf(known))
  })
  pods.onChange((change) => {
    tally.observe(change)
    observe(change)
  })

  function observe({ old, new: current }: Change<Pod>): void {
    if (!old && current) return current.metadata.deletionTimestamp === undefined ? observeNew(current) : observeGone(current)
    if (!current) return old && observeGone(old)
    if (old && old.metadata.resourceVersion === current.metadata.resourceVersion) return
    if (current.metadata.deletionTimestamp !== undefined) return observeGone(current)
    const [before, after] = [old && controllerOf(old), controllerOf(current)]
    if (old && before && before.uid !== after?.uid) enqueueOwner(old)
    if (after) return enqueueOwner(current)
    if (old && (before || !semanticEqual(old.metadata.labels, current.metadata.labels))) enqueueAdopters(current)
  }

  function observeNew(pod: Pod): void {
    const owner = resolveController(replicaSets.lister, 'ReplicaSet', pod)
    if (owner) expectations.observeCreate(keyOf(owner))
    if (owner) queue.add(keyOf(owner))
    else if (!controllerOf(pod)) enqueueAdopters(pod)
  }

  function observeGone(pod: Pod): void {
    const owner = resolveController(replicaSets.lister, 'ReplicaSet', pod)
    if (!owner) return
    expectations.observeDelete(keyOf(owner), keyOf(pod))
    queue.add(keyOf(owner))
  }

  function enqueueOwner(pod: Pod): void {
    const owner = resolveController(replicaSets.lister, 'ReplicaSet', pod)
    if (owner) queue.add(keyOf(owner))
  }

  function enqueueAdopters(pod: Pod): void {
    for (const replicaSet of replicaSets.lister.list(pod.metadata.namespace)) {
      if (matchesLabelSelector(replicaSet.spec.selector, pod.metadata.labels)) queue.add(keyOf(replicaSet))
    }
  }

  function reconcile(key: ObjectKey): Requeue {
    const replicaSet = replicaSets.lister.get(key)
    if (!replicaSet) {
      expectations.forget(key)
      return 'whenChanged'
    }
    const mayManage = expectations.satisfied(key) && replicaSet.metadata.deletionTimestamp === undefined
    const held = hold(replicaSet)
    const refusal = mayManage ? carryOut(held.plan(), replicaSet) : null
    updateStatus(replicaSet, replicaSetStatus(replicaSet, held.counts, refusal && { message: messageOf(refusal) }, context.wall.time()))
    throwIfRefused(refusal)
    return held.nextAvailable === null ? 'whenChanged' : { after: held.nextAvailable - context.wall.epochMillis }
  }

  /** What a set holds: in numbers as long as no pod is to be chosen, claimed, or waited for. */
  function hold(replicaSet: ReplicaSet): Holding {
    const { namespace, uid } = replicaSet.metadata
    const { selector, minReadySeconds = 0 } = replicaSet.spec
    const { mismatched, ...counts } = tally.countsOf(replicaSet)
    const orphans = orphansIn(podLister, namespace)
    const isSettled = mismatched === 0 && orphans.every((pod) => planClaim(replicaSet, selector, pod) === 'ignore')
    if (isSettled && minReadySeconds === 0 && counts.active <= replicaSet.spec.replicas) {
      const creates = Math.min(replicaSet.spec.replicas - counts.active, burstReplicas)
      return { counts: { ...counts, available: counts.ready }, plan: () => ({ creates, deletes: [] }), nextAvailable: null }
    }
    const candidates = [...controlledBy(podLister, uid), ...orphans].filter(isActive)
    const active = claim(context, 'pods', candidates, { owner: replicaSet, ownerResource: 'replicasets', selector })
    const now = context.wall.epochMillis
    return {
      counts: countPods(replicaSet, active, counts.terminating, now),
      plan: () => planReplicas(replicaSet, active, () => podsOfSiblings(replicaSet), now),
      nextAvailable: nextAvailableAt(active, minReadySeconds, now),
    }
  }

  /** The pods of all sets of the same Deployment: a rollout should not crowd one node. */
  function podsOfSiblings(replicaSet: ReplicaSet): readonly Pod[] {
    const owner = controllerOf(replicaSet)
    return owner ? controlledBy(replicaSets.lister, owner.uid).flatMap((sibling) => controlledBy(podLister, sibling.metadata.uid)) : []
  }

  function carryOut(plan: ReplicaPlan, replicaSet: ReplicaSet): Status | null {
    const key = keyOf(replicaSet)
    if (plan.creates === 0 && plan.deletes.length === 0) return null
    context.decided(`scale ${key}`, `replicasets/${key}`, { replicas: replicaSet.spec.replicas, creates: plan.creates, deletes: plan.deletes.map(keyOf) })
    expectations.expect(key, { creates: plan.creates, deletes: plan.deletes.map(keyOf) })
    if (plan.creates > 0) {
      const draft = podFromTemplate(replicaSet, replicaSet.spec.template)
      const { failed, error } = createPods(context, replicaSet, Array.from({ length: plan.creates }, () => draft))
      expectations.lowerCreates(key, failed)
      return error
    }
    let refusal: Status | null = null
    for (const pod of plan.deletes) {
      const refused = deletePod(context, replicaSet, pod)
      if (!refused) continue
      expectations.observeDelete(key, keyOf(pod))
      if (refused.status.reason !== 'NotFound') refusal ??= { ...refused.status, message: `unable to delete pods: ${messageOf(refused.status)}` }
    }
    return refusal
  }

  function updateStatus(replicaSet: ReplicaSet, status: ReplicaSetStatus): void {
    if (semanticEqual(status, replicaSet.status)) return
    const updated = context.client.updateStatus('replicasets', { ...replicaSet, status })
    if (updated.ok) return
    // One more try with what the server has now (statusUpdateRetries).
    const fresh = context.client.get('replicasets', keyOf(replicaSet))
    if (!fresh.ok) return throwIfRefused(fresh.status)
    const again = context.client.updateStatus('replicasets', { ...fresh.value, status })
    if (!again.ok) throwIfRefused(again.status)
  }
}
