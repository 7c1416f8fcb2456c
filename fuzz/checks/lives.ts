import { keyOf, type KubernetesObject, type Uid } from '../../src/sim/api/objects.ts'
import type { Verb } from '../../src/sim/api/request.ts'
import { semanticEqual } from '../../src/sim/api/semantic.ts'
import type { Deployment, Pod, Service } from '../../src/sim/api/generated/types.ts'
import type { Check, Scene, Write } from './check.ts'

/** Rows 23, 24, 26, 27, 30, 35 and 41: what may never change in the life of an object, of whatever kind. */
export class Lives implements Check {
  /** Every uid that was ever used, and by which key. */
  private readonly uids = new Map<Uid, string>()

  constructor(private readonly scene: Scene) {
    for (const [key, { value }] of scene.newest) this.uids.set(value!.metadata.uid, key)
  }

  committed({ kv, key, before, after, request }: Write): void {
    if (!after) return
    const known = this.uids.get(after.metadata.uid)
    if (known !== undefined && (known !== key || kv.previous?.value === undefined)) this.scene.fail(23, `${key} has a uid that ${known} had`)
    this.uids.set(after.metadata.uid, key)
    if (after.metadata.ownerReferences && after.metadata.ownerReferences.filter(({ controller }) => controller).length > 1) this.scene.fail(74, `${key} has two controllers`)
    if (before) this.sameLife(before, after, key, request?.verb)
  }

  private sameLife(before: KubernetesObject, after: KubernetesObject, key: string, verb: Verb | undefined): void {
    const { fail } = this.scene
    const [old, now] = [before.metadata, after.metadata]
    if (old.uid !== now.uid || old.name !== now.name || old.namespace !== now.namespace || old.creationTimestamp !== now.creationTimestamp) fail(24, `${key} changed its identity`)
    if (old.deletionTimestamp && !now.deletionTimestamp) fail(24, `${key} is no longer being deleted`)
    if (old.deletionTimestamp && (now.deletionGracePeriodSeconds ?? 0) > (old.deletionGracePeriodSeconds ?? 0)) fail(24, `${key}: its grace period grew`)
    if (old.deletionTimestamp && now.deletionTimestamp! > old.deletionTimestamp) fail(24, `${key}: its deletion moved from ${old.deletionTimestamp} to ${now.deletionTimestamp}`)
    // A second deletion may say otherwise what becomes of the dependents (updateForGracefulDeletionAndFinalizers of what knows no grace).
    const isPolicy = (finalizer: string) => (verb === 'delete' || verb === 'deletecollection') && (finalizer === 'orphan' || finalizer === 'foregroundDeletion')
    if (old.deletionTimestamp && now.finalizers?.some((finalizer) => !old.finalizers?.includes(finalizer) && !isPolicy(finalizer))) fail(35, `${key} got a finalizer while it is being deleted`)
    if (after.kind === 'Namespace' && now.deletionTimestamp && ['default', 'kube-system', 'kube-public'].includes(now.name)) fail(41, `namespace ${now.name} is being deleted`)
    this.generations(before, after, key)
    this.immutable(before, after, key)
  }

  /** 26 and 27: a generation counts what is wanted; a status says which one it is about. */
  private generations(before: KubernetesObject, after: KubernetesObject, key: string): void {
    const [old, now] = [before.metadata.generation, after.metadata.generation]
    if (old === undefined || now === undefined || !('spec' in after)) return
    const isDeletion = before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp
    const wanted = wantedOf(before) === wantedOf(after) || semanticEqual(wantedOf(before), wantedOf(after)) ? 0 : 1
    // A Deployment's annotations count too, unless they come with a status.
    const most = Math.max(wanted, isDeletion || (after.kind === 'Deployment' && !semanticEqual(before.metadata.annotations, after.metadata.annotations)) ? 1 : 0)
    if (now - old < wanted || now - old > most) this.scene.fail(26, `${key}: its generation went from ${old} to ${now}, ${wanted} to ${most} more were due`)
    const [seen, sees] = [observed(before), observed(after)]
    // Who was deleted and comes again: what its controller had to say of the former life it says of the next, if it has missed the difference (updateReplicaSetStatus, v1.36).
    if (after.kind === 'ReplicationController' && (this.scene.areControllersBlurred || seen > now)) return
    if (sees > now || sees < seen) this.scene.fail(27, `${key}: observedGeneration went from ${seen} to ${sees} at generation ${now}`)
  }

  private immutable(before: KubernetesObject, after: KubernetesObject, key: string): void {
    if (after.kind === 'Deployment' || after.kind === 'ReplicaSet' || after.kind === 'DaemonSet') {
      const selectors = [before, after].map((each) => (each as Deployment).spec.selector)
      if (selectors[0] !== selectors[1] && !semanticEqual(selectors[0], selectors[1])) this.scene.fail(30, `${key}: its selector changed`)
    }
    if (after.kind === 'Service' && (before as Service).spec.clusterIP && (before as Service).spec.clusterIP !== (after as Service).spec.clusterIP) this.scene.fail(30, `${key}: its address changed`)
    if (after.kind !== 'Pod') return
    const [old, now] = [(before as Pod).spec, (after as Pod).spec]
    if (old === now) return
    const names = (spec: Pod['spec']) => spec.containers.map(({ name, resources }) => [name, resources])
    if (!semanticEqual(names(old), names(now))) this.scene.fail(30, `pod ${keyOf(after)}: its containers changed`)
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
