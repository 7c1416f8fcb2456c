import { controllerOf, keyOf, objectKey, type KubernetesObject, type ObjectKey } from '../api/objects.ts'
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
  /** Of whom it has spoken last: pods of one owner come one after the other, and a text that a queue has met before costs it less. */
  private last: { readonly namespace: string | undefined; readonly name: string; readonly key: ObjectKey } = { namespace: undefined, name: '', key: '' }

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
    const controller = controllerOf(current)
    const before = !old || old.metadata.ownerReferences === current.metadata.ownerReferences ? controller : controllerOf(old)
    if (old && before && before.uid !== controller?.uid) this.enqueueOwner(old)
    if (controller) return this.enqueueOwner(current)
    if (old && (before || !semanticEqual(old.metadata.labels, current.metadata.labels))) this.enqueueAdopters(current)
  }

  private observeNew(pod: Pod): void {
    const owner = resolveController(this.owners, this.kind, pod)
    if (owner) {
      const key = this.keyOf(owner)
      this.expectations.observeCreate(key)
      this.enqueue(key)
    } else if (!controllerOf(pod)) this.enqueueAdopters(pod)
  }

  private observeGone(pod: Pod): void {
    const owner = resolveController(this.owners, this.kind, pod)
    if (!owner) return
    const key = this.keyOf(owner)
    this.expectations.observeDelete(key, keyOf(pod))
    this.enqueue(key)
  }

  private enqueueOwner(pod: Pod): void {
    const owner = resolveController(this.owners, this.kind, pod)
    if (owner) this.enqueue(this.keyOf(owner))
  }

  private keyOf({ metadata: { namespace, name } }: T): ObjectKey {
    if (this.last.name !== name || this.last.namespace !== namespace) this.last = { namespace, name, key: objectKey(namespace, name) }
    return this.last.key
  }

  private enqueueAdopters(pod: Pod): void {
    for (const owner of this.owners.list(pod.metadata.namespace)) {
      if (matchesLabelSelector(owner.spec.selector, pod.metadata.labels)) this.enqueue(keyOf(owner))
    }
  }
}
