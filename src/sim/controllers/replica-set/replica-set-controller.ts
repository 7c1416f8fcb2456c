// Upstream: pkg/controller/replicaset (v1.36). Left out: the consistency store for stale caches (gate StaleControllerConsistencyReplicaSet), metrics.
import { controllerOf, keyOf, type ObjectKey } from '../../api/objects.ts'
import type { Pod, ReplicaSet } from '../../api/generated/types.ts'
import type { Status } from '../../api/status.ts'
import type { ComponentContext, Lister } from '../../client/component.ts'
import { Expectations } from '../../client/expectations.ts'
import type { Steps } from '../../client/steps.ts'
import { WorkQueue, type Requeue } from '../../client/work-queue.ts'
import { isActive, nextAvailableAt } from '../active-pods.ts'
import { ControlleeObserver } from '../controllees.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaim } from '../ownership.ts'
import { createPods, deletePods, messageOf, podFromTemplate, throwIfRefused } from '../pod-control.ts'
import { writeStatus } from '../status-update.ts'
import { PodTally } from './pod-tally.ts'
import { burstReplicas, countPods, planReplicas, replicaSetStatus, type ReplicaPlan, type StatusCounts } from './replica-set-plan.ts'

/** Upstream flag --concurrent-replicaset-syncs. */
export const concurrentSyncs = 5

/** Keeps as many pods alive as each ReplicaSet asks for. */
export function startReplicaSetController(context: ComponentContext): void {
  new ReplicaSetController(context)
}

interface Holding {
  readonly counts: StatusCounts
  plan(): ReplicaPlan
  /** When the next pod becomes available if nothing else happens. */
  readonly nextAvailable: number | null
}

class ReplicaSetController {
  private readonly context: ComponentContext
  private readonly replicaSets: Lister<ReplicaSet>
  private readonly pods: Lister<Pod>
  private readonly expectations: Expectations
  private readonly tally: PodTally

  constructor(context: ComponentContext) {
    const replicaSets = context.informers.of('replicasets')
    const pods = context.informers.of('pods')
    indexByController(replicaSets)
    indexByController(pods)
    this.context = context
    this.replicaSets = replicaSets.lister
    this.pods = pods.lister
    this.expectations = new Expectations(context.agenda)
    this.tally = new PodTally(pods.lister)
    const queue = new WorkQueue(context.agenda, 'replicaset', (key) => this.reconcile(key), { workers: concurrentSyncs, client: context.client })
    queue.pause()
    context.informers.whenSynced(() => queue.resume())
    replicaSets.onChange(({ old, new: current }) => {
      if (old && old.metadata.uid !== current?.metadata.uid) this.forget(old)
      const known = current ?? old
      if (known) queue.add(keyOf(known))
    })
    const observer = new ControlleeObserver('ReplicaSet', replicaSets.lister, this.expectations, (owner) => queue.add(owner))
    pods.onChange((change) => {
      this.tally.observe(change)
      observer.observe(change)
    })
  }

  /** A namesake may follow: what was expected of the one that is gone will never be seen. */
  private forget(replicaSet: ReplicaSet): void {
    this.expectations.forget(keyOf(replicaSet))
    this.tally.forget(replicaSet.metadata.uid)
  }

  private *reconcile(key: ObjectKey): Steps<Requeue> {
    const { wall, client } = this.context
    const replicaSet = this.replicaSets.get(key)
    if (!replicaSet) {
      this.expectations.forget(key)
      return 'whenChanged'
    }
    const mayManage = this.expectations.satisfied(key) && replicaSet.metadata.deletionTimestamp === undefined
    const held = this.hold(replicaSet)
    const refusal = mayManage ? yield* this.carryOut(held.plan(), replicaSet) : null
    const status = replicaSetStatus(replicaSet, held.counts, refusal && { message: messageOf(refusal) }, wall.time())
    writeStatus(replicaSet, status, { update: (object) => client.updateStatus('replicasets', object), get: () => client.get('replicasets', key) })
    throwIfRefused(refusal)
    return held.nextAvailable === null ? 'whenChanged' : { after: held.nextAvailable - wall.epochMillis }
  }

  /** What a set holds: in numbers as long as no pod is to be chosen, claimed, or waited for. */
  private hold(replicaSet: ReplicaSet): Holding {
    const { namespace, uid } = replicaSet.metadata
    const { selector, minReadySeconds = 0 } = replicaSet.spec
    const { mismatched, ...counts } = this.tally.countsOf(replicaSet)
    const orphans = orphansIn(this.pods, namespace)
    const isSettled = mismatched === 0 && orphans.every((pod) => planClaim(replicaSet, selector, pod) === 'ignore')
    if (isSettled && minReadySeconds === 0 && counts.active <= replicaSet.spec.replicas) {
      const creates = Math.min(replicaSet.spec.replicas - counts.active, burstReplicas)
      return { counts: { ...counts, available: counts.ready }, plan: () => ({ creates, deletes: [] }), nextAvailable: null }
    }
    const candidates = [...controlledBy(this.pods, uid), ...orphans].filter(isActive)
    const active = claim(this.context, 'pods', candidates, { owner: replicaSet, ownerResource: 'replicasets', selector })
    const now = this.context.wall.epochMillis
    return {
      counts: countPods(replicaSet, active, counts.terminating, now),
      plan: () => planReplicas(replicaSet, active, () => this.podsOfSiblings(replicaSet), now),
      nextAvailable: nextAvailableAt(active, minReadySeconds, now),
    }
  }

  /** The pods of all sets of the same Deployment: a rollout should not crowd one node. */
  private podsOfSiblings(replicaSet: ReplicaSet): readonly Pod[] {
    const owner = controllerOf(replicaSet)
    return owner ? controlledBy(this.replicaSets, owner.uid).flatMap((sibling) => controlledBy(this.pods, sibling.metadata.uid)) : []
  }

  private *carryOut(plan: ReplicaPlan, replicaSet: ReplicaSet): Steps<Status | null> {
    const { context, expectations } = this
    const key = keyOf(replicaSet)
    if (plan.creates === 0 && plan.deletes.length === 0) return null
    const deletes = plan.deletes.map(keyOf)
    context.decided(`scale ${key}`, `replicasets/${key}`, { replicas: replicaSet.spec.replicas, creates: plan.creates, deletes })
    expectations.expect(key, { creates: plan.creates, deletes })
    if (plan.creates > 0) {
      const draft = podFromTemplate(replicaSet, replicaSet.spec.template)
      const { failed, error } = yield* createPods(context, replicaSet, Array.from({ length: plan.creates }, () => draft))
      expectations.lowerCreates(key, failed)
      return error
    }
    let refusal: Status | null = null
    yield* deletePods(context, replicaSet, plan.deletes, (pod, status) => {
      expectations.observeDelete(key, keyOf(pod))
      if (status.reason !== 'NotFound') refusal ??= { ...status, message: `unable to delete pods: ${messageOf(status)}` }
    })
    return refusal
  }
}
