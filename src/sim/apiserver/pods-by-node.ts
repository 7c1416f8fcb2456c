import type { KubernetesObject } from '../api/objects.ts'
import { definitionOf } from '../api/resources.ts'
import { compacted, type KeyValue, type Store } from '../etcd/store.ts'
import { nodeNameOf, prefixOf } from './core.ts'

/** Where the pods of each node lie in etcd: a kubelet that lists its own need not look at everybody's (the pod strategy's index of spec.nodeName). */
export class PodsByNode {
  private readonly keys = new Map<string, Set<string>>()

  /** Learns what is stored, and from then on every write. Returns how to stop. */
  follow(store: Store<KubernetesObject>): () => void {
    this.keys.clear()
    const prefix = prefixOf(definitionOf('pods'))
    const found = store.range(prefix)
    if (found !== compacted) for (const kv of found) this.note(kv)
    const stop = store.watch(prefix, store.revision, (kv) => this.note(kv))
    return stop === compacted ? () => undefined : stop
  }

  /** The keys of a node's pods that start so, in order. */
  keysOf(node: string, prefix: string): string[] {
    return [...(this.keys.get(node) ?? [])].filter((key) => key.startsWith(prefix)).sort((one, other) => (one < other ? -1 : 1))
  }

  private note({ key, value, previous }: KeyValue<KubernetesObject>): void {
    const node = nodeNameOf(value)
    const before = nodeNameOf(previous?.value)
    if (before !== '' && before !== node) this.forget(before, key)
    if (node === '') return
    let keys = this.keys.get(node)
    if (!keys) this.keys.set(node, (keys = new Set()))
    keys.add(key)
  }

  private forget(node: string, key: string): void {
    const keys = this.keys.get(node)
    keys?.delete(key)
    if (keys?.size === 0) this.keys.delete(node)
  }
}
