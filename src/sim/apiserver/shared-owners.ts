import { settled, type KubernetesObject } from '../api/objects.ts'
import { semanticEqual } from '../api/semantic.ts'

type Made = Pick<KubernetesObject['metadata'], 'generateName' | 'ownerReferences'>

/** How many owners are remembered. */
const remembered = 1000

/** What the objects that one owner makes say alike: a thousand pods of a ReplicaSet share one reference to it and one generateName. */
export class SharedOwners {
  private readonly known = new Map<string, Made>()

  /** The parts that were sent, or the equal ones of an earlier object. */
  share(sent: Made): Made {
    const uid = sent.ownerReferences?.[0]?.uid
    if (!uid) return sent
    const known = this.known.get(uid)
    if (known && known.generateName === sent.generateName && semanticEqual(known.ownerReferences, sent.ownerReferences)) return known
    if (this.known.size >= remembered) this.known.clear()
    // Frozen, so that whoever stores it keeps this very list.
    const shared = { generateName: sent.generateName, ownerReferences: Object.freeze(settled(sent.ownerReferences)) }
    this.known.set(uid, shared)
    return shared
  }
}
