import type { Deployment, Pod, ReplicaSet, ReplicationController } from '../../src/sim/api/generated/types.ts'
import { controllerOf, keyOf, type KubernetesObject, type Uid } from '../../src/sim/api/objects.ts'
import type { Check, Scene, Write } from './check.ts'
import { seenFor } from './sight.ts'

/** Rows 74 to 77 and 79, at every write of a set or a pod: how many pods a rollout may have, how few, and when it has taken too long. */
export class Rollouts implements Check {
  private readonly replicaSets = new Map<Uid, ReplicaSet>()
  private readonly controllers = new Map<Uid, ReplicationController>()
  private readonly deployments = new Map<Uid, Deployment>()
  /** Available pods by set, newest last, as far back as a cache may be. */
  private readonly available = new Map<Uid, { readonly at: number; readonly count: number }[]>()

  /** When the sets of a Deployment were last dealt other sizes by scale(). */
  private readonly dealt = new Map<Uid, number>()

  /** Replicas wanted by set, as far back. */
  private readonly wanted = new Map<Uid, { readonly at: number; readonly count: number }[]>()
  /** The set of every pod that counts. */
  private readonly active = new Map<Uid, Uid>()

  constructor(private readonly scene: Scene) {
    for (const { value } of scene.newest.values()) this.take(value!, true, undefined)
  }

  committed({ before, after }: Write): void {
    if (before?.kind === 'Deployment' && after) this.progress(before as Deployment, after as Deployment)
    const object = after ?? before
    if (object) this.take(object, after !== undefined, before)
  }

  private take(object: KubernetesObject, exists: boolean, before: KubernetesObject | undefined): void {
    if (object.kind === 'Pod') return this.pod(object as Pod, exists, before === undefined)
    const map = object.kind === 'ReplicaSet' ? this.replicaSets : object.kind === 'Deployment' ? this.deployments : object.kind === 'ReplicationController' ? this.controllers : undefined
    if (!map) return
    const { uid } = object.metadata
    if (exists) map.set(uid, object as never)
    else map.delete(uid)
    if (object.kind === 'Deployment') return
    this.count(object as ReplicaSet | ReplicationController)
    if (object.kind !== 'ReplicaSet') return
    if (before && desiredIn(before as ReplicaSet) !== desiredIn(object as ReplicaSet)) this.dealt.set(controllerOf(object)?.uid ?? '', this.scene.now)
    if (exists && before) this.scaled(before as ReplicaSet, object as ReplicaSet)
  }

  /** 74: a set never has more pods made than it wants, or wanted a moment ago. */
  private pod(pod: Pod, exists: boolean, isNew: boolean): void {
    const { uid } = pod.metadata
    const owner = controllerOf(pod)?.uid
    const isActive = exists && pod.metadata.deletionTimestamp === undefined && pod.status.phase !== 'Failed' && pod.status.phase !== 'Succeeded'
    if (isActive && owner !== undefined) this.active.set(uid, owner)
    else this.active.delete(uid)
    const replicaSet = this.replicaSets.get(owner ?? '')
    const set = replicaSet ?? this.controllers.get(owner ?? '')
    if (!isNew || !isActive || !set) return
    const count = [...this.active.values()].filter((each) => each === owner).length
    const most = Math.max(set.spec.replicas, ...(this.wanted.get(set.metadata.uid) ?? []).map((each) => each.count))
    if (replicaSet) this.recreated(pod, replicaSet)
    if (count > most && !this.scene.areControllersBlurred) this.scene.fail(74, `${set.kind} ${keyOf(set)} makes pod ${count} of ${most}`)
  }

  /** 77: what recreates makes no pod of a new template while one of an old is there. */
  private recreated(pod: Pod, set: ReplicaSet): void {
    const deployment = this.deployments.get(controllerOf(set)?.uid ?? '')
    if (deployment?.spec.strategy.type !== 'Recreate' || this.scene.areControllersBlurred) return
    const revision = (each: ReplicaSet) => Number(each.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)
    for (const other of this.scene.all<Pod>('Pod').values()) {
      const old = this.replicaSets.get(controllerOf(other)?.uid ?? '')
      if (!old || old.metadata.uid === set.metadata.uid || controllerOf(old)?.uid !== deployment.metadata.uid || revision(old) >= revision(set)) continue
      if (other.status.phase === 'Succeeded' || other.status.phase === 'Failed' || this.scene.wallNow - Date.parse(other.metadata.creationTimestamp ?? '') <= 2 * seenFor) continue
      this.scene.fail(77, `${keyOf(deployment)} recreates and makes ${keyOf(pod)} while ${keyOf(other)} is there`)
    }
  }

  /** 79: a rollout is late when its deadline has passed since it last progressed, and never while it is paused. */
  private progress(before: Deployment, after: Deployment): void {
    const condition = (deployment: Deployment) => deployment.status.conditions?.find(({ type }) => type === 'Progressing')
    const [old, now] = [condition(before), condition(after)]
    if (now?.reason !== 'ProgressDeadlineExceeded' || old?.reason === 'ProgressDeadlineExceeded' || this.scene.areControllersBlurred) return
    const since = this.scene.wallNow - Date.parse(old?.lastUpdateTime ?? '')
    const due = (after.spec.progressDeadlineSeconds ?? 600) * 1000
    if (since < due) this.scene.fail(79, `${keyOf(after)} is late after ${since} ms, its deadline is ${due} ms`)
    if (before.spec.paused && after.spec.paused) this.scene.fail(79, `${keyOf(after)} is paused and late`)
  }

  private count({ metadata, spec, status }: ReplicaSet | ReplicationController): void {
    const { now } = this.scene
    const wanted = this.wanted.get(metadata.uid) ?? []
    while (wanted.length > 1 && wanted[1]!.at < now - seenFor) wanted.shift()
    this.wanted.set(metadata.uid, [...wanted, { at: now, count: spec.replicas }])
    const counts = this.available.get(metadata.uid) ?? []
    while (counts.length > 1 && counts[1]!.at < now - seenFor) counts.shift()
    this.available.set(metadata.uid, [...counts, { at: now, count: status.availableReplicas ?? 0 }])
  }

  private scaled(before: ReplicaSet, after: ReplicaSet): void {
    if (after.spec.replicas === before.spec.replicas) return
    const owner = controllerOf(after)
    const deployment = owner && this.deployments.get(owner.uid)
    if (deployment?.spec.strategy.type !== 'RollingUpdate') return
    const siblings = [...this.replicaSets.values()].filter((each) => controllerOf(each)?.uid === owner?.uid && each.metadata.uid !== after.metadata.uid)
    if (this.scene.areControllersBlurred) return
    if (after.spec.replicas > before.spec.replicas) this.surge(deployment, siblings, before, after)
    else this.unavailable(deployment, siblings, before, after)
  }

  /** 75: when the controller scales a set up, all sets of a rolling Deployment together stay within replicas + maxSurge. */
  private surge(deployment: Deployment, siblings: readonly ReplicaSet[], before: ReplicaSet, after: ReplicaSet): void {
    const others = siblings.reduce((sum, each) => sum + each.spec.replicas, 0)
    const desired = Number(after.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'] ?? deployment.spec.replicas)
    const most = desired + share(deployment.spec.strategy.rollingUpdate?.maxSurge ?? '25%', desired, Math.ceil)
    // A Deployment that was scaled down meanwhile may find its sets too large; it may not make them larger.
    if (others + after.spec.replicas > most && others + before.spec.replicas <= most) this.scene.fail(75, `${keyOf(deployment)} has ${others + after.spec.replicas} replicas in its sets, at most ${most} are allowed`)
  }

  /** 76: when the controller scales a set down, enough available pods are left, by what it can have seen. */
  private unavailable(deployment: Deployment, siblings: readonly ReplicaSet[], before: ReplicaSet, after: ReplicaSet): void {
    const desired = deployment.spec.replicas
    const isScaling = [before, after].some((each) => Number(desiredIn(each)) !== desired)
    // What is paused is not rolled out: scale() deals it without a thought of what is available (row 78 holds it to that).
    if (isScaling || deployment.spec.paused) return
    // The next pass may come before the sets have said how few are left: upstream counts by what they said last, however small they are by now (scaleDownOldReplicaSetsForRollingUpdate).
    if (this.scene.now - (this.dealt.get(deployment.metadata.uid) ?? Number.NEGATIVE_INFINITY) <= seenFor) return
    const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy.rollingUpdate ?? {}
    const down = share(maxUnavailable, desired, Math.floor)
    // Both rounded to nothing would be no rollout at all: then one may be missing.
    const least = desired - (down === 0 && share(maxSurge, desired, Math.ceil) === 0 ? 1 : down)
    const others = siblings.reduce((sum, each) => sum + this.mostAvailable(each, each.spec.replicas), 0)
    const left = others + this.mostAvailable(after, after.spec.replicas)
    const had = others + this.mostAvailable(before, before.spec.replicas)
    // What has just failed may go, whatever is left then.
    const isLoss = this.leastAvailable(before) > after.spec.replicas
    if (left < least && left < had && isLoss) this.scene.fail(76, `${keyOf(deployment)} keeps ${left} available pods after ${before.metadata.name} was scaled to ${after.spec.replicas}, at least ${least} are due`)
  }

  private leastAvailable({ metadata, spec }: ReplicaSet): number {
    return Math.min(spec.replicas, ...(this.available.get(metadata.uid) ?? []).map(({ count }) => count))
  }

  private mostAvailable({ metadata }: ReplicaSet, replicas: number): number {
    return Math.min(replicas, Math.max(0, ...(this.available.get(metadata.uid) ?? []).map(({ count }) => count)))
  }
}

function desiredIn({ metadata }: ReplicaSet): string | undefined {
  return metadata.annotations?.['deployment.kubernetes.io/desired-replicas']
}

function share(value: number | string, of: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) * of) / 100)
}
