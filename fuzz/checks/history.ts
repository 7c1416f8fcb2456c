import type { KubernetesObject } from '../../src/sim/api/objects.ts'
import { RandomStreams, type Random } from '../../src/sim/kernel/random.ts'
import { compacted, type KeyValue } from '../../src/sim/etcd/store.ts'
import type { Check, Scene, Write } from './check.ts'

interface Snapshot {
  readonly revision: number
  readonly prefix: string
  readonly versions: ReadonlyMap<string, number>
}

const prefixes = ['/registry/pods/', '/registry/minions/', '/registry/configmaps/', '/registry/replicasets/'] as const

/** Rows 3, 4, 5, 7, 8 and 9: revisions, versions, and the past. */
export class History implements Check {
  private revision: number
  private compacted: number
  private readonly random: Random
  private snapshot: Snapshot | null = null

  constructor(private readonly scene: Scene) {
    this.revision = scene.cluster.store.revision
    this.compacted = scene.cluster.store.compactedRevision
    this.random = new RandomStreams(scene.cluster.seed).of('history-check')
  }

  committed({ kv, key }: Write): void {
    const { scene } = this
    // Keys of one lease go together, in one revision.
    if (kv.modRevision !== this.revision + 1 && !(kv.value === undefined && kv.modRevision === this.revision)) scene.fail(3, `revision ${kv.modRevision} follows ${this.revision}`)
    this.revision = kv.modRevision
    const before = scene.newest.get(key)
    if (kv.previous?.modRevision !== before?.modRevision) scene.fail(7, `${key} was written over ${kv.previous?.modRevision}, the newest was ${before?.modRevision}`)
    if (!kv.value) return
    if (kv.version !== (before?.version ?? 0) + 1) scene.fail(4, `${key} has version ${kv.version} after ${before?.version}`)
    if (kv.createRevision !== (before?.createRevision ?? kv.modRevision)) scene.fail(4, `${key} was created at ${kv.createRevision}, before at ${before?.createRevision}`)
    if (kv.value.metadata.resourceVersion !== String(kv.modRevision)) scene.fail(4, `${key} says it is version ${kv.value.metadata.resourceVersion} and is ${kv.modRevision}`)
    if (hasLoosePart(kv.value, before?.value)) scene.fail(7, `${key} is stored with parts that are not frozen`)
    if (before && before.value === kv.value) scene.fail(3, `${key} was written without a change`)
  }

  /** 5 and 8: now and then the past is looked at, which must be as it was. */
  afterEvent(): void {
    const { store } = this.scene.cluster
    if (store.revision !== this.revision) this.scene.fail(3, `the revision is ${store.revision}, the last write had ${this.revision}`)
    if (store.compactedRevision < this.compacted) this.scene.fail(8, `history was compacted to ${this.compacted} and now to ${store.compactedRevision}`)
    this.compacted = store.compactedRevision
    if (!this.random.chance(1, 300)) return
    if (this.snapshot) this.compare(this.snapshot)
    const prefix = this.random.pick(prefixes)
    const versions = new Map([...this.scene.newest].filter(([key]) => key.startsWith(prefix)).map(([key, kv]) => [key, kv.modRevision]))
    this.snapshot = { revision: this.revision, prefix, versions }
  }

  /** 9: all that was acknowledged is there, after every crash too. */
  whole(): void {
    const stored = this.scene.cluster.store.range('') as KeyValue<KubernetesObject>[]
    if (stored.length !== this.scene.newest.size) this.scene.fail(9, `${stored.length} keys are stored, ${this.scene.newest.size} were written`)
    for (const kv of stored) if (this.scene.newest.get(kv.key)?.modRevision !== kv.modRevision) this.scene.fail(9, `${kv.key} is stored at ${kv.modRevision}, was written at ${this.scene.newest.get(kv.key)?.modRevision}`)
  }

  private compare({ revision, prefix, versions }: Snapshot): void {
    const { store } = this.scene.cluster
    const past = store.range(prefix, { revision })
    if (past === compacted) {
      if (revision >= store.compactedRevision) this.scene.fail(8, `revision ${revision} is not to be had, compacted was ${store.compactedRevision}`)
      return
    }
    if (revision < store.compactedRevision) this.scene.fail(8, `revision ${revision} was compacted and can be read`)
    if (past.length !== versions.size) this.scene.fail(5, `${prefix} had ${versions.size} keys at ${revision}, and now ${past.length} then`)
    for (const { key, modRevision } of past) if (versions.get(key) !== modRevision) this.scene.fail(5, `${key} was at ${versions.get(key)} at ${revision}, and now ${modRevision} then`)
  }
}

/** Whether something in it is not frozen. What was there before has been looked through. */
function hasLoosePart(part: unknown, before: unknown): boolean {
  if (typeof part !== 'object' || part === null || part === before) return false
  if (!Object.isFrozen(part)) return true
  const parts = part as Readonly<Record<string, unknown>>
  const partsBefore = (before ?? {}) as Readonly<Record<string, unknown>>
  for (const key in parts) if (hasLoosePart(parts[key], partsBefore[key])) return true
  return false
}
