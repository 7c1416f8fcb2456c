import type { Node, Pod } from '../src/sim/api/generated/types.ts'
import { keyOf, type KubernetesObject } from '../src/sim/api/objects.ts'
import { podRequests } from '../src/sim/api/pod-resources.ts'
import { milliValue, scaledValue, wholeValue } from '../src/sim/api/quantity.ts'
import { semanticEqual } from '../src/sim/api/semantic.ts'
import type { KeyValue } from '../src/sim/etcd/store.ts'
import type { Cluster } from '../src/sim/cluster/cluster.ts'
import { PodPlaces } from './pod-places.ts'
import { RolloutChecks } from './rollout-checks.ts'
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
  /** The newest version of every key, as this watcher was told. */
  private readonly newest = new Map<string, KeyValue<KubernetesObject>>()
  /** Every uid that was ever used, and by which key. */
  private readonly uids = new Map<string, string>()
  private readonly watches: WatchChecks
  private readonly rollouts: RolloutChecks
  private readonly places: PodPlaces
  /** When each key was written last, for what must be at rest. */
  readonly writes = new Map<string, number>()
  /** What is written now, a person writes: who deletes an object a second time, without its dependents, means it. */
  isUser = false
  /** Counts what was checked, so that a test can see that it was. */
  checked = 0

  constructor(private readonly cluster: Cluster) {
    const fail = (invariant: number, message: string): never => this.fail(invariant, message)
    this.revision = cluster.store.revision
    this.rollouts = new RolloutChecks(cluster, fail)
    this.places = new PodPlaces(cluster, fail)
    for (const kv of cluster.store.range('') as KeyValue<KubernetesObject>[]) this.take(kv, undefined)
    cluster.store.watch('', this.revision, (kv) => this.committed(kv))
    this.watches = new WatchChecks(cluster, fail)
  }

  /** After each event. */
  afterEvent(): void {
    this.watches.afterEvent()
    this.places.afterEvent()
  }

  private committed(kv: KeyValue<KubernetesObject>): void {
    this.checked += 1
    // Keys of one lease go together, in one revision.
    if (kv.modRevision !== this.revision + 1 && !(kv.value === undefined && kv.modRevision === this.revision)) this.fail(3, `revision ${kv.modRevision} follows ${this.revision}`)
    this.revision = kv.modRevision
    this.writes.set(kv.key, this.cluster.now)
    this.history(kv)
    const before = kv.previous?.value
    if (before && kv.value) this.sameLife(before, kv.value, kv)
    if (before && !kv.value) this.removed(before)
    this.take(kv, before)
  }

  /** 4 and 7: a write builds on the version that was the newest, and counts on from there. */
  private history(kv: KeyValue<KubernetesObject>): void {
    const before = this.newest.get(kv.key)
    if (kv.previous?.modRevision !== before?.modRevision) this.fail(7, `${kv.key} was written over ${kv.previous?.modRevision}, the newest was ${before?.modRevision}`)
    if (kv.value && kv.version !== (before?.version ?? 0) + 1) this.fail(4, `${kv.key} has version ${kv.version} after ${before?.version}`)
    if (kv.value && kv.createRevision !== (before?.createRevision ?? kv.modRevision)) this.fail(4, `${kv.key} was created at ${kv.createRevision}, before at ${before?.createRevision}`)
    if (kv.value && kv.value.metadata.resourceVersion !== String(kv.modRevision)) this.fail(4, `${kv.key} says it is version ${kv.value.metadata.resourceVersion} and is ${kv.modRevision}`)
    if (kv.value) this.newest.set(kv.key, kv)
    else this.newest.delete(kv.key)
  }

  /** 23, 24, 26, 27, 35, 43, 60, 61: what may never change in the life of an object. */
  private sameLife(before: KubernetesObject, after: KubernetesObject, { key }: KeyValue<KubernetesObject>): void {
    const [old, now] = [before.metadata, after.metadata]
    if (old.uid !== now.uid || old.name !== now.name || old.namespace !== now.namespace || old.creationTimestamp !== now.creationTimestamp) this.fail(24, `${key} changed its identity`)
    if (old.deletionTimestamp && !now.deletionTimestamp) this.fail(24, `${key} is no longer being deleted`)
    if (old.deletionTimestamp && (now.deletionGracePeriodSeconds ?? 0) > (old.deletionGracePeriodSeconds ?? 0)) this.fail(24, `${key}: its grace period grew`)
    if (old.deletionTimestamp && now.finalizers?.some((finalizer) => !old.finalizers?.includes(finalizer))) this.fail(35, `${key} got a finalizer while it is being deleted`)
    this.generations(before, after, key)
    if (after.kind === 'Pod') this.podLife(before as Pod, after as Pod)
  }

  /** 26 and 27: a generation counts what is wanted; a status says which one it is about. */
  private generations(before: KubernetesObject, after: KubernetesObject, key: string): void {
    const [old, now] = [before.metadata.generation, after.metadata.generation]
    if (old === undefined || now === undefined || !('spec' in after)) return
    const isDeletion = before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp
    const wanted = wantedOf(before) === wantedOf(after) || semanticEqual(wantedOf(before), wantedOf(after)) ? 0 : 1
    // A Deployment's annotations count too, unless they come with a status.
    const most = Math.max(wanted, isDeletion || (after.kind === 'Deployment' && !semanticEqual(before.metadata.annotations, after.metadata.annotations)) ? 1 : 0)
    if (now - old < wanted || now - old > most) this.fail(26, `${key}: its generation went from ${old} to ${now}, ${wanted} to ${most} more were due`)
    const [seen, sees] = [observed(before), observed(after)]
    if (sees > now || sees < seen) this.fail(27, `${key}: observedGeneration went from ${seen} to ${sees} at generation ${now}`)
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
    if ((now === 'Succeeded' || now === 'Failed') && after.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')) this.fail(66, `pod ${key} is ${now} and Ready`)
    for (const status of after.status.containerStatuses ?? []) {
      const old = before.status.containerStatuses?.find(({ name }) => name === status.name)
      const restarts = old?.restartCount ?? 0
      if (old?.state?.running && status.state?.running && old.containerID !== status.containerID && status.restartCount === restarts) this.fail(61, `pod ${key}: ${status.name} is another container and its restarts are still ${restarts}`)
      if (status.restartCount < restarts) this.fail(61, `pod ${key}: restarts of ${status.name} fell from ${restarts} to ${status.restartCount}`)
    }
  }

  /** 44, at the binding: the node has room by the scheduler's arithmetic. */
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

  /** 34 and 36: who has a finalizer stays, and so does an owner whose deletion waits for its dependents. */
  private removed(last: KubernetesObject): void {
    const { finalizers = [], uid } = last.metadata
    // The write that takes the last finalizer away is the deletion itself: one finalizer may still be seen here, never more.
    if (finalizers.length > 1) this.fail(34, `${last.kind} ${keyOf(last)} was removed with finalizers ${finalizers.join(', ')}`)
    if (this.isUser || !finalizers.includes('foregroundDeletion')) return
    for (const { value } of this.newest.values()) {
      if (value?.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true)) this.fail(36, `${last.kind} ${keyOf(last)} went before ${value.kind} ${keyOf(value)}`)
    }
  }

  private take(kv: KeyValue<KubernetesObject>, before: KubernetesObject | undefined): void {
    const object = kv.value ?? before
    if (!object) return
    const known = this.uids.get(object.metadata.uid)
    if (known !== undefined && known !== kv.key) this.fail(23, `${kv.key} has the uid of ${known}`)
    if (known !== undefined && !before && kv.previous === undefined) this.fail(23, `${kv.key} has a uid that was used before`)
    this.uids.set(object.metadata.uid, kv.key)
    if (!this.newest.has(kv.key) && kv.value) this.newest.set(kv.key, kv)
    const map: Map<string, KubernetesObject> | undefined = object.kind === 'Pod' ? this.pods : object.kind === 'Node' ? this.nodes : undefined
    if (kv.value) map?.set(keyOf(object), kv.value)
    else map?.delete(keyOf(object))
    this.rollouts.take(object, kv.value !== undefined, before)
  }

  private fail(invariant: number, message: string): never {
    throw new Violation(invariant, message, this.cluster.now)
  }
}

/** What a generation counts. A binding is no change of mind: the node of a pod does not count. */
function wantedOf(object: KubernetesObject): unknown {
  const { spec } = object as unknown as { spec?: object }
  return object.kind === 'Pod' ? { ...spec, nodeName: undefined } : spec
}

function observed(object: KubernetesObject): number {
  return (object as unknown as { status?: { observedGeneration?: number } }).status?.observedGeneration ?? 0
}
