// Upstream: pkg/controller/replicaset (v1.36). Left out: the consistency store for stale caches (gate StaleControllerConsistencyReplicaSet), metrics.
import { controllerOf, keyOf, type ObjectKey } from '../../api/objects.ts'
import type { Pod, ReplicaSetStatus } from '../../api/generated/types.ts'
import type { Status } from '../../api/status.ts'
import type { ComponentContext, Informer, Lister } from '../../client/component.ts'
import { Expectations } from '../../client/expectations.ts'
import type { Steps } from '../../client/steps.ts'
import { WorkQueue, type Requeue } from '../../client/work-queue.ts'
import { isActive, nextAvailableAt } from '../active-pods.ts'
import { ControlleeObserver } from '../controllees.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaim } from '../ownership.ts'
import { createPods, deletePods, messageOf, podFromTemplate, throwIfRefused } from '../pod-control.ts'
import { writeStatus } from '../status-update.ts'
import { PodTally } from './pod-tally.ts'
import { burstReplicas, countPods, planReplicas, replicaSetStatus, type ReplicaPlan, type Replicating, type StatusCounts } from './replica-set-plan.ts'

/** Upstream flag --concurrent-replicaset-syncs. */
export const concurrentSyncs = 5

/** Keeps as many pods alive as each ReplicaSet asks for. */
export function startReplicaSetController(context: ComponentContext): void {
  const { client, informers } = context
  new ReplicaSetController(context, {
    resource: 'replicasets',
    kind: 'ReplicaSet',
    queue: 'replicaset',
    workers: concurrentSyncs,
    owners: informers.of('replicasets'),
    writeStatus: (owner, status) => writeStatus(owner, status, { update: (object) => client.updateStatus('replicasets', object), get: () => client.get('replicasets', keyOf(owner)) }),
  })
}

/** What makes the controller of one kind different from that of another. */
export interface ReplicatingKind<T extends Replicating> {
  readonly resource: 'replicasets' | 'replicationcontrollers'
  readonly kind: T['kind']
  /** As upstream calls its work queue. */
  readonly queue: string
  readonly workers: number
  readonly owners: Informer<T>
  writeStatus(owner: T, status: ReplicaSetStatus): void
}

interface Holding {
  readonly counts: StatusCounts
  plan(): ReplicaPlan
  /** When the next pod becomes available if nothing else happens. */
  readonly nextAvailable: number | null
}

/** Works for ReplicaSets, and for ReplicationControllers in the guise of such. */
export class ReplicaSetController<T extends Replicating> {
  private readonly owners: Lister<T>
  private readonly pods: Lister<Pod>
  private readonly expectations: Expectations
  private readonly tally: PodTally

  constructor(
    private readonly context: ComponentContext,
    private readonly of: ReplicatingKind<T>,
  ) {
    const { owners, kind, queue: queueName, workers } = of
    const pods = context.informers.of('pods')
    indexByController(owners)
    indexByController(pods)
    this.owners = owners.lister
    this.pods = pods.lister
    this.expectations = new Expectations(context.agenda)
    this.tally = new PodTally(pods.lister)
    const queue = new WorkQueue(context.agenda, queueName, (key) => this.reconcile(key), { workers, client: context.client })
    queue.pause()
    context.informers.whenSynced(() => queue.resume())
    owners.onChange(({ old, new: current }) => {
      if (old && old.metadata.uid !== current?.metadata.uid) this.forget(old)
      const known = current ?? old
      if (known) queue.add(keyOf(known))
    })
    const observer = new ControlleeObserver(kind, owners.lister, this.expectations, (owner) => queue.add(owner))
    pods.onChange((change) => {
      this.tally.observe(change)
      observer.observe(change)
    })
  }

  /** A namesake may follow: what was expected of the one that is gone will never be seen. */
  private forget(owner: T): void {
    this.expectations.forget(keyOf(owner))
    this.tally.forget(owner.metadata.uid)
  }

  private *reconcile(key: ObjectKey): Steps<Requeue> {
    const { wall } = this.context
    const replicaSet = this.owners.get(key)
    if (!replicaSet) {
      this.expectations.forget(key)
      return 'whenChanged'
    }
    const mayManage = this.expectations.satisfied(key) && replicaSet.metadata.deletionTimestamp === undefined
    const held = this.hold(replicaSet)
    const refusal = mayManage ? yield* this.carryOut(held.plan(), replicaSet) : null
    this.of.writeStatus(replicaSet, replicaSetStatus(replicaSet, held.counts, refusal && { message: messageOf(refusal) }, wall.time()))
    throwIfRefused(refusal)
    return held.nextAvailable === null ? 'whenChanged' : { after: held.nextAvailable - wall.epochMillis }
  }

  /** What a set holds: in numbers as long as no pod is to be chosen, claimed, or waited for. */
  private hold(replicaSet: T): Holding {
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
    const active = claim(this.context, 'pods', candidates, { owner: replicaSet, ownerResource: this.of.resource, selector })
    const now = this.context.wall.epochMillis
    return {
      counts: countPods(replicaSet, active, counts.terminating, now),
      plan: () => planReplicas(replicaSet, active, () => this.podsOfSiblings(replicaSet), now),
      nextAvailable: nextAvailableAt(active, minReadySeconds, now),
    }
  }

  /** The pods of all sets of the same Deployment: a rollout should not crowd one node. */
  private podsOfSiblings(replicaSet: T): readonly Pod[] {
    const owner = controllerOf(replicaSet)
    return owner ? controlledBy(this.owners, owner.uid).flatMap((sibling) => controlledBy(this.pods, sibling.metadata.uid)) : []
  }

  private *carryOut(plan: ReplicaPlan, replicaSet: T): Steps<Status | null> {
    const { context, expectations } = this
    const key = keyOf(replicaSet)
    if (plan.creates === 0 && plan.deletes.length === 0) return null
    const deletes = plan.deletes.map(keyOf)
    context.decided(`scale ${key}`, `${this.of.resource}/${key}`, { replicas: replicaSet.spec.replicas, creates: plan.creates, deletes })
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
