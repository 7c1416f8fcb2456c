import { controllerOf, keyOf, type KubernetesObject, type ObjectKey } from '../api/objects.ts'
import { matchesLabelSelector } from '../api/labels.ts'
import { semanticEqual } from '../api/semantic.ts'
import type { LabelSelector, Pod } from '../api/generated/types.ts'
import type { Change, Lister } from '../client/component.ts'
import type { Expectations } from '../client/expectations.ts'
import { resolveController } from './ownership.ts'

interface Selecting extends KubernetesObject {
  readonly spec: { readonly selector: LabelSelector }
}

/** Turns news of pods into news of who controls them: what was expected has been seen, and the owner (or who could become it) is looked at again. */
export class ControlleeObserver<T extends Selecting> {
  private readonly kind: string
  private readonly owners: Lister<T>
  private readonly expectations: Expectations
  private readonly enqueue: (owner: ObjectKey) => void

  constructor(kind: string, owners: Lister<T>, expectations: Expectations, enqueue: (owner: ObjectKey) => void) {
    this.kind = kind
    this.owners = owners
    this.expectations = expectations
    this.enqueue = enqueue
  }

  observe({ old, new: current }: Change<Pod>): void {
    if (!old && current) return current.metadata.deletionTimestamp === undefined ? this.observeNew(current) : this.observeGone(current)
    if (!current) return old && this.observeGone(old)
    if (old && old.metadata.resourceVersion === current.metadata.resourceVersion) return
    // A pod that was asked to go is as good as gone: its owner may replace it.
    if (current.metadata.deletionTimestamp !== undefined) return this.observeGone(current)
    const before = old && controllerOf(old)
    if (old && before && before.uid !== controllerOf(current)?.uid) this.enqueueOwner(old)
    if (controllerOf(current)) return this.enqueueOwner(current)
    if (old && (before || !semanticEqual(old.metadata.labels, current.metadata.labels))) this.enqueueAdopters(current)
  }

  private observeNew(pod: Pod): void {
    const owner = resolveController(this.owners, this.kind, pod)
    if (owner) this.expectations.observeCreate(keyOf(owner))
    if (owner) this.enqueue(keyOf(owner))
    else if (!controllerOf(pod)) this.enqueueAdopters(pod)
  }

  private observeGone(pod: Pod): void {
    const owner = resolveController(this.owners, this.kind, pod)
    if (!owner) return
    this.expectations.observeDelete(keyOf(owner), keyOf(pod))
    this.enqueue(keyOf(owner))
  }

  private enqueueOwner(pod: Pod): void {
    const owner = resolveController(this.owners, this.kind, pod)
    if (owner) this.enqueue(keyOf(owner))
  }

  private enqueueAdopters(pod: Pod): void {
    for (const owner of this.owners.list(pod.metadata.namespace)) {
      if (matchesLabelSelector(owner.spec.selector, pod.metadata.labels)) this.enqueue(keyOf(owner))
    }
  }
}
