import type { Deployment, ReplicaSet } from '../../src/sim/api/generated/types.ts'
import { controllerOf, keyOf, type Uid } from '../../src/sim/api/objects.ts'
import { semanticEqual } from '../../src/sim/api/semantic.ts'
import type { Check, Scene, Write } from './check.ts'
import { seenFor } from './sight.ts'

/** One pass of the deployment controller over one Deployment: what its sets were before, and which it has written. */
interface Pass {
  readonly owner: Uid
  readonly before: ReadonlyMap<Uid, ReplicaSet>
  readonly written: Map<Uid, ReplicaSet>
}

/** Rows 78 and 80, for every pass that scales and does not roll out: what is paused, or was given other replicas, is dealt out as upstream's scale() deals it, to the last pod. */
export class Scaling implements Check {
  private readonly passes = new Map<Uid, Pass>()
  /** The Deployments as they were within the last moment. */
  private readonly versions = new Map<Uid, { readonly until: number; readonly deployment: Deployment }[]>()
  /** And the sets, by what they were before each write. */
  private readonly former = new Map<Uid, { readonly until: number; readonly set: ReplicaSet | undefined }[]>()

  constructor(private readonly scene: Scene) {}

  committed({ before, after, request }: Write): void {
    const { now } = this.scene
    if (before?.kind === 'Deployment') {
      const known = (this.versions.get(before.metadata.uid) ?? []).filter(({ until }) => until >= now - seenFor)
      this.versions.set(before.metadata.uid, [...known, { until: now, deployment: before as Deployment }])
    }
    const object = after ?? before
    if (object?.kind !== 'ReplicaSet') return
    const owner = controllerOf(object)?.uid
    if (request?.user === 'deployment-controller' && before && after && owner !== undefined) this.took(owner, before as ReplicaSet, after as ReplicaSet)
    const known = (this.former.get(object.metadata.uid) ?? []).filter(({ until }) => until >= now - seenFor)
    this.former.set(object.metadata.uid, [...known, { until: now, set: before as ReplicaSet | undefined }])
  }

  /** All writes of a pass are of one event. */
  afterEvent(): void {
    if (this.passes.size === 0) return
    for (const pass of this.passes.values()) this.judge(pass)
    this.passes.clear()
  }

  private took(owner: Uid, before: ReplicaSet, after: ReplicaSet): void {
    let pass = this.passes.get(owner)
    if (!pass) {
      const sets = [...this.scene.all<ReplicaSet>('ReplicaSet').values()].filter((each) => controllerOf(each)?.uid === owner)
      this.passes.set(owner, (pass = { owner, before: new Map(sets.map((each) => [each.metadata.uid, each])), written: new Map() }))
    }
    if (before.spec.replicas !== after.spec.replicas || notes(before) !== notes(after)) pass.written.set(after.metadata.uid, after)
  }

  /** What the sets may be to the controller: those it has written it knew as they were; the others as of one instant of the last moment. */
  private pastsOf(sets: readonly ReplicaSet[], written: ReadonlyMap<Uid, ReplicaSet>): ReplicaSet[][] {
    const versions = new Map(sets.map(({ metadata: { uid } }) => [uid, written.has(uid) ? [] : (this.former.get(uid) ?? []).filter(({ until }) => until >= this.scene.now - seenFor)]))
    const instants = new Set([Number.POSITIVE_INFINITY, ...[...versions.values()].flatMap((known) => known.map(({ until }) => until))])
    return [...instants].map((instant) => sets.flatMap((set) => {
      const past = versions.get(set.metadata.uid)!.find(({ until }) => until >= instant)
      return past ? (past.set ?? []) : set
    }))
  }

  private judge({ owner, before, written }: Pass): void {
    const newest = this.scene.byUid.get(owner) as Deployment | undefined
    if (written.size === 0 || !newest || this.scene.areControllersBlurred) return
    const { now } = this.scene
    const candidates = [newest, ...(this.versions.get(owner) ?? []).filter(({ until }) => until >= now - seenFor).map(({ deployment }) => deployment)]
    const pasts = this.pastsOf([...before.values()], written)
    const isScaling = (deployment: Deployment, sets: readonly ReplicaSet[]) => deployment.spec.paused === true || sets.some((each) => each.spec.replicas > 0 && !Number.isNaN(noted(each, 'desired')) && noted(each, 'desired') !== deployment.spec.replicas)
    if (!candidates.every((deployment) => pasts.every((sets) => isScaling(deployment, sets)))) return
    const dealt = candidates.flatMap((deployment) => pasts.map((sets) => deal(deployment, sets)))
    if (dealt.some((sizes) => [...written].every(([uid, { spec }]) => sizes.get(uid) === spec.replicas))) return
    const wrote = [...written.values()].map(({ metadata, spec }) => `${metadata.name} from ${before.get(metadata.uid)!.spec.replicas} to ${spec.replicas}, due ${dealt[0]!.get(metadata.uid)}`)
    this.scene.fail(newest.spec.paused ? 78 : 80, `${keyOf(newest)} of ${newest.spec.replicas} is scaled: ${wrote.join('; ')}`)
  }
}

/** DeploymentController.scale(), with its helpers FindActiveOrLatest, IsSaturated and GetReplicaSetProportion (v1.36): the size that each set has afterwards. */
function deal(deployment: Deployment, sets: readonly ReplicaSet[]): Map<Uid, number> {
  const { replicas, strategy } = deployment.spec
  const sizes = new Map(sets.map(({ metadata, spec }) => [metadata.uid, spec.replicas]))
  const byAge = [...sets].sort(olderFirst)
  const current = byAge.find((each) => hasTemplateOf(each, deployment))
  const active = sets.filter(({ spec }) => spec.replicas > 0)
  if (active.length <= 1) {
    const only = active[0] ?? current ?? byAge.at(-1)
    if (only) sizes.set(only.metadata.uid, replicas)
    return sizes
  }
  if (current && current.spec.replicas === replicas && noted(current, 'desired') === replicas && (current.status.availableReplicas ?? 0) === replicas) {
    for (const { metadata } of active) if (metadata.uid !== current.metadata.uid) sizes.set(metadata.uid, 0)
    return sizes
  }
  if (strategy.type !== 'RollingUpdate') return sizes
  const surged = replicas + surgeOf(deployment)
  const toAdd = (replicas > 0 ? surged : 0) - active.reduce((sum, { spec }) => sum + spec.replicas, 0)
  if (toAdd === 0) return sizes
  const largestFirst = [...active].sort((a, b) => b.spec.replicas - a.spec.replicas || (toAdd > 0 ? olderFirst(b, a) : olderFirst(a, b)))
  let added = 0
  for (const { metadata, spec, ...set } of largestFirst) {
    if (toAdd === added) break
    const most = noted({ metadata, spec, ...set }, 'max') || (deployment.status.replicas ?? 0)
    const share = replicas === 0 ? -spec.replicas : most === 0 ? 0 : Math.round((spec.replicas * surged) / most) - spec.replicas
    const part = toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added)
    sizes.set(metadata.uid, spec.replicas + part)
    added += part
  }
  const { uid } = largestFirst[0]!.metadata
  sizes.set(uid, Math.max(0, sizes.get(uid)! + toAdd - added))
  return sizes
}

function olderFirst(a: ReplicaSet, b: ReplicaSet): number {
  const [one, other] = [a, b].map(({ metadata }) => `${metadata.creationTimestamp} ${metadata.name}`) as [string, string]
  return one < other ? -1 : one > other ? 1 : 0
}

function hasTemplateOf({ spec }: ReplicaSet, deployment: Deployment): boolean {
  const { 'pod-template-hash': _, ...labels } = spec.template.metadata.labels ?? {}
  const { metadata, spec: wanted } = deployment.spec.template
  return semanticEqual(spec.template.spec, wanted) && semanticEqual(labels, metadata.labels ?? {}) && semanticEqual(spec.template.metadata.annotations ?? {}, metadata.annotations ?? {})
}

/** What a Deployment notes on its sets when it scales them; NaN: nothing. */
function noted({ metadata }: ReplicaSet, name: 'desired' | 'max'): number {
  return Number(metadata.annotations?.[`deployment.kubernetes.io/${name}-replicas`])
}

function notes(set: ReplicaSet): string {
  return `${noted(set, 'desired')} ${noted(set, 'max')}`
}

function surgeOf({ spec: { replicas, strategy } }: Deployment): number {
  const surge = strategy.rollingUpdate?.maxSurge ?? '25%'
  return typeof surge === 'number' ? surge : Math.ceil((Number.parseInt(surge, 10) * replicas) / 100)
}
