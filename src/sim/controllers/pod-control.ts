import { keyOf, type KubernetesObject } from '../api/objects.ts'
import { StatusError, type Refusal, type Status } from '../api/status.ts'
import type { OwnerReference, Pod, PodSpec, PodTemplateSpec } from '../api/generated/types.ts'
import type { ComponentContext, Draft } from '../client/component.ts'
import type { Steps } from '../client/steps.ts'

/** The reference by which an object belongs to the controller object that made it (metav1.NewControllerRef). */
export function controllerReference(owner: KubernetesObject): OwnerReference {
  const { name, uid } = owner.metadata
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true }
}

/** The pod that a controller makes from its template (controller.GetPodFromTemplate). */
export function podFromTemplate(owner: KubernetesObject, template: PodTemplateSpec, spec: PodSpec = template.spec): Draft<'pods'> {
  const { labels, annotations, finalizers } = template.metadata
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      ...(owner.metadata.namespace !== undefined && { namespace: owner.metadata.namespace }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: ownedBy(owner),
    },
    spec,
  }
}

const references = new WeakMap<KubernetesObject, readonly OwnerReference[]>()

/** Frozen, and one for all pods that are made from one state of an owner: the server keeps such parts as they are. */
function ownedBy(owner: KubernetesObject): readonly OwnerReference[] {
  let known = references.get(owner)
  if (!known) references.set(owner, (known = Object.freeze([Object.freeze(controllerReference(owner))])))
  return known
}

/** How many of `count` things are tried at a time: one first, then twice as many as before, so that a quota is not hammered (slowStartBatch). */
export function slowStartBatches(count: number): readonly number[] {
  const batches: number[] = []
  for (let left = count, size = 1; left > 0; size *= 2) {
    batches.push(Math.min(left, size))
    left -= Math.min(left, size)
  }
  return batches
}

/** What became of an attempt to make or delete pods. */
export interface Outcome {
  /** How many pods were not made (refused, or not even tried): they will never be seen. */
  readonly failed: number
  readonly error: Status | null
}

/**
 * Makes pods in slow-start batches and says so in events; a batch with a refusal is the last one. In a namespace that is being deleted a
 * refusal is expected, and passed over in silence.
 */
export function* createPods(context: ComponentContext, owner: KubernetesObject, drafts: readonly Draft<'pods'>[]): Steps<Outcome> {
  let next = 0
  for (const size of slowStartBatches(drafts.length)) {
    let failed = 0
    let error: Status | null = null
    for (const last = next + size; next < last; next += 1) {
      const created = context.client.create('pods', drafts[next]!)
      if (created.ok) context.events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.value.metadata.name}`)
      else if (!isNamespaceTerminating(created.status)) {
        context.events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(created.status)}`)
        failed += 1
        error ??= created.status
      }
      yield
    }
    if (error) return { failed: failed + drafts.length - next, error }
  }
  return { failed: 0, error: null }
}

/** Deletes pods, all that let themselves be; each refusal is told to `refused` (a pod that is already gone included). */
export function* deletePods(context: ComponentContext, owner: KubernetesObject, pods: readonly Pod[], refused: (pod: Pod, status: Status) => void): Steps<void> {
  for (const pod of pods) {
    const refusal = deletePod(context, owner, pod)
    if (refusal) refused(pod, refusal.status)
    yield
  }
}

/** Deletes one pod and says so in an event; the refusal when it could not be (a pod that is already gone included). */
function deletePod(context: ComponentContext, owner: KubernetesObject, pod: Pod): Refusal | null {
  if (pod.metadata.deletionTimestamp !== undefined) return null
  const deleted = context.client.delete('pods', keyOf(pod))
  if (deleted.ok) context.events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
  else if (deleted.status.reason !== 'NotFound') context.events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(deleted.status)}`)
  return deleted.ok ? null : deleted
}

/** Whether a creation was refused only because its namespace is going away. */
export function isNamespaceTerminating(status: Status): boolean {
  return status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false
}

/** A refusal in words, as Go prints the error. */
export function messageOf(status: Status): string {
  return status.message ?? status.reason ?? 'unknown'
}

/** Gives up this reconcile when something was refused: the queue tries again later. */
export function throwIfRefused(status: Status | null): void {
  if (status) throw new StatusError(status)
}
