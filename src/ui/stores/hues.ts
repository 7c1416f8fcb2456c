import type { ObjectChange } from '../../bridge/protocol.ts'
import type { Pod } from '../../sim/api/generated/types.ts'
import { controllerOf, keyOf, objectKey } from '../../sim/api/objects.ts'
import type { ObjectMaps } from './cluster-view.ts'

/** The hue of each workload, 1 … 8, in the order they were first seen; 0 is the grey of the cluster's own. */
export type Hues = ReadonlyMap<string, number>

const hueCount = 8

/** The topmost owner of a pod, as `deployments/shop/web`: what a person thinks of as the app. */
export function workloadOf(objects: Pick<ObjectMaps, 'replicasets'>, pod: Pod): string {
  let workload = workloads.get(pod)
  if (workload === undefined) workloads.set(pod, (workload = findWorkload(objects, pod)))
  return workload
}

/** Asked for each pod with each frame; a pod that changes is another object. */
const workloads = new WeakMap<Pod, string>()

function findWorkload(objects: Pick<ObjectMaps, 'replicasets'>, pod: Pod): string {
  const owner = controllerOf(pod)
  const namespace = pod.metadata.namespace
  if (!owner) return `pods/${keyOf(pod)}`
  const key = objectKey(namespace, owner.name)
  if (owner.kind !== 'ReplicaSet') return `${owner.kind.toLowerCase()}s/${key}`
  const replicaSet = objects.replicasets.get(key)
  const deployment = replicaSet ? controllerOf(replicaSet)?.name : deploymentNameOf(owner.name, pod)
  return deployment ? `deployments/${objectKey(namespace, deployment)}` : `replicasets/${key}`
}

/** A ReplicaSet that is gone (or not seen yet) still tells its Deployment: `web-5f6d` without the hash that its pods carry. */
function deploymentNameOf(replicaSet: string, pod: Pod): string | undefined {
  const hash = pod.metadata.labels?.['pod-template-hash']
  return hash && replicaSet.endsWith(`-${hash}`) ? replicaSet.slice(0, -hash.length - 1) : undefined
}

/** Gives each workload that is new a hue. */
export function assignHues(before: Hues, objects: ObjectMaps, changes: readonly ObjectChange[]): Hues {
  let next: Map<string, number> | null = null
  for (const { resource, key, object } of changes) {
    if (!object || object.metadata.namespace === 'kube-system') continue
    const workload =
      resource === 'deployments' || resource === 'daemonsets' || resource === 'replicationcontrollers' ? `${resource}/${key}` : resource === 'pods' ? workloadOf(objects, object as Pod) : null
    if (workload === null || (next ?? before).has(workload)) continue
    next ??= new Map(before)
    next.set(workload, (next.size % hueCount) + 1)
  }
  return next ?? before
}

/** The hue of one pod. */
export function hueOf(view: { readonly hues: Hues; readonly objects: Pick<ObjectMaps, 'replicasets'> }, pod: Pod): number {
  return view.hues.get(workloadOf(view.objects, pod)) ?? 0
}
