import { keyOf } from '../../api/objects.ts'
import { must, StatusError } from '../../api/status.ts'
import type { Deployment, Pod, ReplicaSet } from '../../api/generated/types.ts'
import type { ComponentContext } from '../../client/component.ts'
import type { Requeue } from '../../client/work-queue.ts'
import { isNamespaceTerminating, messageOf } from '../pod-control.ts'
import { semanticEqual } from '../../api/semantic.ts'
import { nextRevision, revisionAnnotation, revisionOf, rollbackAnnotation, withReplicas } from './annotations.ts'
import {
  conditionOf, deploymentStatus, hasProgressDeadline, isComplete, pausedCondition, rolloutConditions, untilDeadline, withCondition, type NewCondition,
} from './conditions.ts'
import { currentSetBroughtUpToDate, newReplicaSet } from './new-replica-set.ts'
import { sameTemplate, sortOut, type ReplicaSetsOf } from './replica-sets.ts'
import { planRollback } from './rollback.ts'
import { isScaling, planHistoryCleanup, planRecreate, planRollingUpdate, planScaling, type ScaleStep } from './rollout-plan.ts'

/** requeueStuckDeployment: so much later than a deadline a rollout is looked at again. */
export const stuckRequeueExtra = 1_000

/** One pass over one deployment: what was read, and the deployment as this pass has changed it so far. */
export class DeploymentSync {
  private readonly context: ComponentContext
  private deployment: Deployment
  private replicaSets: readonly ReplicaSet[]
  private readonly podsOf: (replicaSet: ReplicaSet) => readonly Pod[]

  constructor(context: ComponentContext, deployment: Deployment, replicaSets: readonly ReplicaSet[], podsOf: (replicaSet: ReplicaSet) => readonly Pod[]) {
    this.context = context
    this.deployment = deployment
    this.replicaSets = replicaSets
    this.podsOf = podsOf
  }

  run(): Requeue {
    const { metadata, spec } = this.deployment
    if (Object.keys(spec.selector).length === 0) return this.refuseEmptySelector()
    if (metadata.deletionTimestamp !== undefined) return this.updateStatus(this.setsSynced(false), false)
    this.markPaused()
    if (spec.paused === true) return this.scaleOnly()
    if (metadata.annotations?.[rollbackAnnotation] !== undefined) return this.rollBack()
    if (isScaling(this.deployment, this.setsSynced(false))) return this.scaleOnly()
    return spec.strategy.type === 'Recreate' ? this.recreate() : this.rollingUpdate()
  }

  private refuseEmptySelector(): Requeue {
    const { metadata, status } = this.deployment
    this.event('Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.')
    if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) this.writeStatus({ ...status, observedGeneration: metadata.generation ?? 0 })
    return 'whenChanged'
  }

  private markPaused(): void {
    const condition = pausedCondition(this.deployment)
    if (!condition) return
    this.addCondition(condition)
    // The next write of this pass builds on this one.
    this.deployment = must(this.context.client.updateStatus('deployments', this.deployment))
  }

  private scaleOnly(): Requeue {
    const sets = this.setsSynced(false)
    const scaled = this.carryOut(sets, planScaling(this.deployment, sets))
    if (this.deployment.spec.paused === true && this.deployment.metadata.annotations?.[rollbackAnnotation] === undefined) this.cleanUp(scaled)
    return this.updateStatus(scaled, false)
  }

  private rollingUpdate(): Requeue {
    const sets = this.setsSynced(true)
    const steps = sets.current ? planRollingUpdate(this.deployment, sets.current, sets.old) : []
    if (steps.length > 0) return this.updateStatus(this.carryOut(sets, steps), true)
    if (isComplete(this.deployment, this.deployment.status)) this.cleanUp(sets)
    return this.updateStatus(sets, true)
  }

  private recreate(): Requeue {
    const sets = this.setsSynced(false)
    const plan = planRecreate(sets.old, sets.old.flatMap((replicaSet) => this.podsOf(replicaSet)))
    if (plan.kind === 'shrink') return this.updateStatus(this.carryOut(sets, plan.steps), true)
    if (plan.kind === 'wait') return this.updateStatus(sets, true)
    const { current, old } = sets.current ? sets : this.setsSynced(true)
    const { replicas } = this.deployment.spec
    if (current && current.spec.replicas !== replicas) {
      return this.updateStatus(this.carryOut({ current, old }, [{ replicaSet: current, from: current.spec.replicas, to: replicas }]), true)
    }
    if (isComplete(this.deployment, this.deployment.status)) this.cleanUp({ current, old })
    return this.updateStatus({ current, old }, true)
  }

  /** The deployment's sets, with the current one made if it is to be, and revision and annotations as they should be (getAllReplicaSetsAndSyncRevision). */
  private setsSynced(mayCreate: boolean): ReplicaSetsOf {
    const { current, old } = sortOut(this.deployment, this.replicaSets)
    if (!current) return { current: mayCreate ? this.create(old) : null, old }
    const updated = currentSetBroughtUpToDate(this.deployment, current, old)
    if (updated) return this.replaced({ current, old }, current, must(this.context.client.update('replicasets', updated)))
    const hasRevision = this.setRevision(current.metadata.annotations?.[revisionAnnotation] ?? '')
    const isUnwatched = hasProgressDeadline(this.deployment) && !conditionOf(this.deployment.status.conditions, 'Progressing')
    const message = `Found new replica set "${current.metadata.name}"`
    if (isUnwatched) this.addCondition({ type: 'Progressing', status: 'True', reason: 'FoundNewReplicaSet', message })
    // As upstream, the pass goes on with the version it read: its next status write conflicts, and the pass is done over with fresh eyes.
    if (hasRevision || isUnwatched) must(this.context.client.updateStatus('deployments', this.deployment))
    return { current, old }
  }

  private create(old: readonly ReplicaSet[]): ReplicaSet {
    const draft = newReplicaSet(this.deployment, old)
    const { name } = draft.metadata
    const created = this.context.client.create('replicasets', draft)
    if (created.ok && draft.spec.replicas > 0) this.event('Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${draft.spec.replicas}`)
    if (!created.ok && created.status.reason !== 'AlreadyExists') {
      if (isNamespaceTerminating(created.status)) throw new StatusError(created.status)
      this.reportCreateError(`Failed to create new replica set "${name}": ${messageOf(created.status)}`)
      throw new StatusError(created.status)
    }
    const current = created.ok ? created.value : this.existing(draft.metadata.name, created.status)
    const hasRevision = this.setRevision(String(nextRevision(old)))
    const isWatched = created.ok && hasProgressDeadline(this.deployment)
    if (isWatched) this.addCondition({ type: 'Progressing', status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${name}"` })
    if (hasRevision || isWatched) must(this.context.client.updateStatus('deployments', this.deployment))
    this.replicaSets = [...this.replicaSets, current]
    return current
  }

  private reportCreateError(message: string): void {
    if (hasProgressDeadline(this.deployment)) {
      this.addCondition({ type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message })
      this.context.client.updateStatus('deployments', this.deployment)
    }
    this.event('Warning', 'ReplicaSetCreateError', message)
  }

  /** The name is taken: by our own set that the cache does not show yet, or by another template with the same hash, which then is hashed anew. */
  private existing(name: string, status: StatusError['status']): ReplicaSet {
    const { namespace } = this.deployment.metadata
    const found = must(this.context.client.get('replicasets', namespace ? `${namespace}/${name}` : name))
    const isOurs = found.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === this.deployment.metadata.uid)
    if (isOurs && sameTemplate(found.spec.template, this.deployment.spec.template)) return found
    this.writeStatus({ ...this.deployment.status, collisionCount: (this.deployment.status.collisionCount ?? 0) + 1 })
    throw new StatusError(status)
  }

  private carryOut(sets: ReplicaSetsOf, steps: readonly ScaleStep[]): ReplicaSetsOf {
    const key = keyOf(this.deployment)
    const changes = steps.filter(({ from, to }) => from !== to)
    if (changes.length > 0) {
      this.context.decided(`scale sets of ${key}`, `deployments/${key}`, changes.map(({ replicaSet, from, to }) => ({ replicaSet: replicaSet.metadata.name, from, to })))
    }
    let result = sets
    const latest = new Map<string, ReplicaSet>()
    for (const { replicaSet, from, to } of steps) {
      const before = latest.get(replicaSet.metadata.uid) ?? replicaSet
      const annotations = withReplicas(before.metadata.annotations, this.deployment)
      if (from === to && semanticEqual(annotations, before.metadata.annotations)) continue
      const scaled = { ...before, metadata: { ...before.metadata, annotations }, spec: { ...before.spec, replicas: to } }
      const after = must(this.context.client.update('replicasets', scaled))
      latest.set(replicaSet.metadata.uid, after)
      result = this.replaced(result, before, after)
      if (from !== to) this.event('Normal', 'ScalingReplicaSet', scalingMessage(replicaSet.metadata.name, from, to))
    }
    return result
  }

  private replaced(sets: ReplicaSetsOf, before: ReplicaSet, after: ReplicaSet): ReplicaSetsOf {
    const swap = (replicaSet: ReplicaSet): ReplicaSet => (replicaSet.metadata.uid === before.metadata.uid ? after : replicaSet)
    this.replicaSets = this.replicaSets.map(swap)
    return { current: sets.current && swap(sets.current), old: sets.old.map(swap) }
  }

  private cleanUp({ old }: ReplicaSetsOf): void {
    for (const replicaSet of planHistoryCleanup(this.deployment, old, revisionOf)) {
      const deleted = this.context.client.delete('replicasets', keyOf(replicaSet))
      if (!deleted.ok && deleted.status.reason !== 'NotFound') throw new StatusError(deleted.status)
    }
  }

  private rollBack(): Requeue {
    const { current, old } = this.setsSynced(true)
    const plan = planRollback(this.deployment, current ? [...old, current] : old)
    must(this.context.client.update('deployments', plan.deployment))
    this.event(plan.event.type, plan.event.reason, plan.event.message)
    return 'whenChanged'
  }

  private updateStatus(sets: ReplicaSetsOf, isRollout: boolean): Requeue {
    const [now, time] = [this.context.wall.epochMillis, this.context.wall.time()]
    const counted = deploymentStatus(this.deployment, sets, time)
    const status = isRollout ? { ...counted, conditions: rolloutConditions(this.deployment, counted, sets, now, time) } : counted
    if (!semanticEqual(status, this.deployment.status)) {
      this.writeStatus(status)
      return 'whenChanged'
    }
    const left = isRollout ? untilDeadline(this.deployment, status, now) : null
    // Past its deadline and not timed out: the rollout was done before. Upstream looks again and again, to no effect.
    if (left === null || left < 0) return 'whenChanged'
    // In the last second upstream looks every 5 ms until the deadline has passed.
    return { after: left >= 1000 ? left + stuckRequeueExtra : Math.max(left + 1, 5) }
  }

  private writeStatus(status: Deployment['status']): void {
    must(this.context.client.updateStatus('deployments', { ...this.deployment, status }))
  }

  private setRevision(revision: string): boolean {
    const { metadata } = this.deployment
    if (metadata.annotations?.[revisionAnnotation] === revision) return false
    this.deployment = { ...this.deployment, metadata: { ...metadata, annotations: { ...metadata.annotations, [revisionAnnotation]: revision } } }
    return true
  }

  private addCondition(condition: NewCondition): void {
    const { status } = this.deployment
    this.deployment = { ...this.deployment, status: { ...status, conditions: withCondition(status.conditions, condition, this.context.wall.time()) } }
  }

  private event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.events.event(this.deployment, type, reason, message)
  }
}

/** What the event of a scaling says. */
export function scalingMessage(replicaSet: string, from: number, to: number): string {
  return `Scaled ${to > from ? 'up' : 'down'} replica set ${replicaSet} from ${from} to ${to}`
}
