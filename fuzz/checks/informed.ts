import type { Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import { unreachable } from '../../src/sim/api/errors.ts'
import type { ApiRequest, Transport, WatchHandle, WatchSink } from '../../src/sim/api/request.ts'
import { refused, type Result } from '../../src/sim/api/status.ts'
import { createClient } from '../../src/sim/client/client.ts'
import type { Informer } from '../../src/sim/client/component.ts'
import { createInformers } from '../../src/sim/client/informers.ts'
import type { Cluster } from '../../src/sim/cluster/cluster.ts'
import { RandomStreams } from '../../src/sim/kernel/random.ts'
import type { Scene, Write } from './check.ts'

/** So late may the cache be while nothing breaks. */
const lag = { base: 2, jitter: 4 }

/** One informer of the product, held against what was written: its cache is always some past state, and its handlers have been told of all of it. Row 22. */
export class Informed {
  private readonly cable: Cable
  private readonly pods: Informer<Pod>
  /** What the handlers were told adds up to this. */
  private readonly told = new Map<string, Pod>()
  /** The writes of pods that the cache may not show yet. */
  private pending: { readonly revision: number; readonly key: string; readonly version: string | null }[] = []
  /** Pods as of the state that the cache shows, by their versions. */
  private readonly shown = new Map<string, string>()

  constructor(private readonly scene: Scene) {
    const { cluster } = scene
    this.cable = new Cable(cluster)
    const agenda = cluster.timeline.fork('checker')
    const random = new RandomStreams(cluster.seed).of('informer-check')
    this.pods = createInformers({ name: 'checker', agenda, client: createClient(this.cable, 'checker', agenda), random, lagOf: () => lag }).of('pods')
    this.pods.onChange(({ old, new: now }) => {
      const key = keyOf((now ?? old)!)
      if ((old !== undefined) !== this.told.has(key)) scene.fail(22, `the informer's handlers are told that pod ${key} ${old ? 'changed' : 'came'}, they ${old ? 'did not know of it' : 'knew of it'}`)
      if (now) this.told.set(key, now)
      else this.told.delete(key)
    })
    for (const [key, pod] of scene.all<Pod>('Pod')) this.shown.set(key, pod.metadata.resourceVersion!)
  }

  wrote({ before, after, kv }: Write): void {
    const object = after ?? before
    if (object?.kind === 'Pod') this.pending.push({ revision: kv.modRevision, key: keyOf(object), version: after ? after.metadata.resourceVersion! : null })
  }

  interrupt(): void {
    this.cable.pull()
  }

  /** The cache is the state after some of the writes that are pending. */
  compare(): void {
    if (!this.pods.synced) return
    const cache = new Map(this.pods.lister.list().map((pod) => [keyOf(pod), pod.metadata.resourceVersion!]))
    for (let at = 0; ; at += 1) {
      if (same(cache, this.shown)) {
        this.pending = this.pending.slice(at)
        break
      }
      const next = this.pending[at]
      if (!next) return this.scene.fail(22, `an informer's cache of ${cache.size} pods is no past state`)
      if (next.version === null) this.shown.delete(next.key)
      else this.shown.set(next.key, next.version)
    }
    if (this.told.size !== cache.size) this.scene.fail(22, `an informer's handlers know ${this.told.size} pods, its cache has ${cache.size}`)
  }
}

/** A connection of its own, beside the network and what is wrong with it. */
class Cable implements Transport {
  private readonly open = new Map<WatchSink, WatchHandle>()

  constructor(private readonly cluster: Cluster) {}

  request(request: ApiRequest): Result<unknown> {
    const server = this.cluster.apiServer
    return server?.running ? server.request(request) : refused(unreachable('checker'))
  }

  watch(request: ApiRequest, sink: WatchSink): Result<WatchHandle> {
    const server = this.cluster.apiServer
    const opened = server?.running ? server.watch(request, sink) : refused(unreachable('checker'))
    if (opened.ok) this.open.set(sink, opened.value)
    return opened
  }

  pull(): void {
    for (const [sink, handle] of this.open) {
      handle.stop()
      sink.closed()
    }
    this.open.clear()
  }
}

function same(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (one.size !== other.size) return false
  for (const [key, version] of one) if (other.get(key) !== version) return false
  return true
}
