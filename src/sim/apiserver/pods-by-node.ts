import type { KubernetesObject } from '../api/objects.ts'
import { definitionOf } from '../api/resources.ts'
import { compacted, type KeyPlace, type KeyValue, type Store } from '../etcd/store.ts'
import { nodeNameOf } from './core.ts'
import { prefixOf } from './object-homes.ts'

/** Where the pods of each node lie in etcd: a kubelet that lists its own need not look at everybody's (the pod strategy's index of spec.nodeName). */
export class PodsByNode {
  private readonly places = new Map<string, KeyPlace[]>()

  /** Learns what is stored, and from then on every write. Returns how to stop. */
  follow(store: Store<KubernetesObject>): () => void {
    this.places.clear()
    const prefix = prefixOf(definitionOf('pods'))
    const found = store.range(prefix)
    if (found !== compacted) for (const { place, value } of found) this.add(nodeNameOf(value), place)
    const stop = store.watch(prefix, store.revision, (kv) => this.note(kv))
    return stop === compacted ? () => undefined : stop
  }

  /** The keys of a node's pods that start so, in order. */
  keysOf(node: string, prefix: string): string[] {
    return (this.places.get(node) ?? []).map(({ key }) => key).filter((key) => key.startsWith(prefix)).sort((one, other) => (one < other ? -1 : 1))
  }

  private note({ place, value, previous }: KeyValue<KubernetesObject>): void {
    const node = nodeNameOf(value)
    const before = nodeNameOf(previous?.value)
    if (before === node) return
    if (before !== '') this.forget(before, place)
    this.add(node, place)
  }

  private add(node: string, place: KeyPlace): void {
    if (node === '') return
    const places = this.places.get(node)
    if (places) places.push(place)
    else this.places.set(node, [place])
  }

  private forget(node: string, place: KeyPlace): void {
    const places = this.places.get(node)
    const at = places?.indexOf(place) ?? -1
    if (!places || at < 0) return
    places.splice(at, 1)
    if (places.length === 0) this.places.delete(node)
  }
}
