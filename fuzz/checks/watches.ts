import type { Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf, type KubernetesObject } from '../../src/sim/api/objects.ts'
import type { WatchEvent, WatchHandle } from '../../src/sim/api/request.ts'
import { RandomStreams, type Random } from '../../src/sim/kernel/random.ts'
import type { Check, Scene, Write } from './check.ts'
import { Informed } from './informed.ts'

/** What a follower watches. */
interface Watched {
  readonly group: string
  readonly resource: 'pods' | 'replicasets' | 'nodes'
  readonly kind: string
  readonly selection?: { readonly labelSelector?: string; readonly fieldSelector?: string }
  selects?(object: KubernetesObject): boolean
}

const watched: readonly Watched[] = [
  { group: '', resource: 'pods', kind: 'Pod' },
  { group: '', resource: 'pods', kind: 'Pod', selection: { labelSelector: 'app in (a, looked-at)' }, selects: ({ metadata }) => ['a', 'looked-at'].includes(metadata.labels?.['app'] ?? '') },
  { group: '', resource: 'pods', kind: 'Pod', selection: { fieldSelector: 'spec.nodeName=worker-1' }, selects: (object) => (object as Pod).spec.nodeName === 'worker-1' },
  { group: 'apps', resource: 'replicasets', kind: 'ReplicaSet' },
  { group: '', resource: 'nodes', kind: 'Node' },
]

/** Clients that list, watch, lose their watch and resume it, and hold what they were told against what etcd says: rows 11 to 19, and 22 by an informer. */
export class Watches implements Check {
  private readonly random: Random
  private readonly followers: readonly Follower[]
  private readonly informed: Informed

  constructor(scene: Scene) {
    this.random = new RandomStreams(scene.cluster.seed).of('watch-checks')
    this.followers = watched.map((each) => new Follower(scene, each))
    this.informed = new Informed(scene)
  }

  committed(write: Write): void {
    this.informed.wrote(write)
  }

  afterEvent(): void {
    for (const follower of this.followers) {
      follower.reconnect()
      if (this.random.chance(1, 200)) follower.interrupt()
      else if (this.random.chance(1, 50)) follower.compare()
    }
    if (this.random.chance(1, 100)) this.informed.compare()
    if (this.random.chance(1, 900)) this.informed.interrupt()
  }

  whole(): void {
    for (const follower of this.followers) follower.compare()
    this.informed.compare()
  }
}

class Follower {
  private handle: WatchHandle | null = null
  private version = 0
  private bookmark = 0
  /** Where the watch was resumed, until it tells something. */
  private resumedAt: number | null = null
  private readonly cache = new Map<string, KubernetesObject>()

  constructor(
    private readonly scene: Scene,
    private readonly watched: Watched,
  ) {}

  /** Resumes where it was; after 410 Gone it lists anew. */
  reconnect(): void {
    const { cluster } = this.scene
    const server = cluster.apiServer
    if (this.handle || !server?.running || !cluster.store.serving) return
    if (this.version === 0 && !this.list()) return
    const { group, resource, selection } = this.watched
    this.resumedAt = this.version
    const opened = server.watch({ verb: 'watch', group, version: 'v1', resource, user: 'checker', options: { ...selection, resourceVersion: String(this.version), allowWatchBookmarks: true } }, { event: (event) => this.receive(event), closed: () => (this.handle = null) })
    if (opened.ok && this.version > 0) this.handle = opened.value
    this.resumedAt = null
  }

  interrupt(): void {
    this.handle?.stop()
    this.handle = null
  }

  /** 13, 18 and 22: what was told adds up to what is stored as of the last version seen. */
  compare(): void {
    if (!this.handle) return
    const { resource, kind, selects, selection } = this.watched
    const what = `${resource} ${JSON.stringify(selection ?? '')}`
    let due = 0
    for (const [key, stored] of this.scene.all<KubernetesObject>(kind)) {
      if (selects && !selects(stored)) continue
      due += 1
      const known = this.cache.get(key)
      if (!known) return this.scene.fail(selects ? 18 : 13, `${what} ${key}: it is stored and was not told`)
      if (known.metadata.resourceVersion !== stored.metadata.resourceVersion) this.scene.fail(13, `${what} ${key}: known at ${known.metadata.resourceVersion}, stored at ${stored.metadata.resourceVersion}`)
    }
    if (due !== this.cache.size) this.scene.fail(selects ? 18 : 13, `${what}: ${this.cache.size} are known, ${due} stored`)
  }

  private list(): boolean {
    const { group, resource, selection } = this.watched
    const listed = this.scene.cluster.apiServer!.request({ verb: 'list', group, version: 'v1', resource, user: 'checker', ...(selection && { options: selection }) })
    if (!listed.ok) return false
    const { items, metadata } = listed.value as { items: readonly KubernetesObject[]; metadata: { resourceVersion: string } }
    this.cache.clear()
    for (const item of items) this.cache.set(keyOf(item), item)
    this.version = Number(metadata.resourceVersion)
    this.bookmark = 0
    return true
  }

  private receive({ type, object }: WatchEvent): void {
    const { resource } = this.watched
    if (type === 'ERROR') {
      const { code } = object as unknown as { code: number }
      if (code !== 410) this.scene.fail(16, `${resource}: a watch ended with ${JSON.stringify(object)}`)
      this.version = 0
      return
    }
    const version = Number(object.metadata.resourceVersion)
    if (type === 'BOOKMARK') {
      if (version < this.version) this.scene.fail(15, `${resource}: bookmark ${version} after ${this.version}`)
      this.bookmark = this.version = version
      return
    }
    const key = keyOf(object)
    const known = this.cache.get(key)
    if (this.resumedAt !== null && version <= this.resumedAt) this.scene.fail(14, `${resource} ${key}: a watch from ${this.resumedAt} begins with ${type} at ${version}`)
    this.resumedAt = null
    if (version <= this.version) this.scene.fail(version === Number(known?.metadata.resourceVersion) ? 12 : 11, `${resource} ${key}: ${type} at ${version} after ${this.version}`)
    if (version <= this.bookmark) this.scene.fail(15, `${resource} ${key}: ${type} at ${version} after bookmark ${this.bookmark}`)
    if ((type === 'ADDED') === (known !== undefined)) this.scene.fail(19, `${resource} ${key}: ${type} while ${known ? 'known' : 'unknown'}`)
    this.version = version
    if (type === 'DELETED') this.cache.delete(key)
    else this.cache.set(key, object)
  }
}
