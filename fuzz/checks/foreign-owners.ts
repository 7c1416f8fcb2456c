import type { Event } from '../../src/sim/api/generated/types.ts'
import { keyOf, type KubernetesObject, type Uid } from '../../src/sim/api/objects.ts'
import type { Check, Scene, Write } from './check.ts'

/** So long may the garbage collector take, if nothing keeps it from it. */
const patience = 10_000

interface Foreign {
  readonly key: string
  readonly uid: Uid
  readonly since: number
  isTold: boolean
  /** When it went; undefined: it is there. */
  gone?: number
}

/** Row 39: an owner in another namespace is none, whoever only has such a one goes, and an event tells why. */
export class ForeignOwners implements Check {
  private foreign: Foreign[] = []
  private lastDown = 0

  constructor(private readonly scene: Scene) {}

  committed({ before, after }: Write): void {
    if (after && !before && this.isForeign(after)) this.foreign.push({ key: `${after.kind} ${keyOf(after)}`, uid: after.metadata.uid, since: this.scene.now, isTold: false })
    if (this.foreign.length === 0) return
    const about = after?.kind === 'Event' && (after as Event).reason === 'OwnerRefInvalidNamespace' ? (after as Event).involvedObject.uid : undefined
    for (const each of this.foreign) {
      if (each.uid === about) each.isTold = true
      if (!after && each.uid === before?.metadata.uid) each.gone = this.scene.now
    }
  }

  afterEvent(): void {
    if (this.foreign.length === 0) return
    const { now, cluster, sight, fail } = this.scene
    if (!cluster.store.serving) this.lastDown = now
    const clear = Math.max(this.lastDown, sight.clearSince('kube-controller-manager'))
    this.foreign = this.foreign.filter((each) => {
      const began = Math.max(each.since, clear)
      if (each.gone === undefined) {
        if (now - began > patience) fail(39, `${each.key} has only owners of another namespace and is still there after ${now - began} ms`)
        return true
      }
      // Who looked the other way when it came may have found it gone.
      if (clear > each.since || each.isTold) return false
      if (now - each.gone > patience) fail(39, `${each.key} went because of owners of another namespace, and no event tells of it`)
      return true
    })
  }

  /** All its owners live in other namespaces. */
  private isForeign({ metadata: { ownerReferences = [], namespace } }: KubernetesObject): boolean {
    return ownerReferences.length > 0 && ownerReferences.every(({ uid }) => {
      const owner = this.scene.byUid.get(uid)
      return owner?.metadata.namespace !== undefined && owner.metadata.namespace !== namespace
    })
  }
}
