import { RandomStreams, type Random } from '../src/sim/kernel/random.ts'
import { keyOf, type KubernetesObject } from '../src/sim/api/objects.ts'
import type { WatchEvent, WatchHandle } from '../src/sim/api/request.ts'
import type { KeyValue } from '../src/sim/etcd/store.ts'
import type { Cluster } from '../src/sim/cluster/cluster.ts'

type Fail = (invariant: number, message: string) => never

/** A client that lists, watches, loses its watch and resumes it, and holds what it was told against what etcd says. Invariants 11 to 16, 19 and 22. */
export class WatchChecks {
  private readonly random: Random
  private readonly followers: Follower[]

  constructor(cluster: Cluster, fail: Fail) {
    this.random = new RandomStreams(cluster.seed).of('watch-checks')
    this.followers = ([['pods', '/registry/pods/'], ['replicasets', '/registry/replicasets/'], ['nodes', '/registry/minions/']] as const).map(([resource, prefix]) => new Follower(cluster, resource, prefix, fail))
  }

  afterEvent(): void {
    for (const follower of this.followers) {
      follower.reconnect()
      if (this.random.chance(1, 200)) follower.interrupt()
      else if (this.random.chance(1, 50)) follower.compare()
    }
  }
}

class Follower {
  private handle: WatchHandle | null = null
  private version = 0
  private bookmark = 0
  private readonly cache = new Map<string, KubernetesObject>()

  constructor(
    private readonly cluster: Cluster,
    private readonly resource: 'pods' | 'replicasets' | 'nodes',
    private readonly prefix: string,
    private readonly fail: Fail,
  ) {}

  /** Resumes where it was; after 410 Gone it lists anew. */
  reconnect(): void {
    const server = this.cluster.apiServer
    if (this.handle || !server?.running || !this.cluster.store.serving) return
    if (this.version === 0 && !this.list()) return
    const group = this.resource === 'replicasets' ? 'apps' : ''
    const opened = server.watch({ verb: 'watch', group, version: 'v1', resource: this.resource, user: 'checker', options: { resourceVersion: String(this.version), allowWatchBookmarks: true } }, { event: (event) => this.receive(event), closed: () => (this.handle = null) })
    if (opened.ok && this.version > 0) this.handle = opened.value
  }

  interrupt(): void {
    this.handle?.stop()
    this.handle = null
  }

  /** 13 and 22: what was told adds up to what is stored as of the last version seen. */
  compare(): void {
    if (!this.handle) return
    const stored = this.cluster.store.range(this.prefix) as KeyValue<KubernetesObject>[]
    if (stored.length !== this.cache.size) this.fail(13, `${this.resource}: ${this.cache.size} are known, ${stored.length} stored`)
    for (const { value } of stored) {
      const known = this.cache.get(keyOf(value!))
      if (known?.metadata.resourceVersion !== value!.metadata.resourceVersion) this.fail(22, `${this.resource} ${keyOf(value!)}: known at ${known?.metadata.resourceVersion}, stored at ${value!.metadata.resourceVersion}`)
    }
  }

  private list(): boolean {
    const group = this.resource === 'replicasets' ? 'apps' : ''
    const listed = this.cluster.apiServer!.request({ verb: 'list', group, version: 'v1', resource: this.resource, user: 'checker' })
    if (!listed.ok) return false
    const { items, metadata } = listed.value as { items: readonly KubernetesObject[]; metadata: { resourceVersion: string } }
    this.cache.clear()
    for (const item of items) this.cache.set(keyOf(item), item)
    this.version = Number(metadata.resourceVersion)
    this.bookmark = 0
    return true
  }

  private receive({ type, object }: WatchEvent): void {
    if (type === 'ERROR') {
      if ((object as unknown as { code: number }).code !== 410) this.fail(16, `${this.resource}: a watch ended with ${JSON.stringify(object)}`)
      this.version = 0
      return
    }
    const version = Number(object.metadata.resourceVersion)
    if (type === 'BOOKMARK') {
      if (version < this.version) this.fail(15, `${this.resource}: bookmark ${version} after ${this.version}`)
      this.bookmark = this.version = version
      return
    }
    const key = keyOf(object)
    const known = this.cache.get(key)
    if (version <= this.version) this.fail(version === Number(known?.metadata.resourceVersion) ? 12 : 11, `${this.resource} ${key}: ${type} at ${version} after ${this.version}`)
    if (version <= this.bookmark) this.fail(15, `${this.resource} ${key}: ${type} at ${version} after bookmark ${this.bookmark}`)
    if ((type === 'ADDED') === (known !== undefined)) this.fail(19, `${this.resource} ${key}: ${type} while ${known ? 'known' : 'unknown'}`)
    this.version = version
    if (type === 'DELETED') this.cache.delete(key)
    else this.cache.set(key, object)
  }
}
