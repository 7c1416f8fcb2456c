import type { KubernetesObject, Uid } from '../../src/sim/api/objects.ts'
import type { ApiRequest } from '../../src/sim/api/request.ts'
import type { Result } from '../../src/sim/api/status.ts'
import type { Cluster } from '../../src/sim/cluster/cluster.ts'
import type { KeyValue } from '../../src/sim/etcd/store.ts'
import { Sight } from './sight.ts'

/** A broken invariant: its number in INVARIANTS.md, what was seen, and when. */
export class Violation extends Error {
  constructor(
    readonly invariant: number,
    message: string,
    readonly at: number,
  ) {
    super(`invariant ${invariant} at ${at} ms: ${message}`)
  }
}

/** One watcher of a run: told of each commit, of each request that the API server answered, and of each event. */
export interface Check {
  committed?(write: Write): void
  requested?(request: ApiRequest, result: Result<unknown>): void
  afterEvent?(): void
  /** At the ends of phases: everything, not only what changed. */
  whole?(): void
}

/** One write, with what was there before. */
export interface Write {
  readonly kv: KeyValue<KubernetesObject>
  readonly key: string
  readonly before: KubernetesObject | undefined
  /** Absent: a deletion. */
  readonly after: KubernetesObject | undefined
  /** The request it comes from, as far as one is known. */
  readonly request: ApiRequest | null
}

/** What all checks share. */
export class Scene {
  /** The newest version of every key, as the commits told. */
  readonly newest = new Map<string, KeyValue<KubernetesObject>>()
  readonly byUid = new Map<Uid, KubernetesObject>()
  /** What is written now, a person writes: who deletes an object a second time, without its dependents, means it. */
  isUser = false
  /** Counts what was checked, so that a test can see that it was. */
  checked = 0
  request: ApiRequest | null = null
  private readonly kinds = new Map<string, Map<string, KubernetesObject>>()

  constructor(
    readonly cluster: Cluster,
    readonly sight: Sight,
  ) {}

  get now(): number {
    return this.cluster.now
  }

  /** What the controllers do is not judged while they may miss what was written. */
  get areControllersBlurred(): boolean {
    return this.sight.isBlurred('kube-controller-manager')
  }

  /** A node was deleted while its machine ran: its range of addresses may be given to another, as upstream does it. */
  get hadNodeDeleted(): boolean {
    return this.cluster.commands.some(({ command }) => command.kind === 'delete' && command.resource === 'nodes')
  }

  /** A machine's clock was wrong: what its kubelet wrote tells other times. */
  get hadWrongClock(): boolean {
    return this.cluster.commands.some(({ command }) => command.kind === 'fault' && command.fault.kind === 'clock-skew')
  }

  /** Virtual time as the timestamps of objects have it. */
  get wallNow(): number {
    return this.cluster.wall.epochMillis
  }

  /** All objects of a kind, by key. */
  all<T>(kind: string): ReadonlyMap<string, T> {
    let map = this.kinds.get(kind)
    if (!map) this.kinds.set(kind, (map = new Map()))
    return map as unknown as ReadonlyMap<string, T>
  }

  take(kv: KeyValue<KubernetesObject>, before: KubernetesObject | undefined): void {
    const object = kv.value ?? before
    if (kv.value) this.newest.set(kv.key, kv)
    else this.newest.delete(kv.key)
    if (!object) return
    const { namespace, name, uid } = object.metadata
    const key = namespace ? `${namespace}/${name}` : name
    const map = this.all(object.kind) as Map<string, KubernetesObject>
    if (kv.value) {
      map.set(key, kv.value)
      this.byUid.set(uid, kv.value)
    } else {
      map.delete(key)
      this.byUid.delete(uid)
    }
  }

  readonly fail = (invariant: number, message: string): never => {
    throw new Violation(invariant, message, this.cluster.now)
  }
}
