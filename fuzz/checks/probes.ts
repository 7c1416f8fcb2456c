import type { Pod } from '../../src/sim/api/generated/types.ts'
import { RandomStreams, type Random } from '../../src/sim/kernel/random.ts'
import { keyOf, type KubernetesObject } from '../../src/sim/api/objects.ts'
import type { ApiRequest, ObjectList } from '../../src/sim/api/request.ts'
import { findKind } from '../../src/sim/api/resources.ts'
import type { Result, Status } from '../../src/sim/api/status.ts'
import type { Check, Scene, Write } from './check.ts'

const user = 'checker'

/** Answers of a server that is in trouble: they say nothing about the request. */
const troubles = new Set([429, 500, 503, 504])

interface Pages {
  readonly next: string
  readonly revision: string
  readonly seen: readonly string[]
  readonly due: readonly string[]
}

/** Rows 6, 20, 21, 25, 28 to 30 and 43: requests of its own, now and then, that must change nothing. */
export class Probes implements Check {
  private readonly random: Random
  private pages: Pages | null = null
  /** Older versions of objects, to write from. */
  private stale: KubernetesObject | null = null

  constructor(private readonly scene: Scene) {
    this.random = new RandomStreams(scene.cluster.seed).of('probes-check')
  }

  committed({ before, after }: Write): void {
    if (before && after && this.random.chance(1, 40)) this.stale = before
  }

  afterEvent(): void {
    if (!this.random.chance(1, 120)) return
    const { store, apiServer } = this.scene.cluster
    if (!apiServer?.running || !store.serving) return
    const revision = store.revision
    const object = this.random.pick([...this.scene.newest.values()]).value!
    switch (this.random.below(7)) {
      case 0:
        this.unchanged(object)
        break
      case 1:
        this.rehearsed(object)
        break
      case 2:
        if (this.stale) this.outdated(this.stale)
        break
      case 3:
        this.read(object)
        break
      case 4:
        this.fixed(object)
        break
      case 5:
        this.page()
        break
      case 6:
        this.boundAgain()
        break
    }
    if (store.revision !== revision) this.scene.fail(29, `a request that changes nothing made revision ${store.revision} of ${revision}`)
  }

  private ask<T>(request: Omit<ApiRequest, 'user'>): Result<T> {
    return this.scene.cluster.apiServer!.request({ ...request, user }) as Result<T>
  }

  /** 28: an object sent back as it is stays as it is. */
  private unchanged(object: KubernetesObject): void {
    const answer = this.ask<KubernetesObject>({ ...placeOf(object), verb: 'update', body: object })
    if (!answer.ok) return this.refusal(28, answer.status, `${object.kind} ${keyOf(object)} was sent back as it is`)
    if (answer.value.metadata.resourceVersion !== object.metadata.resourceVersion) this.scene.fail(28, `${object.kind} ${keyOf(object)} was sent back as it is and became another version`)
  }

  /** 29: a rehearsal of a change and of a deletion. */
  private rehearsed(object: KubernetesObject): void {
    const place = { ...placeOf(object), options: { dryRun: true } }
    if (this.random.chance(1, 2)) this.ask({ ...place, verb: 'patch', patchType: 'merge', body: { metadata: { labels: { rehearsed: 'yes' } } } })
    else this.ask({ ...place, verb: 'delete' })
    if (this.scene.cluster.store.get(this.keyOfNewest(object))?.value !== object) this.scene.fail(29, `${object.kind} ${keyOf(object)} was changed by a rehearsal`)
  }

  /** 25: who writes from an older version is refused. */
  private outdated(object: KubernetesObject): void {
    const now = this.scene.byUid.get(object.metadata.uid)
    if (!now || now.metadata.resourceVersion === object.metadata.resourceVersion) return
    const answer = this.ask({ ...placeOf(object), verb: 'update', body: object, options: { dryRun: true } })
    if (answer.ok) return this.scene.fail(25, `${object.kind} ${keyOf(object)} could be written from version ${object.metadata.resourceVersion}, the newest is ${now.metadata.resourceVersion}`)
    if (answer.status.code !== 409 && !troubles.has(answer.status.code)) this.scene.fail(25, `${object.kind} ${keyOf(object)} written from an old version: ${answer.status.code} ${answer.status.message}`)
  }

  /** 6 and 20: what is read is the newest, and of the future nothing is known. */
  private read(object: KubernetesObject): void {
    const got = this.ask<KubernetesObject>({ ...placeOf(object), verb: 'get' })
    if (got.ok && got.value.metadata.resourceVersion !== object.metadata.resourceVersion) this.scene.fail(6, `${object.kind} ${keyOf(object)} reads as version ${got.value.metadata.resourceVersion}, written is ${object.metadata.resourceVersion}`)
    if (!got.ok) this.refusal(6, got.status, `${object.kind} ${keyOf(object)} cannot be read`)
    const { name: _, ...place } = placeOf(object)
    const { revision } = this.scene.cluster.store
    const listed = this.ask<ObjectList>({ ...place, verb: 'list', options: {} })
    if (listed.ok && Number(listed.value.metadata.resourceVersion) < revision) this.scene.fail(20, `a list is of ${listed.value.metadata.resourceVersion}, the newest is ${revision}`)
    const future = this.ask({ ...place, verb: 'list', options: { resourceVersion: String(revision + 1000) } })
    if (future.ok) this.scene.fail(20, `a list of the future was answered`)
  }

  /** 30: what is fixed for the life of an object cannot be changed. */
  private fixed(object: KubernetesObject): void {
    const change = fixedPart[object.kind]
    if (!change || object.metadata.deletionTimestamp) return
    const answer = this.ask({ ...placeOf(object), verb: 'patch', patchType: 'merge', body: change, options: { dryRun: true } })
    if (answer.ok) this.scene.fail(30, `${object.kind} ${keyOf(object)} could be given ${JSON.stringify(change)}`)
  }

  /** 43: a pod that has its node is given no other. */
  private boundAgain(): void {
    const pod = [...this.scene.all<Pod>('Pod').values()].find(({ spec, metadata }) => spec.nodeName && metadata.deletionTimestamp === undefined)
    if (!pod) return
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.metadata.name }, target: { kind: 'Node', name: 'elsewhere' } }
    const answer = this.ask({ ...placeOf(pod), verb: 'create', subresource: 'binding', body, options: { dryRun: true } })
    if (answer.ok) this.scene.fail(43, `pod ${keyOf(pod)} on ${pod.spec.nodeName} could be bound again`)
  }

  /** 21: pages of a list are of one revision, whatever is written between them. */
  private page(): void {
    const place = { verb: 'list', group: '', version: 'v1', resource: 'pods' } as const
    const { pages } = this
    const answer = this.ask<ObjectList>({ ...place, options: { limit: 3, ...(pages && { continue: pages.next }) } })
    this.pages = null
    if (!answer.ok) {
      if (answer.status.code !== 410) this.refusal(21, answer.status, 'a page of pods')
      return
    }
    const { items, metadata } = answer.value
    const seen = [...(pages?.seen ?? []), ...items.map(versionOf)]
    const due = pages?.due ?? [...this.scene.all<KubernetesObject>('Pod').values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).map(versionOf)
    if (pages && pages.revision !== metadata.resourceVersion) this.scene.fail(21, `a page is of ${metadata.resourceVersion}, the first was of ${pages.revision}`)
    if (metadata.continue) this.pages = { next: metadata.continue, revision: metadata.resourceVersion, seen, due }
    else if (seen.join() !== due.join()) this.scene.fail(21, `the pages have ${seen.join(' ')}, there were ${due.join(' ')}`)
  }

  private refusal(invariant: number, { code, message }: Status, what: string): void {
    if (!troubles.has(code)) this.scene.fail(invariant, `${what}: ${code} ${message}`)
  }

  private keyOfNewest(object: KubernetesObject): string {
    for (const [key, { value }] of this.scene.newest) if (value === object) return key
    return ''
  }
}

/** One that fits its template: nothing else is wrong with it. */
const otherSelector = { spec: { selector: { matchLabels: { other: 'yes' } }, template: { metadata: { labels: { other: 'yes' } } } } }

const fixedPart: Readonly<Record<string, unknown>> = {
  Deployment: otherSelector,
  ReplicaSet: otherSelector,
  DaemonSet: otherSelector,
  Service: { spec: { clusterIP: '10.96.99.99' } },
  Pod: { spec: { restartPolicy: 'Sometimes' } },
  Node: { metadata: { uid: 'another' } },
}

function placeOf(object: KubernetesObject): Pick<ApiRequest, 'group' | 'version' | 'resource' | 'namespace' | 'name'> {
  const { group, version, resource } = findKind(object.apiVersion, object.kind)!
  const { namespace, name } = object.metadata
  return { group, version, resource, name, ...(namespace && { namespace }) }
}

function versionOf(object: KubernetesObject): string {
  return `${keyOf(object)}@${object.metadata.resourceVersion}`
}
