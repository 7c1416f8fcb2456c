import type { Node, Pod, ReplicaSet, Deployment } from '../src/sim/api/generated/types.ts'
import { controllerOf, keyOf, type KubernetesObject } from '../src/sim/api/objects.ts'
import { podRequests } from '../src/sim/api/pod-resources.ts'
import { milliValue, scaledValue, wholeValue } from '../src/sim/api/quantity.ts'
import type { KeyValue } from '../src/sim/etcd/store.ts'
import type { Cluster } from '../src/sim/cluster/cluster.ts'
import { WatchChecks } from './watch-checks.ts'

/** A broken invariant: its number in INVARIANTS.md, and what was seen. */
export class Violation extends Error {
  constructor(
    readonly invariant: number,
    message: string,
    readonly at: number,
  ) {
    super(`invariant ${invariant} at ${at} ms: ${message}`)
  }
}

/** Watches one run and checks, at every commit and after every event, what must hold at every instant. */
export class Invariants {
  private revision: number
  private readonly pods = new Map<string, Pod>()
  private readonly nodes = new Map<string, Node>()
  private readonly replicaSets = new Map<string, ReplicaSet>()
  private readonly deployments = new Map<string, Deployment>()
  /** Every uid that was ever used, and by which key. */
  private readonly uids = new Map<string, string>()
  private readonly watches: WatchChecks
  /** Counts what was checked, so that a test can see that it was. */
  checked = 0

  constructor(private readonly cluster: Cluster) {
    this.revision = cluster.store.revision
    for (const kv of cluster.store.range('') as KeyValue<KubernetesObject>[]) this.take(kv, undefined)
    cluster.store.watch('', this.revision, (kv) => this.committed(kv))
    this.watches = new WatchChecks(cluster, (invariant, message) => this.fail(invariant, message))
  }

  /** After each event. */
  afterEvent(): void {
    this.watches.afterEvent()
  }

  private committed(kv: KeyValue<KubernetesObject>): void {
    this.checked += 1
    if (kv.modRevision !== this.revision + 1) this.fail(3, `revision ${kv.modRevision} follows ${this.revision}`)
    this.revision = kv.modRevision
    const before = kv.previous?.value
    if (before && kv.value) this.sameLife(before, kv.value, kv)
    if (before && !kv.value) this.removed(before)
    if (kv.previous && kv.previous.value && kv.previous.modRevision >= kv.modRevision) this.fail(4, `${kv.key}: modRevision does not rise`)
    this.take(kv, before)
  }

  /** 23, 24, 26, 35, 43, 60, 61: what may never change in the life of an object. */
  private sameLife(before: KubernetesObject, after: KubernetesObject, { key }: KeyValue<KubernetesObject>): void {
    const [old, now] = [before.metadata, after.metadata]
    if (old.uid !== now.uid || old.name !== now.name || old.namespace !== now.namespace || old.creationTimestamp !== now.creationTimestamp) this.fail(24, `${key} changed its identity`)
    if (old.deletionTimestamp && !now.deletionTimestamp) this.fail(24, `${key} is no longer being deleted`)
    if (old.deletionTimestamp && (now.deletionGracePeriodSeconds ?? 0) > (old.deletionGracePeriodSeconds ?? 0)) this.fail(24, `${key}: its grace period grew`)
    if (old.deletionTimestamp && now.finalizers?.some((finalizer) => !old.finalizers?.includes(finalizer))) this.fail(35, `${key} got a finalizer while it is being deleted`)
    if ((now.generation ?? 0) < (old.generation ?? 0)) this.fail(26, `${key}: its generation fell`)
    if (after.kind === 'Pod') this.podLife(before as Pod, after as Pod)
  }

  private podLife(before: Pod, after: Pod): void {
    const key = keyOf(after)
    if (before.spec.nodeName && before.spec.nodeName !== after.spec.nodeName) this.fail(43, `pod ${key} moved from ${before.spec.nodeName} to ${after.spec.nodeName}`)
    if (!before.spec.nodeName && after.spec.nodeName) this.bound(after)
    // A static pod that is taken away and put back while the API is away finds its mirror again: to the API one pod, to its kubelet another.
    if (after.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined && before.status.startTime !== after.status.startTime) return
    const [old, now] = [before.status.phase, after.status.phase]
    if ((old === 'Succeeded' || old === 'Failed') && now !== old) this.fail(60, `pod ${key} went from ${old} to ${now}`)
    if (old === 'Running' && now === 'Pending') this.fail(60, `pod ${key} went from Running to Pending`)
    for (const status of after.status.containerStatuses ?? []) {
      const restarts = before.status.containerStatuses?.find(({ name }) => name === status.name)?.restartCount ?? 0
      if (status.restartCount < restarts) this.fail(61, `pod ${key}: restarts of ${status.name} fell from ${restarts} to ${status.restartCount}`)
    }
  }

  /** 44 and 46, at the binding: the node has room by the scheduler's arithmetic. */
  private bound(pod: Pod): void {
    const node = this.nodes.get(pod.spec.nodeName!)
    if (!node) return
    const neighbours = [...this.pods.values()].filter((other) => other.spec.nodeName === node.metadata.name && other.status.phase !== 'Succeeded' && other.status.phase !== 'Failed' && keyOf(other) !== keyOf(pod))
    const all = [...neighbours, pod]
    const requested = (name: string, exponent: number) =>
      all.reduce((sum, each) => {
        const quantity = podRequests(each.spec).get(name)
        return sum + (quantity ? Number(scaledValue(quantity, exponent)) : 0)
      }, 0)
    const cpu = requested('cpu', -3)
    const memory = requested('memory', 0)
    const { allocatable = {} } = node.status
    if (cpu > milliValue(allocatable['cpu'] ?? '0')) this.fail(44, `${node.metadata.name} is given ${cpu}m CPU, ${keyOf(pod)} last`)
    if (memory > wholeValue(allocatable['memory'] ?? '0')) this.fail(44, `${node.metadata.name} is given ${memory} bytes, ${keyOf(pod)} last`)
    if (all.length > wholeValue(allocatable['pods'] ?? '0')) this.fail(44, `${node.metadata.name} is given ${all.length} pods`)
  }

  private removed(last: KubernetesObject): void {
    const { finalizers = [] } = last.metadata
    // The write that takes the last finalizer away is the deletion itself: one finalizer may still be seen here, never more.
    if (finalizers.length > 1) this.fail(34, `${last.kind} ${keyOf(last)} was removed with finalizers ${finalizers.join(', ')}`)
  }

  private take(kv: KeyValue<KubernetesObject>, before: KubernetesObject | undefined): void {
    const object = kv.value ?? before
    if (!object) return
    const known = this.uids.get(object.metadata.uid)
    if (known !== undefined && known !== kv.key) this.fail(23, `${kv.key} has the uid of ${known}`)
    this.uids.set(object.metadata.uid, kv.key)
    const maps: Record<string, Map<string, KubernetesObject>> = { Pod: this.pods, Node: this.nodes, ReplicaSet: this.replicaSets, Deployment: this.deployments } as never
    const map = maps[object.kind]
    if (!map) return
    if (kv.value) map.set(keyOf(object), kv.value)
    else map.delete(keyOf(object))
    if (object.kind === 'ReplicaSet' && kv.value && before) this.surge(before as ReplicaSet, kv.value as ReplicaSet)
  }

  /** 75: when the controller scales a set up, all sets of a rolling Deployment together stay within replicas + maxSurge. */
  private surge(before: ReplicaSet, after: ReplicaSet): void {
    if (after.spec.replicas <= before.spec.replicas) return
    const owner = controllerOf(after)
    const deployment = owner && this.deployments.get(`${after.metadata.namespace}/${owner.name}`)
    if (!deployment || deployment.metadata.uid !== owner.uid || deployment.spec.strategy.type !== 'RollingUpdate') return
    const total = [...this.replicaSets.values()].filter((each) => controllerOf(each)?.uid === owner.uid).reduce((sum, each) => sum + (each.metadata.uid === after.metadata.uid ? after : each).spec.replicas, 0)
    const desired = Number(after.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'] ?? deployment.spec.replicas)
    const surge = deployment.spec.strategy.rollingUpdate?.maxSurge ?? '25%'
    const most = desired + (typeof surge === 'number' ? surge : Math.ceil((Number.parseInt(surge, 10) * desired) / 100))
    // A Deployment that was scaled down meanwhile may find its sets too large; it may not make them larger.
    const had = total - (after.spec.replicas - before.spec.replicas)
    if (total > most && had <= most) this.fail(75, `${keyOf(deployment)} has ${total} replicas in its sets, at most ${most} are allowed`)
  }

  private fail(invariant: number, message: string): never {
    throw new Violation(invariant, message, this.cluster.now)
  }
}
